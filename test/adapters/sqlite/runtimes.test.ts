import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KeyvSqlite } from '@keyv/sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { scratch } from '../scratch.ts'
import { written } from './written.ts'

// Two runtimes on one file in one process (S09): POSIX locks belong to the process, so whoever closes the file drops those of the other.

/** Locks that this process has on a file. */
function locksOn(file: string): string[] {
  const { ino } = statSync(file)
  return (
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `))
      // Their numbers count the locks of the whole machine.
      .map((line) => line.replace(/^\d+: /, ''))
  )
}

/** Keyv over the SQLite that better-sqlite3 brings. */
async function second(file: string): Promise<KeyvSqlite> {
  const keyv = new KeyvSqlite({ uri: `sqlite://${file}`, driver: 'better-sqlite3' })
  await keyv.set('a', 'b')
  return keyv
}

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('a second SQLite in this process that has the file open: refused at open, with the cure; then it can be opened', async () => {
    const file = await written(join(scratch(), 'cache.db'))
    const other = await second(file)
    const store = sqlite(file)
    onTestFinished(() => store.close())
    const refused = {
      code: 'STORE',
      message: expect.stringMatching(/second SQLite \(.*better-sqlite3.*\).*Close it there.*sqlite\(file\)/),
    }
    await expect(store.open()).rejects.toMatchObject(refused)
    await expect(store.get('h1:e:a')).rejects.toThrow(file)
    await other.disconnect()
    expect(await store.get('h1:e:a')).toEqual(Uint8Array.of(1))
  })

  test('a second SQLite that has another file open is nobody’s business', async () => {
    const other = await second(join(scratch(), 'other.db'))
    const file = await written(join(scratch(), 'cache.db'))
    const stores = [sqlite(file), sqlite(file, { readOnly: true }), sqlite(file)]
    for (const store of stores) expect(await store.get('h1:e:a')).toEqual(Uint8Array.of(1))
    for (const store of stores) await store.close()
    await other.disconnect()
  })

  test('stores on one file share one runtime, and the locks of the first stay when another is opened or closed', async () => {
    const file = join(scratch(), 'cache.db')
    const first = sqlite(file)
    await first.set('h1:e:a', Uint8Array.of(1))
    const before = locksOn(file)
    expect(before).toHaveLength(1)
    for (const options of [{}, { readOnly: true }]) {
      const store = sqlite(file, options)
      await store.open()
      expect(locksOn(file)).toEqual(before)
      await store.close()
      expect(locksOn(file)).toEqual(before)
    }
    await first.close()
  })
})
