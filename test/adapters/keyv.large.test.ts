import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { crc32 } from 'node:zlib'
import Keyv6 from 'keyv'
import Keyv5 from 'keyv5'
import { describe, expect, test, vi } from 'vitest'
import { keyv } from '../../adapters/stores/keyv.ts'
import { manualClock, storeContract } from '../../adapters/testing/index.ts'
import { createCachedFetch, inspect } from '../../src/index.ts'
import { pseudoRandom, sha256 } from '../helpers/digest.ts'
import { ok, startOrigin } from '../helpers/origin/index.ts'

/** As memcached does unless it is told otherwise: key, value and what Keyv says beside it are to fit into 1 MiB. */
class Narrow extends Map<string, string> {
  largest = 0

  override set(key: string, value: string): this {
    const size = key.length + (typeof value === 'string' ? value : JSON.stringify(value)).length
    if (size > 1024 * 1024) throw new Error(`SERVER_ERROR object too large for cache: ${size}`)
    this.largest = Math.max(this.largest, size)
    return super.set(key, value)
  }
}

const MAKERS: [string, (map: Narrow) => Keyv6][] = [
  ['Keyv 5', (map) => new Keyv5({ store: map }) as unknown as Keyv6],
  ['Keyv 6', (map) => new Keyv6({ store: map })],
]

for (const [name, make] of MAKERS)
  storeContract(`${name} that takes nothing above 1 MiB`, async () => keyv(make(new Narrow())), { describe, test })

describe.each(MAKERS)('keyv over %s with a limit of 1 MiB a value (S15)', (_name, make) => {
  const CHUNK = pseudoRandom(1024 * 1024 + 16, 'chunk')

  test('a body of several chunks: stored, read by somebody else, and deleted without a rest', async () => {
    await using origin = await startOrigin()
    const [map, body] = [new Narrow(), pseudoRandom(5_000_000, 'narrow')]
    origin.script('/f', ok(body, { headers: { 'Cache-Control': 'public, max-age=3600' } }))
    await using fetch = createCachedFetch({ tiers: [keyv(make(map))] })
    const brought = await fetch(origin.url('/f'))
    expect(sha256(new Uint8Array(await brought.arrayBuffer()))).toBe(sha256(body))
    await fetch.idle()
    expect(map.largest).toBeGreaterThan(700_000)
    await using other = createCachedFetch({ tiers: [keyv(make(map))], mode: 'offline' })
    const answer = await other(origin.url('/f'))
    expect(inspect(answer)?.outcome).toBe('hit')
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
    const store = keyv(make(map))
    const chunks = await Array.fromAsync(store.keys('h1:c:'))
    expect(chunks).toHaveLength(5)
    await store.delete(chunks)
    expect([...map.keys()].filter((key) => key.includes('h1:c:'))).toEqual([])
  })

  test('a part that is missing, cut, or of another writer makes a miss', async () => {
    const inner = make(new Narrow())
    const store = keyv(inner)
    const names = ['~0~h1:c:a:0', '~1~h1:c:a:0']
    const standing = (): Promise<string[]> => Promise.all(names.map(async (name) => String(await inner.get(name))))
    await store.set('h1:c:a:0', CHUNK)
    const before = await standing()
    await store.set('h1:c:a:0', CHUNK)
    const now = await standing()
    for (const [n, name] of names.entries()) {
      expect(now[n]).not.toBe(before[n])
      for (const text of ['', String(now[n]).slice(0, -90), String(before[n]), String(now[1 - n])]) {
        if (text === '') await inner.delete(name)
        else await inner.set(name, text)
        expect(await store.get('h1:c:a:0')).toBeUndefined()
      }
      await inner.set(name, String(now[n]))
      expect(CHUNK.equals((await store.get('h1:c:a:0')) ?? new Uint8Array(0))).toBe(true)
    }
  })

  test.each([9_999, 999_999])(
    'a text that promises %d parts, and has none, is a miss that reads hardly one of them',
    async (count) => {
      const map = new Narrow()
      const [store, back] = [keyv(make(map)), make(map)]
      const rest = `:${'a'.repeat(32)}:${count}`
      const sum = crc32(`h1:e:a\n${rest}`).toString(16).padStart(8, '0')
      await back.set('h1:e:a', `holdfast1-parts:${sum}:${rest}`)
      const reads = vi.spyOn(map, 'get')
      expect(await store.get('h1:e:a')).toBeUndefined()
      expect(reads.mock.calls.length).toBeLessThan(10)
    },
  )

  test('a value in parts ends when it is to end, and is listed once', async () => {
    const clock = manualClock()
    const map = new Narrow()
    const store = keyv(make(map), { clock })
    await store.set('h1:c:a:0', CHUNK, { expires: clock.now() + 1_000 })
    expect(await Array.fromAsync(store.keys(''))).toEqual(['h1:c:a:0'])
    await clock.advance(1_000)
    expect(await store.get('h1:c:a:0')).toBeUndefined()
    expect(await Array.fromAsync(store.keys(''))).toEqual([])
  })
})

describe.each(MAKERS)('keyv over %s: what is said of one key at the same moment', (_name, make) => {
  test('several writes, and a deletion, find one another’s word when they read back: none of them has failed', async () => {
    const store = keyv(make(new Narrow()))
    const words = [1, 2, 3].map((n) => Uint8Array.of(n))
    await Promise.all([...words.map((word) => store.set('a', word)), store.delete(['a']), store.set('b', Uint8Array.of(4))])
    expect([...words, undefined]).toContainEqual(await store.get('a'))
    await Promise.all([store.delete(['b']), store.set('b', Uint8Array.of(5))])
  })

  test('invalidations of one URL, one behind the other, are no failures of the tier', async () => {
    const clock = manualClock()
    await using fetch = createCachedFetch({ tiers: [keyv(make(new Narrow()))], clock })
    const failures: string[] = []
    fetch.on('tier-error', ({ error }) => failures.push(error.message))
    const said = [1, 2, 3].map((ms) => {
      clock.jump(ms)
      return fetch.cache.invalidate({ url: 'https://example.org/items' })
    })
    await Promise.all(said)
    expect(failures).toEqual([])
  })
})

test('a listing holds names, and not all that stands under them', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const adapter = Object.assign(new Keyv6(), {
    async *iterator() {
      for (let n = 0; n < 60; n++) yield [`h1:c:${n}`, Buffer.alloc(900_000, 'A').toString('latin1')]
    },
  })
  collect()
  const before = process.memoryUsage().heapUsed
  for await (const key of keyv(adapter).keys('h1:c:')) {
    expect(key).toBe('h1:c:0')
    collect()
    expect((process.memoryUsage().heapUsed - before) / 900_000).toBeLessThan(20)
    break
  }
})
