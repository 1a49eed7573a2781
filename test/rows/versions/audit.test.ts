import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { EntryInfo, Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { keysOf } from './bodies-at-rest.ts'
import { aFile, all, another, type History, history, thrownBy } from './histories.ts'

// Bytes that rot at rest are found, named, and repaired or dropped; never a crash (B122).
const FRESH = { ttl: '30d' }

async function keyOf(g: History): Promise<string> {
  const infos: EntryInfo[] = []
  for await (const info of g.fetch.cache.entries()) infos.push(info)
  return infos.find(({ url }) => url === g.url)?.key ?? '(none)'
}

/** One bit of a file in the folder of large bodies. */
function flipFile(file: string, at: number): void {
  const [name = ''] = readdirSync(`${file}.bodies`)
  const path = join(`${file}.bodies`, name)
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

/** One bit of each record or chunk of a kind. */
async function flipKeys(store: Store, kind: 'c' | 'v', at: (length: number) => number): Promise<void> {
  for (const key of await keysOf(store, kind)) {
    const bytes = Uint8Array.from((await store.get(key)) ?? [])
    bytes[at(bytes.length)] = (bytes[at(bytes.length)] ?? 0) ^ 1
    await store.set(key, bytes)
  }
}

const BODIES: [string, number, (store: Store, file: string) => void | Promise<void>][] = [
  ['a file of 3 MB', 3_000_000, (_, file) => flipFile(file, 1_234_567)],
  ['the last byte of a file', 3_000_000, (_, file) => flipFile(file, 2_999_999)],
  [
    'a file cut short',
    3_000_000,
    (_, file) => truncateSync(join(`${file}.bodies`, readdirSync(`${file}.bodies`)[0] ?? ''), 2_000_000),
  ],
  ['a file that is gone', 3_000_000, (_, file) => rmSync(join(`${file}.bodies`, readdirSync(`${file}.bodies`)[0] ?? ''))],
  ['a chunk', 200_000, (store) => flipKeys(store, 'c', () => 777)],
  ['chunks that are gone', 200_000, async (store) => store.delete(await keysOf(store, 'c'))],
  ['a body inside its record', 10_000, (store) => flipKeys(store, 'v', (length) => length - 100)],
  ['a record that is gone', 10_000, async (store) => store.delete(await keysOf(store, 'v'))],
]

test.each(BODIES)('%s: reported with key, version and tier; dropped, so that it is downloaded anew', async (_, size, damage) => {
  const [file, body] = [aFile(), pseudoRandom(size, 'rot')]
  const store = sqlite(file)
  await using g = await history([store], FRESH)
  await g.brings(body)
  const [version = ''] = await g.ids()
  const key = await keyOf(g)
  expect(await g.fetch.cache.audit()).toEqual({ checked: 1, damaged: [], repaired: 0 })
  await damage(store, file)
  const report = await g.fetch.cache.audit()
  expect(report).toMatchObject({ damaged: [{ key, version, tier: 'sqlite' }], repaired: 0 })
  const answer = await g.fetch(g.url)
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(2)
  expect((await g.fetch.cache.audit()).damaged).toEqual([])
})

test.each(BODIES)('%s: repair false changes nothing, twice the same report', async (_, size, damage) => {
  const file = aFile()
  const store = sqlite(file)
  await using g = await history([store], FRESH)
  await g.brings(pseudoRandom(size, 'rot'))
  const [version = ''] = await g.ids()
  await damage(store, file)
  const records = async (): Promise<string[]> => [...(await keysOf(store, 'e')), ...(await keysOf(store, 'v'))]
  const before = await records()
  const first = await g.fetch.cache.audit({ repair: false })
  expect(first).toMatchObject({ damaged: [{ version, tier: 'sqlite' }], repaired: 0 })
  expect(await g.fetch.cache.audit({ repair: false })).toEqual(first)
  expect(await records()).toEqual(before)
})

test.each(BODIES.slice(0, 6))('%s, and memory still has it: repaired from there', async (_, size, damage) => {
  const [file, body] = [aFile(), pseudoRandom(size, 'rot')]
  const store = sqlite(file)
  await using g = await history([memory(), store], FRESH)
  await g.brings(body)
  await g.fetch.idle()
  await damage(store, file)
  expect(await g.fetch.cache.audit()).toMatchObject({ damaged: [{ tier: 'sqlite' }], repaired: 1 })
  const reader = another(g, [sqlite(file)], { mode: 'offline' })
  expect(sha256(new Uint8Array(await (await reader(g.url)).arrayBuffer()))).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(1)
  expect((await g.fetch.cache.audit()).damaged).toEqual([])
})

test('an older version is damaged: named by its id, and the current one answers without a request', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], FRESH)
  await g.brings(pseudoRandom(200_000, 'old'), 'new')
  const [old = '', current = ''] = await g.ids()
  await flipKeys(store, 'c', () => 5)
  expect(await g.fetch.cache.audit()).toMatchObject({ damaged: [{ version: old, tier: 'sqlite' }] })
  expect((await seen(g.fetch(g.url))).text).toBe('new')
  expect(g.origin.hits('/f')).toBe(2)
  expect((await all(g.entry)).map(({ id }) => id)).toEqual([current])
})

test('the newest is damaged and the origin gone: the one before answers', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], FRESH)
  await g.brings('old', pseudoRandom(200_000, 'new'))
  await flipKeys(store, 'c', () => 5)
  await g.fetch.cache.audit()
  await g.origin.refuse()
  g.origin.kill()
  expect((await seen(g.fetch(g.url))).text).toBe('old')
})

test('the record of the newest is gone: a limit is for what is listed', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], FRESH)
  await g.brings('old', 'new')
  const [old = '', newest = ''] = await g.ids()
  await store.delete((await keysOf(store, 'v')).filter((key) => key.endsWith(newest)))
  expect((await g.entry.versions({ limit: 1 })).map(({ id }) => id)).toEqual([old])
})

test('many entries: as many are checked as there are versions, and all damaged ones are named', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], FRESH)
  for (let n = 0; n < 30; n += 1) {
    g.origin.script(`/e${n}`, ok(pseudoRandom(70_000 + n, `e${n}`)))
    await seen(g.fetch(g.origin.url(`/e${n}`)))
  }
  expect(await g.fetch.cache.audit()).toEqual({ checked: 30, damaged: [], repaired: 0 })
  await flipKeys(store, 'c', () => 9)
  const { damaged } = await g.fetch.cache.audit()
  expect(new Set(damaged.map(({ key }) => key)).size).toBe(30)
})

test('a tier that was told a label, while the one that has the version is not here: nothing is damaged, and it falls back when that is back', async () => {
  const [near, far] = [aFile(), aFile()]
  await using g = await history([sqlite(near), sqlite(far)])
  await another(g, [sqlite(far)]).put(g.url, new Response('good'))
  await g.entry.label('app-1')
  expect(await another(g, [sqlite(near)]).cache.audit()).toEqual({ checked: 0, damaged: [], repaired: 0 })
  const reader = another(g, [sqlite(near), sqlite(far)], { mode: 'offline' })
  expect(await (await reader(g.url)).text()).toBe('good')
  expect(await reader.entry(g.url).version({ label: 'app-1' })).toBeDefined()
})

test('a store without anything, wrong options', async () => {
  await using g = await history([sqlite(':memory:')])
  expect(await g.fetch.cache.audit()).toEqual({ checked: 0, damaged: [], repaired: 0 })
  const error = await thrownBy(() => g.fetch.cache.audit({ fix: true } as object))
  expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining('fix')])
})
