import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { scratch } from '../scratch.ts'
import { alter, written } from './written.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

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

  test('a relative path is that of the working directory in which the store was made', async () => {
    const [before, directory] = [process.cwd(), scratch()]
    mkdirSync(join(directory, 'elsewhere'))
    process.chdir(directory)
    try {
      const store = sqlite('cache.db')
      process.chdir('elsewhere')
      await store.set('h1:e:a', bytes(1))
      expect(readdirSync(directory).sort()).toContain('cache.db')
      expect(readdirSync('.')).toEqual([])
      await store.close()
    } finally {
      process.chdir(before)
    }
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

describe('sqlite: schema', () => {
  test('an older one is migrated, and keeps what it holds', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    alter(file, 'PRAGMA user_version = 0')
    const store = sqlite(file)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    await store.close()
  })

  test('from 1 to 2: what is stored and who holds a lease stays, those that were given back are forgotten, and generations go on', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    alter(
      file,
      `INSERT INTO leases VALUES ('held', 7, 0, 9000000000000000), ('given back', 8, 5, 5); CREATE INDEX leases_by_end ON leases (until);
       UPDATE facts SET value = 6 WHERE name = 'lease floor'; PRAGMA user_version = 1`,
    )
    const store = sqlite(file)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    const db = new DatabaseSync(file)
    expect(db.prepare('SELECT key FROM leases').all()).toEqual([{ key: 'held' }])
    expect(await store.lease?.('held', 60_000), 'by who has it open yet').toBeUndefined()
    expect((await store.lease?.('given back', 60_000))?.generation).toBe(9)
    await store.close()
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'leases_by_end'").get()).toEqual({ n: 0 })
    db.close()
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
      2,
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
