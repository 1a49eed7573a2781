import { getEventListeners } from 'node:events'
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

test('a watch that nobody has any more listens to nothing, and one that is waited for goes on', async () => {
  let stored = 0
  const answer = async (): Promise<Response> => new Response(`${++stored}`)
  await using fetch = createCachedFetch({ tiers: [memory()], fetch: answer })
  const { signal } = new AbortController()
  const watch = (): AsyncIterator<unknown> => fetch.watch('https://example.org/f', { signal })[Symbol.asyncIterator]()
  const listeners = (): number => getEventListeners(signal, 'abort').length
  for (let n = 0; n < 10; n += 1) watch()
  for (let n = 0; n < 10; n += 1) {
    const next = watch().next()
    await fetch('https://example.org/f', { cache: 'reload' })
    await next
  }
  const news = watch().next()
  expect(listeners()).toBe(21)
  // The last one of each may stand on the stack still.
  await expect.poll(async () => [await alive(), listeners()][1]).toBeLessThan(4)
  await fetch('https://example.org/f', { cache: 'reload' })
  expect(await news).toMatchObject({ done: false, value: { version: { size: 2 } } })
})
