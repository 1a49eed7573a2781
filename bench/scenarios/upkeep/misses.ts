import { createCachedFetch } from 'holdfast'
import { memory } from 'holdfast/memory'
import { sqlite } from 'holdfast/sqlite'
import { type Cost, gauged } from './gauge.ts'

type Get = (url: string) => Promise<Response>

/** Who downloads. Node's own fetch keeps nothing: what is above it is the price of keeping. */
export const KEEPERS = ['fetch', 'holdfast, memory', 'holdfast, SQLite'] as const
export type Keeper = (typeof KEEPERS)[number]

/** So many before the clock runs: the code is compiled, and the connections stand. */
const WARM_UP = 300

/** So many downloads, each of a URL of its own, so many at a time. */
export async function misses(
  keeper: Keeper,
  { origin, file, count, atOnce }: { origin: string; file: string; count: number; atOnce: number },
): Promise<Cost> {
  await using keeping = kept(keeper, file)
  await inLanes(keeping.get, { origin: `${origin}/warm`, count: WARM_UP, atOnce })
  const { cost } = await gauged(() => inLanes(keeping.get, { origin: `${origin}/cold`, count, atOnce }))
  return cost
}

function kept(keeper: Keeper, file: string): AsyncDisposable & { get: Get } {
  if (keeper === 'fetch') return { get: (url) => fetch(url), [Symbol.asyncDispose]: () => Promise.resolve() }
  const tier = keeper === 'holdfast, memory' ? memory() : sqlite(file)
  const cached = createCachedFetch({ tiers: [tier], limits: { concurrency: 64 } })
  return { get: (url) => cached(url), [Symbol.asyncDispose]: () => cached.close() }
}

async function inLanes(get: Get, { origin, count, atOnce }: { origin: string; count: number; atOnce: number }): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const response = await get(`${origin}/${next++}`)
      await response.arrayBuffer()
      if (response.status !== 200) throw new Error(`the answer has status ${response.status}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
