import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder } from './given.ts'

// Each chunk carries a seal of its own, which speaks of its place too.

const BODY = pseudoRandom(9_500_000, 'swapped')
const FRESH = { headers: { 'Cache-Control': 'public, max-age=3600' } }
const SEALED = 1024 * 1024 + 16

/** Opens a store, and says where the files of its bodies stand and how many bytes are in front of the first chunk. */
const STORES: [string, () => { open: () => Store; bodies: string; head: number }][] = [
  [
    'sqlite',
    () => {
      const file = join(folder(), 'cache.db')
      return { open: () => sqlite(file), bodies: `${file}.bodies`, head: 0 }
    },
  ],
  [
    'folder',
    () => {
      const dir = join(folder(), 'cache')
      return { open: () => folderStore(dir), bodies: join(dir, 'h1', 'bodies'), head: 32 }
    },
  ],
]

function altered(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  // In place: the store has it open.
  writeFileSync(path, bytes, { flag: 'r+' })
}

const CHANGES: [string, (bytes: Buffer, head: number) => void][] = [
  [
    'two of its chunks have changed places, each with a good seal',
    (bytes, head) => {
      const third = Buffer.from(bytes.subarray(head + 2 * SEALED, head + 3 * SEALED))
      bytes.copyWithin(head + 2 * SEALED, head + 4 * SEALED, head + 5 * SEALED)
      third.copy(bytes, head + 4 * SEALED)
    },
  ],
  [
    'a bit of a chunk is another',
    (bytes, head) => {
      bytes[head + 3 * SEALED + 5] = (bytes[head + 3 * SEALED + 5] ?? 0) ^ 8
    },
  ],
  [
    'a bit of a seal is another',
    (bytes, head) => {
      bytes[head + 4 * SEALED - 1] = (bytes[head + 4 * SEALED - 1] ?? 0) ^ 1
    },
  ],
]

describe.each(STORES)('a body that was just stored in %s', (_name, place) => {
  test.each(CHANGES)('%s: it goes on from the origin, and no wrong byte is handed out', async (_what, change) => {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const { open, bodies, head } = place()
    const fetch = anInstance({ tiers: [open()] })
    const response = await fetch(origin.url('/f'))
    const [name] = readdirSync(bodies)
    altered(join(bodies, String(name)), (bytes) => change(bytes, head))
    const came: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of response.body as ReadableStream<Uint8Array>) came.push(piece)
    })()
    await reading
    expect(sha256(Buffer.concat(came))).toBe(sha256(BODY))
    expect(origin.hits('/f')).toBe(2)
  })

  test.each(CHANGES)('%s, and another instance reads it: the same', async (_what, change) => {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const { open, bodies, head } = place()
    await (await anInstance({ tiers: [open()] })(origin.url('/f'))).body?.cancel()
    const [name] = readdirSync(bodies)
    altered(join(bodies, String(name)), (bytes) => change(bytes, head))
    const hit = await anInstance({ tiers: [open()] })(origin.url('/f'))
    expect(sha256(await hit.bytes())).toBe(sha256(BODY))
    expect(origin.hits('/f')).toBe(2)
  })
})
