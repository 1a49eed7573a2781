import {
  type BufferedFunction,
  buffered,
  type CachedFetch,
  createCachedFetch,
  type Input,
  type Prefetched,
  type PrefetchInput,
  type PrefetchOptions,
  type Stats,
} from 'holdfast'

const fetch: CachedFetch = createCachedFetch({ refresh: { every: '6h' } })

const options: PrefetchOptions = {
  signal: AbortSignal.timeout(1_000),
  concurrency: 4,
  onProgress: (done: number, total?: number) => console.log(done, total ?? 'of many'),
}

/** A manifest is whatever can be gone through. */
const lists: (Iterable<PrefetchInput> | AsyncIterable<PrefetchInput>)[] = [
  ['https://example.org/', new URL('https://example.org/'), new Request('https://example.org/')],
  new Set(['https://example.org/']),
  [['https://example.org/', { headers: { accept: 'text/plain' }, holdfast: { ttl: '1d' } }]],
  (async function* (): AsyncGenerator<Input> {
    yield 'https://example.org/'
  })(),
]

export async function ahead(): Promise<string[]> {
  const told: string[] = []
  for (const list of lists) {
    for await (const one of fetch.prefetch(list, options)) {
      const known: Prefetched = one
      if (one.ok) told.push(one.url, one.response.statusText)
      else told.push(one.url, one.error.message)
      told.push(known.url)
    }
  }
  return told
}

export const rates: BufferedFunction<unknown, [base: string], number> = buffered(async (base: string) => base.length, {
  refresh: { cron: '0 3 * * mon-fri', timezone: 'Europe/Berlin' },
})

export function summary(): string {
  const stats: Stats = fetch.cache.stats()
  const hosts: [string, number][] = Object.entries(stats.hosts)
  const away: string[] = stats.tiers
    .filter(({ state }) => state !== 'closed')
    .map(({ name, error }) => `${name}: ${error?.message}`)
  return [stats.stale, stats.sent, stats.waits.count, stats.waits.ms, ...hosts, ...away].join()
}

export const mistakes = [
  // @ts-expect-error a list, also of one
  () => fetch.prefetch('https://example.org/', { wait: true }),
  // @ts-expect-error an unknown option
  () => fetch.prefetch([], { parallel: 4 }),
  // @ts-expect-error a pair has an init
  () => fetch.prefetch([['https://example.org/', 3]]),
  // @ts-expect-error every or cron, not both
  () => createCachedFetch({ refresh: { every: '1h', cron: '* * * * *' } }).cache.stats().refreshed,
  // @ts-expect-error a refresh says when
  () => buffered(() => 1, { refresh: true }),
]
