import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { startChild } from '../../helpers/child.ts'
import { scratch } from '../scratch.ts'

const script = (name: string): URL => new URL(`../children/${name}`, import.meta.url)
/** Bytes that the script appends to a body at a time. */
const PIECE = 300_000

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

describe('sqlite: another process holds BEGIN EXCLUSIVE', () => {
  test('reads go on, the event loop goes on, and writes are done when it lets go', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const store = sqlite(file, { clock })
    await store.set('h1:e:a', bytes(1))
    await using other = startChild(script('hold-lock.ts'), { args: [file] })
    expect(await other.message()).toBe('locked')
    const outcomes: string[] = []
    const writes = ['b', 'c'].map((name) => store.set(`h1:e:${name}`, bytes(2)).then(() => outcomes.push(name)))
    for (let turn = 0; turn < 20; turn++) await clock.advance(10)
    expect(outcomes).toEqual([])
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    expect(await store.get('h1:e:b'), 'the write that waits is seen').toEqual(bytes(2))
    other.send('release')
    expect(await other.message()).toBe('released')
    await clock.advance(100)
    await Promise.all(writes)
    expect(outcomes).toEqual(['b', 'c'])
    await store.close()
  })

  test('for too long: writes and leases reject with STORE and say why, later ones are done', async () => {
    const file = join(scratch(), 'cache.db')
    const clock = manualClock()
    const store = sqlite(file, { clock, busyTimeout: 500 })
    await store.set('h1:e:a', bytes(1))
    await using other = startChild(script('hold-lock.ts'), { args: [file] })
    await other.message()
    const refused = [store.set('h1:e:a', bytes(2)), store.delete(['h1:e:a']), store.lease?.('l', 1_000)].map((call) =>
      expect(call).rejects.toMatchObject({
        code: 'STORE',
        message: expect.stringMatching(/another process has kept the database locked/),
      }),
    )
    for (let turn = 0; turn < 60; turn++) await clock.advance(10)
    await Promise.all(refused)
    expect(await store.get('h1:e:a'), 'what was not written is not seen either').toEqual(bytes(1))
    other.send('release')
    await other.message()
    const later = store.set('h1:e:a', bytes(3))
    await clock.advance(100)
    await later
    expect(await store.get('h1:e:a')).toEqual(bytes(3))
    await store.close()
  })

  test('a new file that another process has locked is opened when it lets go', async () => {
    const file = join(scratch(), 'cache.db')
    new DatabaseSync(file).close()
    await using other = startChild(script('hold-lock.ts'), { args: [file] })
    await other.message()
    const clock = manualClock()
    const store = sqlite(file, { clock })
    let opened = false
    const opening = store.open().then(() => (opened = true))
    for (let turn = 0; turn < 10; turn++) await clock.advance(20)
    expect(opened).toBe(false)
    other.send('release')
    await other.message()
    for (let turn = 0; turn < 10; turn++) await clock.advance(20)
    await opening
    await store.set('h1:e:a', bytes(1))
    await store.close()
  })
})

describe('sqlite: the end of a process', () => {
  test('an open store keeps none alive, and a write that was called is done before it ends', async () => {
    const file = join(scratch(), 'cache.db')
    await using child = startChild(script('write-and-leave.ts'), { args: [file] })
    await child.message()
    child.send('write')
    expect(await child.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
    const store = sqlite(file)
    expect(await store.get('h1:e:left')).toEqual(bytes(7))
    await store.close()
  })

  test('also a write that waits for another process', async () => {
    const file = join(scratch(), 'cache.db')
    await using child = startChild(script('write-and-leave.ts'), { args: [file] })
    expect(await child.message()).toBe('opened')
    await using other = startChild(script('hold-lock.ts'), { args: [file] })
    expect(await other.message()).toBe('locked')
    child.send('write')
    expect(await child.line()).toBe('waiting')
    other.send('release')
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' })
    const store = sqlite(file)
    expect(await store.get('h1:e:left')).toEqual(bytes(7))
    await store.close()
  })
})

describe('sqlite: several processes', () => {
  test('4 processes write 300 values each: what was acknowledged is there', async () => {
    const file = join(scratch(), 'cache.db')
    const names = ['p0', 'p1', 'p2', 'p3']
    const children = names.map((name) => startChild(script('write-many.ts'), { args: [file, name, '300'] }))
    try {
      expect(await Promise.all(children.map((child) => child.message<number>()))).toEqual([300, 300, 300, 300])
      await Promise.all(children.map((child) => child.exit))
    } finally {
      await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))
    }
    const store = sqlite(file)
    for (const name of names) {
      const values = await store.getMany(Array.from({ length: 300 }, (_, n) => `h1:e:${name}-${n}`))
      expect(values.map((value) => value?.[999])).toEqual(Array.from({ length: 300 }, (_, n) => n % 256))
    }
    await store.close()
  })

  test("a new file, opened by six at the same moment, is nobody else's: 100 times", async () => {
    const folder = scratch()
    const children = Array.from({ length: 6 }, () => startChild(script('open-each.ts')))
    try {
      await Promise.all(children.map((child) => child.message()))
      for (let round = 0; round < 100; round++) {
        for (const child of children) child.send(join(folder, `${round}.db`))
        const told = await Promise.all(children.map((child) => child.message<string>()))
        expect(told).toEqual(children.map(() => 'opened'))
      }
    } finally {
      await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))
    }
  })

  test('killed in the middle of writing, six times: what was acknowledged is there, and nothing is half', async () => {
    const file = join(scratch(), 'cache.db')
    let first = 0
    for (let round = 0; round < 6; round++) {
      await using child = startChild(script('write-until-killed.ts'), { args: [file, `${first}`] })
      let acknowledged = first
      // Each round another moment, in the number of writes and, since nobody waits, in the middle of the next.
      for (let line = 0; line <= round * 3; line++) acknowledged = Number(await child.line())
      child.kill('SIGKILL')
      const { stdout } = await child.exit
      acknowledged = Math.max(acknowledged, ...stdout.trim().split('\n').map(Number))
      await assertWhole(file, { first, acknowledged })
      first = (Math.floor(acknowledged / 4) + 2) * 4
    }
    expect(first).toBeGreaterThan(50)
  })
})

/** Pairs are both there or both missing, each acknowledged one is there, and each body is a run of whole pieces. */
async function assertWhole(file: string, { first, acknowledged }: { first: number; acknowledged: number }): Promise<void> {
  const store = sqlite(file)
  for (let n = Math.max(first, acknowledged - 40); n <= acknowledged + 2; n++) {
    const pair = await store.getMany([`h1:e:left-${n}`, `h1:e:right-${n}`])
    const there = pair.filter((value) => value !== undefined)
    assert.ok(there.length === 2 || (there.length === 0 && n > acknowledged), `pair ${n}`)
    for (const value of there) assert.ok(Buffer.alloc(20_000, n % 251).equals(value), `pair ${n}`)
  }
  for (let number = Math.floor(first / 4); number <= Math.floor(acknowledged / 4) + 1; number++) {
    const size = (await store.bodies?.size(`body${number}`)) ?? 0
    assert.equal(size % PIECE, 0, `body ${number}`)
    const body = (await store.bodies?.read(`body${number}`, 0, size)) ?? new Uint8Array(0)
    assert.equal(body.length, size)
    for (let piece = 0; piece < size / PIECE; piece++) {
      const expected = Buffer.alloc(PIECE, (number * 4 + piece) % 251)
      assert.ok(expected.equals(body.subarray(piece * PIECE, (piece + 1) * PIECE)), `body ${number}, piece ${piece}`)
    }
  }
  await store.close()
}
