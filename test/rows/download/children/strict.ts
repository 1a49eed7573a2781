// Goes through faults one by one as a program would that catches each error. Whatever nobody caught ends this process, and whatever
// Node warns of is on its standard error, which the test wants to be empty.
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Init } from '../../../../src/index.ts'

export interface Order {
  readonly urls: readonly string[]
  readonly store: 'memory' | 'sqlite'
  /** A version is put under each URL first. */
  readonly cached: boolean
}

const ways = (): Init[] => [
  {},
  { holdfast: { delivery: 'streaming' } },
  { cache: 'no-store' },
  { method: 'POST', body: 'x' },
  { signal: AbortSignal.timeout(30) },
]

process.on('message', ({ urls, store, cached }: Order) => {
  void (async () => {
    const fetch = createCachedFetch({
      tiers: [store === 'memory' ? memory() : sqlite(':memory:')],
      ttl: 0,
      random: () => 0,
      retry: { attempts: 2 },
      timeouts: { connect: 200, headers: 200, stall: 200 },
      fallback: { after: 300, cooldown: 0 },
    })
    let ended = 0
    for (const url of urls) {
      if (cached) await fetch.put(url, new Response('old', { headers: { ETag: '"0"' } }))
      for (const way of ways()) {
        // Three of each: one that reads, one that drops the answer, one that leaves in the middle.
        const controller = new AbortController()
        const { signal } = controller
        const calls = [
          fetch(url, way).then((response) => response.bytes()),
          fetch(url, way),
          fetch(url, way.signal ? way : { ...way, signal }).then((response) => response.bytes()),
        ]
        setImmediate(() => controller.abort())
        ended += (await Promise.allSettled(calls)).length
      }
    }
    await fetch.close()
    process.send?.(ended)
    process.disconnect()
  })()
})
process.send?.('ready')
