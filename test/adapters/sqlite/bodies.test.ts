import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { type SqliteStore, sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { BodyFiles } from '../../../src/model/store.ts'
import { scratch } from '../scratch.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

function opened(options: object = {}): { store: SqliteStore; bodies: BodyFiles; directory: string; file: string } {
  const file = join(scratch(), 'cache.db')
  const store = sqlite(file, options)
  return { store, bodies: store.bodies as BodyFiles, directory: `${file}.bodies`, file }
}

/** Files under `directory` that this process has open. */
function openUnder(directory: string): string[] {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return links.filter((path) => path.startsWith(directory))
}

/** Files are closed by other threads, in their own time. */
async function openAtMost(limit: number, directory: string): Promise<void> {
  const end = performance.now() + 60_000
  while (openUnder(directory).length > limit && performance.now() < end) await new Promise((resolve) => setImmediate(resolve))
  expect(openUnder(directory).length).toBeLessThanOrEqual(limit)
}

describe('sqlite: bodies are files', () => {
  test('one each, raw, under their id', async () => {
    const { store, bodies, directory } = opened()
    await bodies.append('abc-1', bytes(1, 2))
    await bodies.append('abc-1', bytes(3))
    expect(readdirSync(directory)).toEqual(['abc-1'])
    expect([...readFileSync(join(directory, 'abc-1'))]).toEqual([1, 2, 3])
    await store.close()
  })

  test('a store in memory has none', () => {
    expect(sqlite(':memory:').bodies).toBeUndefined()
  })

  test('what a kill left behind the counted length is written over', async () => {
    const { store, bodies, directory, file } = opened()
    await bodies.append('body', bytes(1, 2))
    await store.close()
    appendFileSync(join(directory, 'body'), 'half a piece')
    const again = sqlite(file)
    expect(await again.bodies?.size('body')).toBe(2)
    expect(await again.bodies?.read('body', 0, 100)).toEqual(bytes(1, 2))
    await again.bodies?.append('body', bytes(3, 4))
    expect(await again.bodies?.read('body', 0, 100)).toEqual(bytes(1, 2, 3, 4))
    await again.close()
  })

  test('a file without a row has no length, and is named and removed all the same', async () => {
    const { store, bodies, directory } = opened()
    await store.open()
    writeFileSync(join(directory, 'orphan'), 'x')
    writeFileSync(join(directory, 'No Id.txt'), 'x')
    mkdirSync(join(directory, 'folder'))
    expect([await bodies.size('orphan'), await bodies.read('orphan', 0, 1)]).toEqual([undefined, undefined])
    expect(await Array.fromAsync(bodies.ids())).toEqual(['orphan'])
    await bodies.delete(['orphan'])
    expect(readdirSync(directory).sort()).toEqual(['No Id.txt', 'folder'])
    await store.close()
  })

  test('a file that somebody removed or cut is a miss, or as much as there is', async () => {
    const { store, bodies, directory } = opened()
    const clock = manualClock()
    await bodies.append('removed', bytes(1, 2, 3))
    await bodies.append('cut', bytes(1, 2, 3))
    await store.close()
    const again = sqlite(join(directory, '..', 'cache.db'), { clock })
    rmSync(join(directory, 'removed'))
    truncateSync(join(directory, 'cut'), 1)
    expect(await again.bodies?.read('removed', 0, 3)).toBeUndefined()
    expect(await again.bodies?.read('cut', 0, 3)).toEqual(bytes(1))
    await again.close()
  })

  test('the directory is made anew when somebody removed it', async () => {
    const { store, bodies, directory } = opened()
    await store.open()
    rmSync(directory, { recursive: true })
    expect(await Array.fromAsync(bodies.ids())).toEqual([])
    await bodies.append('body', bytes(1))
    expect(await bodies.read('body', 0, 1)).toEqual(bytes(1))
    await store.close()
  })

  test('a planted link is not followed', async () => {
    const { store, bodies, directory } = opened()
    await store.open()
    const target = join(directory, '..', 'precious')
    writeFileSync(target, 'precious')
    symlinkSync(target, join(directory, 'body'))
    await expect(bodies.append('body', bytes(1))).rejects.toMatchObject({ code: 'STORE' })
    expect(readFileSync(target, 'utf8')).toBe('precious')
    expect(await Array.fromAsync(bodies.ids())).toEqual([])
    await store.close()
  })

  test('a body that another process writes too is refused to this one', async () => {
    const { store, bodies, file } = opened()
    await bodies.append('body', bytes(1))
    const db = new DatabaseSync(file)
    const append = bodies.append('body', bytes(2))
    // Between the look at the length and the commit there is a write to the file, so these are enough to be past the look.
    for (let step = 0; step < 10; step++) await Promise.resolve()
    db.exec("UPDATE bodies SET bytes = 7 WHERE id = 'body'")
    db.close()
    await expect(append).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/given up or is written by somebody else/),
    })
    await store.close()
  })

  test('appends that were called at once stand in order; when one fails those behind it fail too', async () => {
    const { store, bodies, directory } = opened()
    await Promise.all(Array.from({ length: 20 }, (_, n) => bodies.append('body', bytes(n))))
    expect([...((await bodies.read('body', 0, 20)) ?? [])]).toEqual(Array.from({ length: 20 }, (_, n) => n))
    symlinkSync('/nowhere', join(directory, 'broken'))
    const outcomes = await Promise.allSettled([bodies.append('broken', bytes(1)), bodies.append('broken', bytes(2))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await store.close()
  })

  test('files are kept open between pieces, closed when idle, and never many', async () => {
    const clock = manualClock()
    const { store, bodies, directory } = opened({ clock })
    for (let n = 0; n < 100; n++) await bodies.append(`body${n}`, bytes(n))
    expect(openUnder(directory).length).toBeGreaterThan(0)
    await openAtMost(32, directory)
    await clock.advance(10_000)
    await openAtMost(0, directory)
    expect(clock.pending, 'no timer is left').toBe(0)
    expect(await bodies.read('body5', 0, 1)).toEqual(bytes(5))
    await store.close()
    expect(openUnder(directory)).toEqual([])
  })

  test('a reader of a body that is deleted finishes or finds nothing', async () => {
    const { store, bodies, directory } = opened()
    const piece = new Uint8Array(1_000_000).fill(3)
    await bodies.append('body', piece)
    const reads = Array.from({ length: 10 }, () => bodies.read('body', 0, 1_000_000))
    await bodies.delete(['body'])
    const found = (await Promise.all(reads)).filter((read) => read !== undefined)
    expect(found.every((read) => Buffer.compare(read, piece) === 0)).toBe(true)
    expect(existsSync(join(directory, 'body'))).toBe(false)
    expect(openUnder(directory)).toEqual([])
    await store.close()
  })
})
