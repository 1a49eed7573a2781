import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'
import { written } from './written.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const TOLD = { code: 'STORE', message: expect.stringContaining('cache.db') }

/** A database that is open, and whose files are looked at with its next write. */
async function opened() {
  const directory = join(scratch('memory'), 'cache')
  mkdirSync(directory)
  const clock = manualClock()
  const file = await written(join(directory, 'cache.db'))
  const store = sqlite(file, { clock })
  await store.set('h1:e:a', bytes(2))
  await clock.advance(1_000)
  /** What a kill at this moment leaves. */
  const left = async (key: string): Promise<Uint8Array | undefined> => {
    const copy = join(scratch('memory'), 'copy')
    cpSync(directory, copy, { recursive: true })
    const later = sqlite(join(copy, 'cache.db'))
    const value = await later.get(key)
    await later.close()
    return value
  }
  return { directory, file, store, left }
}

describe('sqlite: what stands beside the file goes while it is open', () => {
  test('nothing has gone: nothing is told', async () => {
    const { store, left } = await opened()
    await store.set('h1:e:b', bytes(3))
    expect(await left('h1:e:b')).toEqual(bytes(3))
    await store.close()
  })

  // As people do who take them for what a program left behind. SQLite itself goes on with files that have no name any more.
  test.each([[['-wal']], [['-shm']], [['-wal', '-shm']]])(
    '%s: told once, and what is written from then on stays',
    async (endings) => {
      const { file, store, left } = await opened()
      for (const ending of endings) rmSync(file + ending)
      await expect(store.set('h1:e:b', bytes(3))).rejects.toMatchObject(TOLD)
      await store.set('h1:e:b', bytes(4))
      expect(await left('h1:e:b')).toEqual(bytes(4))
      expect(await left('h1:e:a')).toEqual(bytes(2))
      await store.close()
    },
  )

  test('a place that cannot be looked at any more is none to write to', async () => {
    const { directory, store } = await opened()
    rmSync(directory, { recursive: true })
    symlinkSync(directory, directory)
    for (let n = 0; n < 3; n++) await expect(store.set('h1:e:b', bytes(n))).rejects.toMatchObject(TOLD)
    await store.close()
  })

  test('a directory of bodies that cannot be made anew is told by its path', async () => {
    const { file, store } = await opened()
    rmSync(`${file}.bodies`, { recursive: true })
    symlinkSync(join(file, '..', 'away', 'bodies'), `${file}.bodies`)
    await expect(store.bodies?.append('b0d1', bytes(1))).rejects.toMatchObject(TOLD)
    await store.close()
  })
})
