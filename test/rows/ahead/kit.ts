import type { Prefetched } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import type { Given } from '../download/given.ts'

export const HOUR: { readonly ttl: string } = { ttl: '1h' }

/** All results, by what was asked: the text of a good one, the name of the error of another. */
export async function all(results: AsyncIterable<Prefetched>): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  for await (const one of results) seen[one.url] = one.ok ? await one.response.text() : one.error.name
  return seen
}

export function urls(g: Given, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    g.origin.script(`/${n}`, ok(`text ${n}`))
    return g.origin.url(`/${n}`)
  })
}
