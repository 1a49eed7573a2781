import type { Source, Violation } from './source.ts'

/** Files that import each other in a ring, of types too: a ring of types is two files that are one. */
export function importCycles(sources: readonly Source[]): Violation[] {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports.flatMap(({ to }) => (to === undefined ? [] : [to]))]))
  const done = new Set<string>()
  const found: Violation[] = []

  function visit(path: string, trail: readonly string[]): void {
    const seenAt = trail.indexOf(path)
    if (seenAt >= 0) found.push({ at: path, says: `is in a ring: ${[...trail.slice(seenAt), path].join(' → ')}` })
    if (seenAt >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path])
    done.add(path)
  }

  for (const path of edges.keys()) visit(path, [])
  return found
}
