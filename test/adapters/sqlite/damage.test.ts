import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'

const COUNT = 40
const keyOf = (n: number): string => `h1:e:${String(n).padStart(4, '0')}`
const contentOf = (n: number): Uint8Array => new Uint8Array(100 + n * 150).fill(n + 1)

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

/** The bytes of a healthy database; and one with a log that has not been folded in. */
let healthy: Buffer
let logged: { database: Buffer; log: Buffer }

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-healthy-'))
  const file = join(directory, 'cache.db')
  const store = sqlite(file)
  for (let n = 0; n < COUNT; n++) await store.set(keyOf(n), contentOf(n))
  logged = { database: readFileSync(file), log: readFileSync(`${file}-wal`) }
  await store.close()
  healthy = readFileSync(file)
  rmSync(directory, { recursive: true })
})

interface Found {
  right: number
  misses: number
  failures: string[]
}

/** Never wrong bytes, never a crash; and after at most one more call a store that works, or a clear refusal that names the file. */
async function survives(file: string): Promise<Found> {
  mkdirSync(`${file}.bodies`, { recursive: true })
  const store = sqlite(file)
  const found: Found = { right: 0, misses: 0, failures: [] }
  for (let n = 0; n < COUNT; n++) {
    try {
      const value = await store.get(keyOf(n))
      if (value === undefined) found.misses++
      else if (Buffer.compare(value, contentOf(n)) === 0) found.right++
      else throw new RangeError(`wrong bytes under ${keyOf(n)}`)
    } catch (error) {
      if (error instanceof RangeError) throw error
      expect(error).toMatchObject({ code: 'STORE', message: expect.stringContaining(file) })
      found.failures.push((error as Error).message)
    }
  }
  const write = async (): Promise<string> =>
    store.set('h1:e:new', contentOf(1)).then(
      () => 'written',
      (error: Error) => error.message,
    )
  const outcome = (await write()) === 'written' ? 'written' : await write()
  if (outcome === 'written') expect(Buffer.from((await store.get('h1:e:new')) ?? [])).toEqual(Buffer.from(contentOf(1)))
  else expect(outcome).toMatch(/Choose another path|Update holdfast/)
  await store.close()
  return found
}

const aside = (file: string): string[] =>
  readdirSync(join(file, '..')).filter((name) => /^cache\.db\.damaged-[\dTZ]+$/.test(name))

/** Puts a database down, its bytes altered. */
function placed(alter: (bytes: Buffer) => Buffer): string {
  const file = join(scratch('memory'), 'cache.db')
  writeFileSync(file, alter(Buffer.from(healthy)))
  return file
}

