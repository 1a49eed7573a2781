import { chmodSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { asNobody, testReadOnly } from '../permissions.ts'
import { scratch } from '../scratch.ts'
import { alter, written } from './written.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

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
    const read = (): Buffer | undefined => (statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined)
    const before = read()
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
    expect(read()).toEqual(before)
  })

  test('a name that leaves no room for those of the files beside it', async () => {
    const file = join(scratch(), 'x'.repeat(248))
    const message = expect.stringMatching(/name less than 248, and that there may be more files \(ulimit -n, inodes/)
    await expect(sqlite(file).open()).rejects.toMatchObject({ code: 'STORE', message })
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

  test('a link that leads nowhere: no file is made in its place, and the cure is not that of readOnly', async () => {
    const directory = scratch()
    symlinkSync(join(directory, 'away', 'cache.db'), join(directory, 'cache.db'))
    await expect(sqlite(join(directory, 'cache.db')).open()).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/cache\.db: a link in this path leads nowhere\. Make what it leads to/),
    })
  })

  test('without the right to write, without the right to read', async () => {
    const directory = scratch()
    const file = await written(join(directory, 'cache.db'))
    chmodSync(directory, 0o755)
    chmodSync(file, 0o444)
    expect(await asNobody('sqlite', file, 'write')).toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/cannot be written \(EACCES\).*readOnly: true/),
    })
    expect(await asNobody('sqlite', join(directory, 'new.db'), 'write')).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('new.db'),
    })
    expect(await asNobody('sqlite', file, 'read')).toEqual({ value: [1] })
    chmodSync(file, 0o200)
    expect(await asNobody('sqlite', file, 'read')).toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/cannot be read \(EACCES\)/),
    })
  })
})

describe('sqlite: readOnly', () => {
  testReadOnly(sqlite)

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
    await expect(sqlite(file, { readOnly: true }).get('h1:e:a')).rejects.toThrow(/its schema is 0, not 2.*migrates it/)
  })
})
