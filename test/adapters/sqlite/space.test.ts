import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'

const KiB = 1024
const MiB = KiB * KiB
const value = (size: number): Uint8Array => new Uint8Array(size).fill(7)

function sizeOf(file: string): number {
  const bodies = `${file}.bodies`
  const files = existsSync(bodies) ? readdirSync(bodies).map((name) => join(bodies, name)) : []
  // One that is being given up may go while it is looked at.
  return [file, ...files].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 60_000
  while (!condition()) {
    expect(performance.now(), 'not within a minute').toBeLessThan(end)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('sqlite: maxBytes', () => {
  test('the file never outgrows it, and the least recently used goes, whole and told', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const store = sqlite(file, { maxBytes: 2 * MiB, clock })
    const evicted: string[] = []
    store.onEvict?.(({ key, bytes }) => {
      expect(bytes).toBe(10 * KiB)
      evicted.push(key)
    })
    for (let n = 0; n < 400; n++) {
      await clock.advance(1)
      await store.setMany([
        { key: `h1:e:${n}`, value: value(10 * KiB) },
        { key: `h1:v:${n}:1`, value: value(10 * KiB) },
      ])
      // One entry is read all the time, and stays.
      expect(await store.get('h1:v:0:1')).toBeDefined()
      expect(sizeOf(file)).toBeLessThanOrEqual(2 * MiB)
    }
    await store.close()
    expect(statSync(file).size).toBeLessThanOrEqual(2 * MiB)
    expect(evicted.length % 2, 'an entry goes with its versions').toBe(0)
    const numbers = evicted.map((key) => Number(key.split(':')[2]))
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other))
    expect(numbers).not.toContain(0)
    const again = sqlite(file, { maxBytes: 2 * MiB })
    expect(await again.get('h1:v:0:1')).toBeDefined()
    expect(await again.get('h1:v:399:1')).toBeDefined()
    expect(await again.get(`h1:e:${numbers.at(-1)}`)).toBeUndefined()
    await again.close()
  })

  test('nor where there was ample room a moment ago', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file, { maxBytes: 72 * MiB, clock: manualClock() })
    for (let n = 0; n < 80; n++) {
      await store.set(`h1:e:${n}`, value(MiB))
      expect(sizeOf(file)).toBeLessThanOrEqual(72 * MiB)
    }
    expect(await store.get('h1:e:79')).toBeDefined()
    await store.close()
  })

  test('reads count as use across a restart', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const first = sqlite(file, { clock })
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(1)
      await first.set(`h1:e:${name}`, value(100 * KiB))
    }
    await clock.advance(1)
    await first.get('h1:e:a')
    await first.close()
    const second = sqlite(file, { clock, maxBytes: 450 * KiB })
    await clock.advance(1)
    await second.set('h1:e:d', value(100 * KiB))
    expect((await second.getMany(['h1:e:a', 'h1:e:b', 'h1:e:c'])).map((found) => found !== undefined)).toEqual([
      true,
      false,
      true,
    ])
    await second.close()
  })

  test('to write down how an entry was used is no use of it; where the entry is gone, that goes first', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const store = sqlite(file, { maxBytes: 450 * KiB, clock })
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(1)
      await store.set(`h1:e:${name}`, value(100 * KiB))
    }
    await clock.advance(1)
    await store.setMany(['a', 'gone'].map((name) => ({ key: `h1:s:${name}`, value: value(20 * KiB) })))
    await clock.advance(1)
    await store.set('h1:e:d', value(60 * KiB))
    expect(await store.get('h1:s:gone')).toBeUndefined()
    expect(await store.get('h1:e:a')).toBeDefined()
    await clock.advance(1)
    await store.set('h1:e:e', value(100 * KiB))
    const left = await store.getMany(['h1:e:a', 'h1:e:b', 'h1:e:c', 'h1:e:d', 'h1:e:e'])
    expect(left.map((found) => found !== undefined)).toEqual([true, false, true, true, true])
    await store.close()
  })

  test('bodies count, and are given up with their file', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const store = sqlite(file, { maxBytes: 4 * MiB, clock })
    const evicted: { key: string; bytes: number }[] = []
    store.onEvict?.((given) => evicted.push(given))
    for (let n = 0; n < 12; n++) {
      await clock.advance(1)
      await store.bodies?.append(`body${n}`, value(MiB))
      await store.set(`h1:e:${n}`, value(100))
      await until(() => sizeOf(file) <= 4 * MiB)
    }
    expect(evicted.filter(({ key }) => key.startsWith('body'))[0]).toEqual({ key: 'body0', bytes: MiB })
    expect(await store.bodies?.size('body0')).toBeUndefined()
    expect(await store.bodies?.size('body11')).toBe(MiB)
    expect(readdirSync(`${file}.bodies`)).not.toContain('body0')
    await store.close()
  })

  test('a body that is being written is not given up for itself; what cannot fit is refused', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file, { maxBytes: 2 * MiB })
    await store.set('h1:e:a', value(100))
    await store.bodies?.append('body', value(MiB))
    await expect(store.bodies?.append('body', value(MiB))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/do not fit into maxBytes/),
    })
    expect(await store.bodies?.size('body'), 'what was there stays').toBe(MiB)
    await expect(store.set('h1:e:b', value(3 * MiB))).rejects.toMatchObject({ code: 'STORE' })
    expect(await store.get('h1:e:a'), 'and nothing was given up in vain').toBeDefined()
    await store.close()
  })

  test('one value too large does not take the others of its turn along', async () => {
    const store = sqlite(join(scratch(), 'cache.db'), { maxBytes: MiB })
    const outcomes = await Promise.allSettled([
      store.set('h1:e:a', value(100)),
      store.set('h1:e:b', value(2 * MiB)),
      store.set('h1:e:c', value(100)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await store.close()
  })

  test('times of invalidation are never given up', async () => {
    const store = sqlite(':memory:', { maxBytes: MiB })
    await store.set('h1:t:tag', value(8))
    for (let n = 0; n < 100; n++) await store.set(`h1:e:${n}`, value(50 * KiB))
    expect(await store.get('h1:t:tag')).toEqual(value(8))
    expect(await store.get('h1:e:0')).toBeUndefined()
    await store.close()
  })

  test('what has expired makes room before anything is given up', async () => {
    const clock = manualClock()
    const store = sqlite(':memory:', { maxBytes: MiB, clock })
    const evicted: unknown[] = []
    store.onEvict?.((given) => evicted.push(given))
    await store.set('h1:e:old', value(100 * KiB))
    for (let n = 0; n < 5; n++) await store.set(`h1:e:${n}`, value(100 * KiB), { expires: clock.now() + 1_000 })
    await clock.advance(1_000)
    await store.set('h1:e:new', value(600 * KiB))
    expect(evicted).toEqual([])
    expect(await store.get('h1:e:old')).toBeDefined()
    await store.close()
  })

  test('of two users in one process the smaller bound holds', async () => {
    const file = join(scratch(), 'cache.db')
    const [large, small] = [sqlite(file), sqlite(file, { maxBytes: MiB })]
    await large.open()
    await small.open()
    for (let n = 0; n < 30; n++) await large.set(`h1:e:${n}`, value(100 * KiB))
    expect(statSync(file).size).toBeLessThanOrEqual(MiB)
    await Promise.all([large.close(), small.close()])
  })
})
