import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { anInstance } from './given.ts'

test('many entries are deleted a few at a time, so that nobody waits for a commit of a hundred', async () => {
  const store = sqlite(':memory:')
  const write = store.compareAndSet?.bind(store) as NonNullable<Store['compareAndSet']>
  let [writing, most] = [0, 0]
  const counted = <T>(work: Promise<T>): Promise<T> => {
    most = Math.max(most, ++writing)
    return work.finally(() => writing--)
  }
  Object.assign(store, {
    compareAndSet: (...args: Parameters<typeof write>) => counted(write(...args)),
  })
  const fetch = anInstance({ tiers: [memory(), store] })
  const urls = Array.from({ length: 300 }, (_, n) => `http://host.test/${n}`)
  for (const url of urls) await fetch.put(url, new Response(url))
  await fetch.idle()
  most = 0
  expect(await fetch.cache.delete({ match: 'http://host.test/*' })).toBe(urls.length)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(16)
})

test.each([{ url: 'http://host.test/a' }, { match: 'http://host.test/*' }])(
  'what another process has deleted where both look leaves this one’s own store too: %o',
  async (what) => {
    const [own, shared] = [sqlite(':memory:'), sqlite(':memory:')]
    const [fetch, other] = [anInstance({ tiers: [own, shared] }), anInstance({ tiers: [shared] })]
    await fetch.put('http://host.test/a', new Response('a'))
    await fetch.idle()
    expect(await other.cache.delete(what)).toBe(1)
    expect(await fetch.cache.delete(what)).toBe(0)
    expect(await fetch.cache.has('http://host.test/a')).toBe(false)
    expect(await Array.fromAsync(own.keys('h1:v:'))).toEqual([])
  },
)
