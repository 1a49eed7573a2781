import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'
import { aside, COUNT, contentOf, type Healthy, healthy, keyOf, numbers, placed, survives } from './damaged-file.ts'
import { alter } from './written.ts'

const PAGE = 4096

let good: Healthy

beforeAll(async () => {
  good = await healthy()
})

/** A healthy database, and what was done to it. */
function altered(alter: (bytes: Buffer) => Uint8Array): Uint8Array {
  return alter(Buffer.from(good.closed))
}

describe('sqlite: a damaged file', () => {
  test('undamaged, all is there', async () => {
    expect(await survives(placed(good.closed))).toEqual({ right: COUNT, misses: 0, failures: [] })
  })

  test('header zeroed: set aside, told once, and a new one made', async () => {
    const file = placed(altered((bytes) => bytes.fill(0, 0, 100)))
    const before = readFileSync(file)
    const { misses, failures } = await survives(file)
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(/damaged.*set aside as .*cache\.db\.damaged-/)
    expect(misses).toBe(COUNT - 1)
    expect(aside(file)).toHaveLength(1)
    expect(readFileSync(join(file, '..', aside(file)[0] as string)).equals(before)).toBe(true)
  })

  test('random bytes: the same', async () => {
    const random = numbers(1)
    const file = placed(altered((bytes) => bytes.map(() => random.next().value >>> 24)))
    expect((await survives(file)).failures).toHaveLength(1)
    expect(aside(file)).toHaveLength(1)
  })

  test('emptied: a new one, for there is nothing to set aside', async () => {
    const file = placed(new Uint8Array(0))
    expect(await survives(file)).toEqual({ right: 0, misses: COUNT, failures: [] })
    expect(aside(file)).toEqual([])
  })

  test('cut after each page, and in the middle of one', async () => {
    const lengths = Array.from({ length: Math.floor(good.closed.length / PAGE / 3) }, (_, n) => (1 + n * 3) * PAGE)
    for (const cut of lengths.flatMap((length) => [length, length + 1000])) {
      const { failures, misses } = await survives(placed(good.closed.subarray(0, cut)))
      expect(failures.length + misses, `cut at ${cut}`).toBeGreaterThan(0)
    }
  })

  test('each page zeroed', async () => {
    let misses = 0
    for (let page = 1; page < good.closed.length / PAGE; page++) {
      misses += (await survives(placed(altered((bytes) => bytes.fill(0, page * PAGE, (page + 1) * PAGE))))).misses
    }
    expect(misses).toBeGreaterThan(0)
  })

  test.each([1, 2, 3, 4])('200 flips of one bit: number %i of four times 50', async (seed) => {
    const random = numbers(seed)
    let misses = 0
    for (let flip = 0; flip < 50; flip++) {
      // Every fourth into the first page, which says how to read all others.
      const place = random.next().value % (flip % 4 === 0 ? PAGE : good.closed.length)
      const bit = 1 << (random.next().value % 8)
      misses += (await survives(placed(altered((bytes) => bytes.fill((bytes[place] ?? 0) ^ bit, place, place + 1))))).misses
    }
    expect(misses, 'some flips lay in values, and were found').toBeGreaterThan(5)
  })

  test('a value that was altered is told as given up, and goes', async () => {
    const file = placed(good.closed)
    const db = new DatabaseSync(file)
    db.prepare('UPDATE records SET value = ? WHERE key = ?').run(contentOf(3), keyOf(2))
    db.close()
    const store = sqlite(file)
    const given: unknown[] = []
    store.onEvict?.((record) => given.push(record))
    expect(await store.get(keyOf(2))).toBeUndefined()
    await store.set('h1:e:other', contentOf(1))
    expect(given).toEqual([{ key: keyOf(2), bytes: contentOf(3).length }])
    expect(await Array.fromAsync(store.keys(keyOf(2)))).toEqual([])
    await store.close()
  })

  test('a value that got under another key is a miss', async () => {
    const file = placed(good.closed)
    alter(file, `UPDATE records SET key = '${keyOf(900)}' WHERE key = '${keyOf(2)}'`)
    const store = sqlite(file)
    expect(await store.get(keyOf(900))).toBeUndefined()
    await store.close()
  })

  test('while it is open', async () => {
    const file = placed(good.closed)
    mkdirSync(`${file}.bodies`)
    const store = sqlite(file)
    await store.open()
    writeFileSync(
      file,
      altered((bytes) => bytes.fill(0xff, 100)),
    )
    const outcomes = await Promise.allSettled(Array.from({ length: COUNT }, (_, n) => store.get(keyOf(n))))
    const told = outcomes.filter(({ status }) => status === 'rejected')
    expect(told.length).toBeGreaterThan(0)
    await store.set('h1:e:new', contentOf(5))
    expect(await store.get('h1:e:new')).toEqual(contentOf(5))
    expect(aside(file)).toHaveLength(1)
    await store.close()
  })

  test('only the last one is set aside: two would not fit the bound', async () => {
    const file = placed(altered((bytes) => bytes.fill(0, 0, 100)))
    await survives(file)
    const [first] = aside(file)
    const db = readFileSync(file).fill(0, 0, 100)
    writeFileSync(file, db)
    await survives(file)
    expect(aside(file)).toHaveLength(1)
    expect(aside(file)).not.toEqual([first])
  })

  test('whoever only reads leaves it where it is', async () => {
    const file = placed(altered((bytes) => bytes.fill(0, 0, 100)))
    mkdirSync(`${file}.bodies`)
    await expect(sqlite(file, { readOnly: true }).get(keyOf(1))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('damaged'),
    })
    expect(aside(file)).toEqual([])
  })
})

