import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { alive } from '../download/weight.ts'

test('a watch that nobody pulls remembers nothing of what else is stored', async () => {
  const answer = async (): Promise<Response> => new Response('x', { headers: { 'Cache-Control': 'max-age=60' } })
  await using fetch = createCachedFetch({ tiers: [memory({ maxItems: 20 })], fetch: answer })
  const watch = fetch.watch('https://example.org/f')[Symbol.asyncIterator]()
  const store = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1) await fetch(`https://example.org/${n}`)
  }
  await store(0, 3_000)
  const before = await alive()
  await store(3_000, 15_000)
  // Of each an id was kept: 0.6 MiB of these.
  expect((await alive()) - before).toBeLessThan(0.3)
  await watch.return?.()
})
