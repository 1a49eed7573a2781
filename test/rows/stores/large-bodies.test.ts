import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { readerOf, take } from '../download/reading.ts'
import { anInstance, anOrigin, folder, heard } from './given.ts'

// Larger than what memory keeps beside a store: what came stands there alone.
const BODY = pseudoRandom(9_500_000, 'large')
const FRESH = { headers: { 'Cache-Control': 'public, max-age=3600' }, etag: '"1"', ranges: true }

const digestOf = async (response: Response): Promise<string> => sha256(new Uint8Array(await response.arrayBuffer()))

const STORES: [string, () => Store][] = [
  ['sqlite', () => sqlite(join(folder(), 'cache.db'))],
  ['folder', () => folderStore(join(folder(), 'cache'))],
]

describe.each(STORES)('a download of 9.5 MB into %s, which', (_name, open) => {
  const CASES: [string, ChaosFault[], number][] = [
    ['fails in the middle: what came is read back, and goes on elsewhere', [{ do: 'throw', on: 'bodies.append', call: 6 }], 1],
    [
      'fails, and cannot be read either: it comes again',
      [
        { do: 'throw', on: 'bodies.append', call: 6 },
        { do: 'throw', on: 'bodies.read', call: [1, 2] },
      ],
      2,
    ],
    ['lied in the middle: it comes again', [{ do: 'lie', on: 'bodies.append', call: 3 }], 2],
    ['lied at the end: it comes again', [{ do: 'lie', on: 'bodies.append', call: 10 }], 2],
    ['says a wrong size: what it has is proved, and stands elsewhere', [{ do: 'lie', on: 'bodies.size', call: 1 }], 1],
    ['says no size', [{ do: 'throw', on: 'bodies.size', call: 1 }], 1],
    ['takes no word that it began: it stays', [{ do: 'throw', on: 'set', key: /^h1:p:/ }], 1],
  ]
  test.each(CASES)('%s', async (_what, faults, hits) => {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const store = chaos(open(), { faults })
    const fetch = anInstance({ tiers: [store] })
    expect(await digestOf(await fetch(origin.url('/f')))).toBe(sha256(BODY))
    expect(origin.hits('/f')).toBe(hits)
    store.chaos.use([])
    const other = anInstance({ tiers: [{ ...store, close: async () => undefined }], mode: 'offline' })
    expect(await digestOf(await other(origin.url('/f')))).toBe(sha256(BODY))
  })
})

test('a copy that is not as long as what was written is told of', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, FRESH))
  const fetch = anInstance({
    tiers: [chaos(sqlite(join(folder(), 'c.db')), { faults: [{ do: 'lie', on: 'bodies.size', call: 1 }] })],
  })
  const warnings = heard(fetch, 'warning')
  await fetch(origin.url('/f'))
  expect(warnings.map(({ warning }) => warning)).toEqual([expect.stringMatching(/sqlite.*not as long.*kept elsewhere/)])
})

test('two who follow one download at different places do not read a chunk anew for each piece', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, FRESH))
  const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [{ do: { delay: 0 }, on: 'bodies.read' }] })
  const fetch = anInstance({ tiers: [store], delivery: 'streaming' })
  const responses = await Promise.all([fetch(origin.url('/f')), fetch(origin.url('/f'))])
  const [ahead, behind] = responses.map(readerOf) as [ReturnType<typeof readerOf>, ReturnType<typeof readerOf>]
  const got = [[await take(ahead, 3_000_000)], [Buffer.alloc(0)]]
  await fetch.idle()
  for (let size = 0; size < BODY.length; ) {
    got[0]?.push(await take(ahead, 1))
    const piece = await take(behind, 1)
    got[1]?.push(piece)
    size += piece.length
  }
  expect(got.map((pieces) => sha256(Buffer.concat(pieces)))).toEqual([sha256(BODY), sha256(BODY)])
  // One read for each, and one for each of the two where memory was short.
  expect(store.chaos.injected.length).toBeLessThan(25)
})

describe('a hit of a large body', () => {
  /** Both tiers have it; the nearer one fails as told. */
  async function inBoth(faults: ChaosFault[]) {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const near = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
    const fetch = anInstance({ tiers: [near, folderStore(join(folder(), 'cache'))] })
    await (await fetch(origin.url('/f'))).body?.cancel()
    await fetch.idle()
    near.chaos.use(faults)
    return { origin, fetch, near }
  }

  test.each([
    ['fails in the middle', [{ do: 'throw', on: 'bodies.read', call: [4, 5, 6, 7] }]],
    ['has lost the end', [{ do: 'lie', on: 'bodies.read', call: [9, 10, 11, 12, 13, 14] }]],
    ['has lost all of it', [{ do: 'lie', on: 'bodies.read' }]],
  ] satisfies [string, ChaosFault[]][])('what the nearer tier %s of is read from the next', async (_what, faults) => {
    const { origin, fetch } = await inBoth(faults)
    expect(await digestOf(await fetch(origin.url('/f')))).toBe(sha256(BODY))
    expect(origin.hits('/f')).toBe(1)
  })

  test('what the nearer tier has lost is read from the next by all who read side by side', async () => {
    const { origin, fetch, near } = await inBoth([])
    const response = await fetch(origin.url('/f'))
    const readers = [response, response.clone(), response.clone()]
    near.chaos.use([{ do: 'lie', on: 'bodies.read' }])
    expect(await Promise.all(readers.map(digestOf))).toEqual(readers.map(() => sha256(BODY)))
    expect(origin.hits('/f')).toBe(1)
  })

  test('a read that goes wrong once is done again, and costs the version nothing', async () => {
    const { origin, fetch, near } = await inBoth([{ do: 'flip', on: 'bodies.read', call: 3 }])
    const warnings = heard(fetch, 'warning')
    expect(await digestOf(await fetch(origin.url('/f')))).toBe(sha256(BODY))
    expect([near.chaos.injected.length, warnings]).toEqual([1, []])
  })

  test('of which the only tier has no beginning is a miss, and no broken stream', async () => {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
    const fetch = anInstance({ tiers: [store] })
    await (await fetch(origin.url('/f'))).body?.cancel()
    store.chaos.use([{ do: 'lie', on: 'bodies.read', call: [1, 2] }])
    expect(await digestOf(await fetch(origin.url('/f')))).toBe(sha256(BODY))
    expect(origin.hits('/f')).toBe(2)
  })
})
