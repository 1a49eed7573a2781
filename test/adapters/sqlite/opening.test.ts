import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { startChild } from '../../helpers/child.ts'
import { scratch } from '../scratch.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

/** A database with one value, closed. */
async function written(file: string): Promise<string> {
  const store = sqlite(file)
  await store.set('h1:e:a', bytes(1))
  await store.close()
  return file
}

/** How it goes for a user who owns nothing. */
async function asNobody(file: string, mode: 'read' | 'write'): Promise<unknown> {
  await using child = startChild(new URL('../children/try-open.ts', import.meta.url), { args: [file, mode] })
  return await child.message()
}

function alter(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

describe('sqlite: opening', () => {
  test('nothing is touched before the first call', async () => {
    const directory = join(scratch(), 'not', 'yet')
    const store = sqlite(join(directory, 'cache.db'))
    expect(existsSync(directory)).toBe(false)
    await store.close()
    expect(existsSync(directory)).toBe(false)
    expect([store.name, store.durable, store.shared, store.remote, store.readOnly]).toEqual(['sqlite', true, false, false, false])
  })

  test('directories are made 0700, files 0600', async () => {
    const top = scratch()
    const file = join(top, 'a', 'b', 'cache.db')
    const store = sqlite(file)
    await store.set('h1:e:a', bytes(1))
    await store.bodies?.append('body', bytes(1))
    expect([join(top, 'a'), join(top, 'a', 'b'), `${file}.bodies`].map(modeOf)).toEqual(['700', '700', '700'])
    expect([file, `${file}-wal`, `${file}-shm`, join(`${file}.bodies`, 'body')].map(modeOf)).toEqual(['600', '600', '600', '600'])
    await store.close()
    expect(readdirSync(join(top, 'a', 'b')).sort()).toEqual(['cache.db', 'cache.db.bodies'])
  })

  test('a relative path and a link lead to the same file', async () => {
    const directory = scratch()
    const file = await written(join(directory, 'cache.db'))
    symlinkSync(file, join(directory, 'link.db'))
    const store = sqlite(join(directory, '.', 'link.db'))
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await store.close()
  })

  test('open() opens at once, and is told what a call would be told', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file)
    await store.open()
    expect(existsSync(file)).toBe(true)
    await store.close()
    await expect(store.open()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('sqlite: what cannot be opened is refused, by path and with the cure, and left as it is', () => {
  const CASES: [string, (file: string) => unknown, RegExp][] = [
    ['a directory', (file) => mkdirSync(file), /this is a directory\. Give the path of a file in it/],
    [
      'a file in the place of a directory',
      (file) => writeFileSync(join(file, '..', 'plain'), ''),
      /a part of this path is a file/,
    ],
    [
      'no database',
      (file) => writeFileSync(file, 'Dear diary, '.repeat(1_000)),
      /not a SQLite database.*Choose another path, or remove it/,
    ],
    ["another program's database", (file) => alter(file, 'CREATE TABLE notes (text)'), /database of another program/],
    [
      'another application id',
      (file) => alter(file, 'PRAGMA application_id = 7; CREATE TABLE a (b)'),
      /database of another program/,
    ],
    [
      'a newer schema',
      async (file) => alter(await written(file), 'PRAGMA user_version = 99'),
      /newer holdfast \(schema 99; .*Update holdfast/,
    ],
  ]

  test.each(CASES)('%s', async (what, make, message) => {
    const file = join(scratch(), 'cache.db')
    await make(file)
    const before = statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined
    const wanted = what.startsWith('a file in') ? join(file, '..', 'plain', 'cache.db') : file
    const store = sqlite(wanted)
    for (const call of [
      () => store.open(),
      () => store.get('h1:e:a'),
      () => store.set('h1:e:a', bytes(2)),
      () => store.lease?.('l', 1),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(message) })
      await expect(call()).rejects.toThrow(wanted)
    }
    await store.close()
    if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('what was in the way and is gone is forgotten', async () => {
    const file = join(scratch(), 'cache.db')
    mkdirSync(file)
    const store = sqlite(file)
    await expect(store.open()).rejects.toMatchObject({ code: 'STORE' })
    rmdirSync(file)
    await store.set('h1:e:a', bytes(1))
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await store.close()
  })

  test('without the right to write, without the right to read', async () => {
    const directory = scratch()
    const file = await written(join(directory, 'cache.db'))
    chmodSync(directory, 0o755)
    chmodSync(file, 0o444)
    expect(await asNobody(file, 'write')).toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/cannot be written \(EACCES\).*readOnly: true/),
    })
    expect(await asNobody(join(directory, 'new.db'), 'write')).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('new.db'),
    })
    expect(await asNobody(file, 'read')).toEqual({ value: [1] })
    chmodSync(file, 0o200)
    expect(await asNobody(file, 'read')).toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/cannot be read \(EACCES\)/),
    })
  })
})

