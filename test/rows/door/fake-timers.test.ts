import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect, type Store } from '../../../src/index.ts'

// The timers that a test of somebody else's program fakes, as its runner does it: globals, setImmediate among them.
afterEach(() => {
  vi.useRealTimers()
})

const URL = 'http://a.example/'
const STORES: [string, (dir: string) => Store][] = [
  ['memory', () => memory()],
  ['sqlite', (dir) => sqlite(join(dir, 'a.db'))],
  ['folder', (dir) => folder(join(dir, 'a'))],
]

test.each(STORES)('%s answers while timers are faked, and goes on when they are real again', async (_name, open) => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-timers-'))
  const fetch = createCachedFetch({ tiers: [open(dir)], ttl: '1h', fetch: async () => new Response('fine') })
  vi.useFakeTimers()
  expect(inspect(await fetch(URL))?.outcome).toBe('miss')
  expect(inspect(await fetch(URL))?.outcome).toBe('hit')
  vi.useRealTimers()
  expect(await (await fetch(`${URL}2`)).text()).toBe('fine')
  await fetch.close()
  await rm(dir, { recursive: true, force: true })
})

test('a lifetime goes by as the faked time does', async () => {
  const fetch = createCachedFetch({ tiers: [memory()], ttl: '1m', fetch: async () => new Response('fine') })
  vi.useFakeTimers()
  await fetch(URL)
  vi.advanceTimersByTime(61_000)
  expect(inspect(await fetch(URL))?.outcome).toBe('revalidated')
  await fetch.close()
})

test('timers that are run until none is left come to an end while a call is under way', async () => {
  const answer = Promise.withResolvers<Response>()
  const fetch = createCachedFetch({ tiers: [memory()], fetch: () => answer.promise })
  vi.useFakeTimers()
  const call = fetch(URL)
  vi.runAllTimers()
  answer.resolve(new Response('fine'))
  expect(await (await call).text()).toBe('fine')
  await fetch.close()
})

test.each(STORES.map(([name]) => name))(
  '%s answers, and is looked through, where timers were faked before we were imported',
  async (name) => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-timers-'))
    vi.useFakeTimers()
    vi.resetModules()
    const { createCachedFetch: late } = await import('../../../src/index.ts')
    const stores: Record<string, () => Promise<Store>> = {
      memory: async () => (await import('../../../adapters/stores/memory.ts')).memory(),
      sqlite: async () => (await import('../../../adapters/stores/sqlite.ts')).sqlite(join(dir, 'a.db')),
      folder: async () => (await import('../../../adapters/stores/folder.ts')).folder(join(dir, 'a')),
    }
    const tier = (await stores[name]?.()) as Store
    const fetch = late({ tiers: [tier], ttl: '1h', fetch: async () => new Response('fine') })
    expect(await (await fetch(URL)).text()).toBe('fine')
    expect((await Array.fromAsync(fetch.cache.entries())).map(({ url }) => url)).toEqual([URL])
    await fetch.close()
    await rm(dir, { recursive: true, force: true })
  },
)