describe('sqlite: a damaged file', () => {
  test('undamaged, all is there', async () => {
    expect(await survives(placed((bytes) => bytes))).toEqual({ right: COUNT, misses: 0, failures: [] })
  })

  test('header zeroed: set aside, told once, and a new one made', async () => {
    const file = placed((bytes) => bytes.fill(0, 0, 100))
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
    const file = placed((bytes) => bytes.map(() => (random.next().value as number) >>> 24) as Buffer)
    expect((await survives(file)).failures).toHaveLength(1)
    expect(aside(file)).toHaveLength(1)
  })

  test('emptied: a new one, for there is nothing to set aside', async () => {
    const file = placed(() => Buffer.alloc(0))
    expect(await survives(file)).toEqual({ right: 0, misses: COUNT, failures: [] })
    expect(aside(file)).toEqual([])
  })

  test('cut after each page, and in the middle of one', async () => {
    const page = 4096
    for (let length = page; length < healthy.length; length += 3 * page) {
      for (const cut of [length, length + 1000]) {
        const found = await survives(placed((bytes) => bytes.subarray(0, cut) as Buffer))
        expect(found.failures.length + found.misses, `cut at ${cut}`).toBeGreaterThan(0)
      }
    }
  })

  test('each page zeroed', async () => {
    for (let page = 1; page < healthy.length / 4096; page++)
      await survives(placed((bytes) => bytes.fill(0, page * 4096, (page + 1) * 4096)))
  })

  test.each([1, 2, 3, 4])('200 flips of one byte: number %i of four times 50', async (seed) => {
    const random = numbers(seed)
    let misses = 0
    for (let flip = 0; flip < 50; flip++) {
      // Every fourth into the first page, which says how to read all others.
      const place = (random.next().value as number) % (flip % 4 === 0 ? 4096 : healthy.length)
      const bit = 1 << ((random.next().value as number) % 8)
      const found = await survives(
        placed((bytes) => {
          bytes[place] = (bytes[place] as number) ^ bit
          return bytes
        }),
      )
      misses += found.misses
    }
    expect(misses, 'some flips lay in values, and were found').toBeGreaterThan(5)
  })

  test('a value that was altered is told as given up, and goes', async () => {
    const file = placed((bytes) => bytes)
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

  test('while it is open', async () => {
    const file = placed((bytes) => bytes)
    mkdirSync(`${file}.bodies`)
    const store = sqlite(file)
    await store.open()
    writeFileSync(file, Buffer.concat([healthy.subarray(0, 100), Buffer.alloc(healthy.length - 100, 0xff)]))
    const outcomes = await Promise.allSettled(Array.from({ length: COUNT }, (_, n) => store.get(keyOf(n))))
    const told = outcomes.filter(({ status }) => status === 'rejected')
    expect(told.length).toBeGreaterThan(0)
    await store.set('h1:e:new', contentOf(5))
    expect(await store.get('h1:e:new')).toEqual(contentOf(5))
    expect(aside(file)).toHaveLength(1)
    await store.close()
  })

  test('only the last one is set aside: two would not fit the bound', async () => {
    const file = placed((bytes) => bytes.fill(0, 0, 100))
    await survives(file)
    const [first] = aside(file)
    const db = readFileSync(file).fill(0, 0, 100)
    writeFileSync(file, db)
    await survives(file)
    expect(aside(file)).toHaveLength(1)
    expect(aside(file)).not.toEqual([first])
  })

  test('whoever only reads leaves it where it is', async () => {
    const file = placed((bytes) => bytes.fill(0, 0, 100))
    mkdirSync(`${file}.bodies`)
    await expect(sqlite(file, { readOnly: true }).get(keyOf(1))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('damaged'),
    })
    expect(aside(file)).toEqual([])
  })
})

describe('sqlite: a damaged log', () => {
  function withLog(alter: (log: Buffer) => Buffer | undefined): string {
    const file = join(scratch('memory'), 'cache.db')
    writeFileSync(file, logged.database)
    const log = alter(Buffer.from(logged.log))
    if (log !== undefined) writeFileSync(`${file}-wal`, log)
    return file
  }

  test('undamaged, all is there', async () => {
    expect((await survives(withLog((log) => log))).right).toBe(COUNT)
  })

  test('cut at each frame, and within one', async () => {
    const frame = 24 + 4096
    for (let length = 32; length < logged.log.length; length += 7 * frame) {
      for (const cut of [length, length + 500]) await survives(withLog((log) => log.subarray(0, cut) as Buffer))
    }
  })

  test('removed, of another database, and flipped', async () => {
    expect((await survives(withLog(() => undefined))).failures.length).toBeLessThanOrEqual(COUNT)
    await survives(withLog((log) => Buffer.concat([log.subarray(0, 16), Buffer.alloc(8, 1), log.subarray(24)])))
    const random = numbers(3)
    for (let flip = 0; flip < 30; flip++) {
      const place = (random.next().value as number) % logged.log.length
      await survives(
        withLog((log) => {
          log[place] = (log[place] as number) ^ 0x10
          return log
        }),
      )
    }
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
    writeFileSync(file, healthy)
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