describe('sqlite: readOnly', () => {
  test('reads, and takes no writes', async () => {
    const file = join(scratch(), 'cache.db')
    const writer = sqlite(file)
    await writer.set('h1:e:a', bytes(1))
    await writer.bodies?.append('body', bytes(1, 2))
    const store = sqlite(file, { readOnly: true })
    expect(store.readOnly).toBe(true)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    expect(await Array.fromAsync(store.keys('h1:'))).toEqual(['h1:e:a'])
    expect(await store.bodies?.read('body', 0, 9)).toEqual(bytes(1, 2))
    const writes = [
      () => store.set('h1:e:a', bytes(2)),
      () => store.setMany([]),
      () => store.delete(['h1:e:a']),
      () => store.lease?.('l', 1),
      () => store.bodies?.append('body', bytes(3)),
      () => store.bodies?.delete(['body']),
    ]
    for (const write of writes)
      await expect(write()).rejects.toMatchObject({ code: 'STORE', message: expect.stringContaining('readOnly') })
    await writer.set('h1:e:b', bytes(2))
    expect(await store.get('h1:e:b')).toEqual(bytes(2))
    await store.close()
    expect(await writer.get('h1:e:a')).toEqual(bytes(1))
    await writer.close()
  })

  test('makes no file and migrates none', async () => {
    const directory = scratch()
    const missing = sqlite(join(directory, 'cache.db'), { readOnly: true })
    await expect(missing.get('h1:e:a')).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('there is no such file'),
    })
    expect(readdirSync(directory)).toEqual([])
    const file = await written(join(directory, 'old.db'))
    alter(file, 'PRAGMA user_version = 0')
    await expect(sqlite(file, { readOnly: true }).get('h1:e:a')).rejects.toThrow(/its schema is 0, not 1.*migrates it/)
  })
})

describe('sqlite: schema', () => {
  test('an older one is migrated, and keeps what it holds', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    alter(file, 'PRAGMA user_version = 0')
    const store = sqlite(file)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await store.close()
  })

  test('a new database takes no bodies over from one that is gone', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    writeFileSync(join(`${file}.bodies`, 'leftover'), 'bytes')
    rmSync(file)
    const store = sqlite(file)
    await store.open()
    expect(readdirSync(`${file}.bodies`)).toEqual([])
    await store.close()
  })

  test('what it stands on is as it was decided', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    const db = new DatabaseSync(file)
    const ask = (pragma: string): unknown => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]
    expect([ask('journal_mode'), ask('auto_vacuum'), ask('user_version'), ask('application_id')]).toEqual([
      'wal',
      2,
      1,
      0x686f6c64,
    ])
    db.close()
  })
})

describe('sqlite: options', () => {
  test.each<[unknown, object, RegExp]>([
    ['', {}, /no path/],
    [undefined, {}, /no path/],
    ['a.db', { maxBytes: 'much' }, /sqlite\.maxBytes/],
    ['a.db', { maxBytes: 0 }, /sqlite\.maxBytes/],
    ['a.db', { maxEntryBytes: 'x' }, /sqlite\.maxEntryBytes/],
    ['a.db', { readonly: true }, /"readonly".*readOnly/],
    ['a.db', { readOnly: 1 }, /sqlite\.readOnly/],
    ['a.db', { busyTimeout: -1 }, /sqlite\.busyTimeout/],
    [':memory:', { readOnly: true }, /nothing to read/],
  ])('%j with %j is refused', (file, options, message) => {
    expect(() => sqlite(file as string, options)).toThrow(message)
    expect(() => sqlite(file as string, options)).toThrow(TypeError)
  })
})