describe('sqlite: a file that goes', () => {
  test('removed with its directory while it is open: told, and made anew', async () => {
    const clock = manualClock()
    const directory = join(scratch('memory'), 'cache')
    const file = join(directory, 'cache.db')
    const store = sqlite(file, { clock })
    await store.set('h1:e:a', contentOf(1))
    rmSync(directory, { recursive: true })
    await clock.advance(1_000)
    await expect(store.set('h1:e:a', contentOf(2))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('removed or replaced'),
    })
    await store.set('h1:e:a', contentOf(3))
    expect(existsSync(file)).toBe(true)
    expect(await store.get('h1:e:a')).toEqual(contentOf(3))
    await store.close()
  })

  test('another in its place is never set aside for the damage of the first', async () => {
    const directory = scratch('memory')
    const file = join(directory, 'cache.db')
    writeFileSync(file, good.closed)
    mkdirSync(`${file}.bodies`)
    const store = sqlite(file)
    await store.open()
    copyFileSync(file, join(directory, 'other.db'))
    truncateSync(file, 4096 * 3)
    renameSync(join(directory, 'other.db'), file)
    const outcomes = await Promise.allSettled(Array.from({ length: COUNT }, (_, n) => store.get(keyOf(n))))
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true)
    expect(await store.get(keyOf(COUNT - 1))).toEqual(contentOf(COUNT - 1))
    expect(aside(file)).toEqual([])
    await store.close()
  })
})

test('names that are no text, which another program put there, do not make a listing begin anew for ever', async () => {
  const file = join(scratch('memory'), 'cache.db')
  const store = sqlite(file)
  for (const key of ['h1:c:a', 'h1:e:a']) await store.set(key, Uint8Array.of(1))
  const other = new DatabaseSync(file)
  const plant = other.prepare("INSERT INTO records (key, sum, value) VALUES (CAST(x'68313a633af3' || ? AS TEXT), 0, x'00')")
  for (let n = 0; n < 600; n++) plant.run(`${n}`)
  other.close()
  const listed = (await Array.fromAsync(store.keys('h1:c:', { limit: 5_000 }))).concat(await Array.fromAsync(store.keys('h1:e:')))
  expect([listed[0], listed.at(-1), listed.length < 1_000]).toEqual(['h1:c:a', 'h1:e:a', true])
  await store.close()
})
