import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterEach, expect, test, vi } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { scratch } from '../scratch.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

// Node 24.0 to 24.14: of a view without memory behind it, such as SQLite gives of no bytes, the CRC is 0 whatever came before.
test('sqlite: a value of no bytes is there, also where Node forgets the CRC of what came before it', async () => {
  const store = sqlite(join(scratch(), 'cache.db'))
  await store.set('k:empty', new Uint8Array(0))
  const { crc32 } = zlib
  vi.spyOn(zlib, 'crc32').mockImplementation((content, before) =>
    (content as Uint8Array).length === 0 ? 0 : crc32(content, before),
  )
  expect(await store.get('k:empty')).toEqual(new Uint8Array(0))
  await store.close?.()
})
