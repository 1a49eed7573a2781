import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { scratch } from '../scratch.ts'
import { bytesIn, houseKey } from './tree.ts'

const KiB = 1024
const MiB = KiB * KiB
const value = (size: number): Uint8Array => new Uint8Array(size).fill(7)
const word = value(1)

/** Other entries, until the folder was filled several times. */
async function fill(store: Store): Promise<void> {
  for (let n = 100; n < 160; n++) await store.set(houseKey('e', n), value(50 * KiB))
}

/** The subject of a key of the house. */
const subject = (n: number): string => houseKey('e', n).slice(5)

describe('folder: maxBytes beside what is pinned', () => {
  test.each([
    ['keys of the house', subject(1), subject(2)],
    ['any keys', 'entry', 'body'],
  ])('a pinned entry and its body stay, whatever comes (%s)', async (_, entry, body) => {
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: MiB })
    const evicted: string[] = []
    store.onEvict?.(({ key }) => evicted.push(key))
    await store.bodies?.append(body, value(200 * KiB))
    await store.setMany([`h1:v:${entry}:1`, `h1:e:${entry}`].map((key) => ({ key, value: value(20 * KiB) })))
    await store.setMany([entry, body].map((held) => ({ key: `h1:k:${held}:${entry}`, value: word })))
    await fill(store)
    expect(evicted.length).toBeGreaterThan(30)
    expect((await store.getMany([`h1:e:${entry}`, `h1:v:${entry}:1`])).every((found) => found !== undefined)).toBe(true)
    expect(await store.bodies?.size(body)).toBe(200 * KiB)
    expect(bytesIn(dir)).toBeLessThanOrEqual(MiB)
    // A word that is taken back holds nothing.
    await store.delete([entry, body].map((held) => `h1:k:${held}:${entry}`))
    await fill(store)
    expect([await store.get(`h1:e:${entry}`), await store.bodies?.size(body)]).toEqual([undefined, undefined])
    await store.close()
  })

  test('a pin holds for as long as it was said', async () => {
    const clock = manualClock()
    const store = folder(scratch('memory'), { maxBytes: MiB, clock })
    await store.set(houseKey('e', 1), value(KiB))
    await store.set(houseKey('k', 1, `:${subject(1)}`), word, { expires: clock.now() + 1_000 })
    await fill(store)
    expect(await store.getMany([houseKey('e', 1)], { recency: 'keep' })).toEqual([value(KiB)])
    await clock.advance(1_000)
    await fill(store)
    expect(await store.get(houseKey('e', 1))).toBeUndefined()
    await store.close()
  })

  test('what was pinned after it was counted, by another one, is not given up', async () => {
    const dir = scratch('memory')
    const [store, other] = [folder(dir, { maxBytes: MiB }), folder(dir, { maxBytes: MiB })]
    for (let n = 1; n < 25; n++) await store.set(houseKey('e', n), value(50 * KiB))
    // The first that is left of those that were counted would be the next to go.
    const found = await other.getMany(
      Array.from({ length: 24 }, (_, n) => houseKey('e', n + 1)),
      { recency: 'keep' },
    )
    const next = found.findIndex((one) => one !== undefined) + 1
    expect(next).toBeGreaterThan(1)
    await other.set(houseKey('k', next, `:${subject(next)}`), word)
    await store.set(houseKey('e', 99), value(100 * KiB))
    expect((await other.getMany([next, next + 1].map((n) => houseKey('e', n)))).map((one) => one !== undefined)).toEqual([
      true,
      false,
    ])
    await Promise.all([store.close(), other.close()])
  })

  test('beside what is pinned there is no room: what is new is refused, and nothing is given up in vain', async () => {
    const store = folder(scratch('memory'), { maxBytes: MiB })
    for (const n of [1, 2, 3]) {
      await store.set(houseKey('e', n), value(200 * KiB))
      if (n < 3) await store.set(houseKey('k', n, `:${subject(n)}`), word)
    }
    const refusal = { code: 'STORE', message: expect.stringContaining('beside what is pinned') }
    await expect(store.set(houseKey('e', 4), value(700 * KiB))).rejects.toMatchObject(refusal)
    expect(await store.get(houseKey('e', 3))).toBeDefined()
    // What is pinned is written anew in the room that is left.
    await store.set(houseKey('e', 1), value(500 * KiB))
    expect(await store.get(houseKey('e', 3))).toBeUndefined()
    expect(await store.get(houseKey('e', 2))).toBeDefined()
    await store.close()
  })
})

test.each([1_000, 300_000])('an instance over a folder of 2 MB: pinned %i bytes stay', async (size) => {
  const store = folder(scratch('memory'), { maxBytes: '2MB' })
  const fetched = createCachedFetch({ tiers: [store], ttl: '10d' })
  const url = 'http://example.org/pinned'
  await fetched.put(url, new Response(value(size)))
  await fetched.entry(url).pin()
  for (let n = 0; n < 60; n++) await fetched.put(`http://example.org/${n}`, new Response(new Uint8Array(100 * KiB).fill(n)))
  const kept = await fetched(url, { cache: 'only-if-cached', mode: 'same-origin', holdfast: { require: { pinned: true } } })
  expect((await kept.arrayBuffer()).byteLength).toBe(size)
  expect(await fetched.entry('http://example.org/0').versions()).toEqual([])
  await fetched.close()
})
