import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'
import { bytesIn, houseKey } from './tree.ts'

const KiB = 1024
const MiB = KiB * KiB
const value = (size: number): Uint8Array => new Uint8Array(size).fill(7)

describe('folder: maxBytes', () => {
  test.each(['house', 'any'])(
    'it is never outgrown, and the least recently used goes, whole and told (%s keys)',
    async (kind) => {
      const key = (letter: string, n: number, rest = '') =>
        kind === 'house' ? houseKey(letter, n, rest) : `h1:${letter}:k${n}${rest}`
      const dir = scratch('memory')
      const store = folder(dir, { maxBytes: MiB })
      const evicted: string[] = []
      store.onEvict?.(({ key: gone, bytes }) => {
        expect(bytes).toBe(10 * KiB)
        evicted.push(gone)
      })
      for (let n = 0; n < 120; n++) {
        await store.setMany([
          { key: key('v', n, ':1'), value: value(10 * KiB) },
          { key: key('e', n), value: value(10 * KiB) },
        ])
        // One entry is read all the time, and stays.
        expect(await store.get(key('v', 0, ':1'))).toBeDefined()
        expect(bytesIn(dir)).toBeLessThanOrEqual(MiB)
      }
      await store.close()
      const gone = Array.from({ length: evicted.length / 2 }, (_, n) => n + 1)
      expect(evicted).toEqual(gone.flatMap((n) => [key('e', n), key('v', n, ':1')]))
      expect(bytesIn(dir), 'and no more than must').toBeGreaterThan(MiB - 48 * KiB)
      const again = folder(dir)
      expect(await again.get(key('e', 119))).toBeDefined()
      expect(await again.get(key('e', 1))).toBeUndefined()
      await again.close()
    },
  )

  test('to write down how an entry was used is no use of it; where the entry is gone, that goes first', async () => {
    const dir = scratch('memory')
    const first = folder(dir)
    for (const name of ['a', 'b', 'c']) await first.set(`h1:e:${name}`, value(100 * KiB))
    await first.setMany(['a', 'gone'].map((name) => ({ key: `h1:s:${name}`, value: value(20 * KiB) })))
    await first.close()
    const second = folder(dir, { maxBytes: 360 * KiB })
    const evicted: string[] = []
    second.onEvict?.(({ key }) => evicted.push(key))
    await second.set('h1:e:d', value(20 * KiB))
    expect(evicted).toEqual(['h1:s:gone'])
    await second.set('h1:e:e', value(100 * KiB))
    expect(evicted.slice(1)).toEqual(['h1:e:a', 'h1:s:a'])
    await second.close()
  })

  test('reads count as use across a restart', async () => {
    const dir = scratch('memory')
    const first = folder(dir)
    for (const name of ['a', 'b', 'c']) await first.set(`h1:e:${name}`, value(100 * KiB))
    await first.get('h1:e:a')
    await first.close()
    const second = folder(dir, { maxBytes: 380 * KiB })
    await second.set('h1:e:d', value(100 * KiB))
    expect((await second.getMany(['h1:e:a', 'h1:e:b', 'h1:e:c'])).map((found) => found !== undefined)).toEqual([
      true,
      false,
      true,
    ])
    await second.close()
  })

  test("a look over a value is no use of it: getMany with recency 'keep'", async () => {
    const store = folder(scratch('memory'), { maxBytes: 350 * KiB })
    for (const name of ['a', 'b', 'c']) await store.set(`h1:e:${name}`, value(100 * KiB))
    await store.getMany(['h1:e:a'], { recency: 'keep' })
    await store.set('h1:e:d', value(100 * KiB))
    expect(await store.get('h1:e:a')).toBeUndefined()
    await store.close()
  })

  test('bodies count, piece by piece, and are given up with their file', async () => {
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: 4 * MiB })
    const evicted: { key: string; bytes: number }[] = []
    store.onEvict?.((given) => evicted.push(given))
    for (let n = 0; n < 12; n++) {
      for (let piece = 0; piece < 4; piece++) await store.bodies?.append(`body${n}`, value(MiB / 4))
      await store.set(`h1:e:${n}`, value(100))
      expect(bytesIn(dir)).toBeLessThanOrEqual(4 * MiB)
    }
    expect(evicted.filter(({ key }) => key.startsWith('body'))[0]).toEqual({ key: 'body0', bytes: MiB })
    expect([await store.bodies?.size('body0'), await store.bodies?.size('body11')]).toEqual([undefined, MiB])
    await store.close()
  })

  test('what cannot fit is refused, and nothing is given up in vain', async () => {
    const store = folder(scratch('memory'), { maxBytes: 2 * MiB })
    const refusal = { code: 'STORE', message: expect.stringMatching(/do not fit into maxBytes \(2097152\)/) }
    await store.set('h1:e:a', value(100))
    await store.bodies?.append('body', value(MiB))
    await expect(store.bodies?.append('body', value(MiB))).rejects.toMatchObject(refusal)
    expect(await store.bodies?.size('body'), 'what was there stays').toBe(MiB)
    await expect(store.set('h1:e:b', value(3 * MiB))).rejects.toMatchObject(refusal)
    expect(await store.get('h1:e:a')).toBeDefined()
    const outcomes = await Promise.allSettled([10, 3 * MiB, 10].map((size, n) => store.set(`h1:e:${n}`, value(size))))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await store.close()
  })

  test('times of invalidation are never given up, not even for what would fit without them', async () => {
    const store = folder(scratch('memory'), { maxBytes: MiB })
    await store.set('h1:t:tag', value(300 * KiB))
    for (let n = 0; n < 40; n++) await store.set(`h1:e:${n}`, value(50 * KiB))
    expect([await store.get('h1:t:tag'), await store.get('h1:e:0')]).toEqual([value(300 * KiB), undefined])
    await expect(store.set('h1:e:x', value(800 * KiB))).rejects.toMatchObject({ code: 'STORE' })
    expect(await store.get('h1:e:39')).toBeDefined()
    await store.close()
  })

  test('what has expired makes room before anything is given up, and its files go', async () => {
    const clock = manualClock()
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: MiB, clock })
    const evicted: unknown[] = []
    store.onEvict?.((given) => evicted.push(given))
    await store.set(houseKey('e', 0), value(100 * KiB))
    for (let n = 1; n < 6; n++) await store.set(houseKey('e', n), value(100 * KiB), { expires: clock.now() + 1_000 })
    await clock.advance(1_000)
    await store.set('h1:e:new', value(600 * KiB))
    expect(evicted).toEqual([])
    expect(await store.get(houseKey('e', 0))).toBeDefined()
    expect(readdirSync(join(dir, 'h1', 'values', 'h1+e+01'))).toEqual([])
    await store.close()
  })

  test.each([
    ['removed', (tally: string) => rmSync(tally)],
    ['damaged', (tally: string) => writeFileSync(tally, 'no numbers')],
    ['cut off', (tally: string) => appendFileSync(tally, 'abc')],
    ['counted too high by a kill', (tally: string) => appendFileSync(tally, Buffer.from(new Float64Array([-1, 9e9]).buffer))],
    ['a count of no place', (tally: string) => appendFileSync(tally, Buffer.from(new Float64Array([3, 5]).buffer))],
    ['no number', (tally: string) => appendFileSync(tally, Buffer.from(new Float64Array([-1, Number.NaN]).buffer))],
  ])('the count of bytes is %s: it is put right, and the bound holds', async (_what, spoil) => {
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: MiB })
    for (let n = 0; n < 15; n++) await store.set(`h1:e:${n}`, value(50 * KiB))
    spoil(join(dir, 'h1', 'tally'))
    await store.set('h1:e:15', value(50 * KiB))
    expect(await store.get('h1:e:0'), 'nothing goes without need').toBeDefined()
    for (let n = 16; n < 30; n++) await store.set(`h1:e:${n}`, value(50 * KiB))
    expect(bytesIn(dir)).toBeLessThanOrEqual(MiB)
    expect(bytesIn(dir)).toBeGreaterThan(MiB - 110 * KiB)
    await store.close()
  })

  test('many writes at once, over and over: the bound holds, and what is replaced or deleted is free again', async () => {
    const dir = scratch('memory')
    const store = folder(dir, { maxBytes: MiB })
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, n) => store.set(`h1:e:${n}`, value(40 * KiB + round))))
      expect(bytesIn(dir)).toBeLessThanOrEqual(MiB)
    }
    const values = await store.getMany(Array.from({ length: 10 }, (_, n) => `h1:e:${n}`))
    expect(values.every((found) => found?.length === 40 * KiB + 19)).toBe(true)
    await store.delete(Array.from({ length: 10 }, (_, n) => `h1:e:${n}`))
    await store.set('h1:e:large', value(MiB - 8 * KiB))
    await store.close()
  })
})
