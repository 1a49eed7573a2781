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

/** Time goes by, a step at a time, and what it set off comes to its end. */
export async function pass({ clock, fetch }: Pick<Given, 'clock' | 'fetch'>, ms: number): Promise<void> {
  const step = Math.max(1_000, ms / 20)
  for (let left = ms; left > 0; left -= step) {
    await clock.advance(Math.min(step, left))
    // What is in flight by the end of a step is confirmed then: the next time is so much later, and no more.
    await fetch.idle()
  }
}
