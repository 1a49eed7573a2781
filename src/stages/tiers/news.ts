/** What one process tells the others of a change: a hint to look, or what has grown stale. */
export type News =
  | { readonly of: 'entry'; readonly key: string }
  | { readonly of: 'marks'; readonly names: readonly string[]; readonly at: number }

export const worded = (news: News): string => JSON.stringify(news)

/** Whoever can write to the store can tell anything: undefined for what is no news. */
export function newsIn(word: string): News | undefined {
  const told = parsed(word)
  if (typeof told !== 'object' || told === null) return undefined
  const { of, key, names, at } = told as Record<string, unknown>
  if (of === 'entry' && typeof key === 'string') return { of, key }
  if (of !== 'marks' || !Number.isFinite(at) || !Array.isArray(names)) return undefined
  return { of, names: names.filter((name): name is string => typeof name === 'string'), at: Number(at) }
}

function parsed(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    return undefined
  }
}
