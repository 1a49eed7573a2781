import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect, type Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'
import { folder, get, listed } from './upkeep.ts'

const CLEAN = { damaged: [], repaired: 0 }

/** A body in the record, in a chunk, and in a file. */
const sizes: [string, Buffer][] = [
  ['record', Buffer.alloc(1_000, 'record')],
  ['chunk', Buffer.alloc(200_000, 'chunk')],
  ['file', Buffer.alloc(2_500_000, 'file')],
]

/** Flips a bit of the body, and makes the store's own checksum right again: the rot that only a digest shows. */
async function rot(store: Store, file: string): Promise<void> {
  const [name] = readdirSync(`${file}.bodies`)
  if (name !== undefined) {
    const bytes = readFileSync(join(`${file}.bodies`, name))
    bytes.writeUInt8(bytes.readUInt8(1_200_000) ^ 1, 1_200_000)
    return writeFileSync(join(`${file}.bodies`, name), bytes)
  }
  const [chunk] = await listed(store, 'h1:c:')
  const [version = ''] = await listed(store, 'h1:v:')
  const bytes = Buffer.from((await store.get(chunk ?? version)) as Uint8Array)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
  if (chunk === undefined) bytes.writeUInt32BE(process.getBuiltinModule('node:zlib').crc32(bytes.subarray(12)), 8)
  await store.set(chunk ?? version, bytes)
}

async function stored(body: Buffer, tiers: Store[]): Promise<Given> {
  const g = await given({ tiers, ttl: '10d', guards: false })
  g.origin.script('/f', ok(body))
  g.origin.script('/other', ok('well'))
  await get(g, '/other')
  await get(g, '/f')
  return g
}

describe.each(sizes)('a body in its %s', (_, body) => {
  test('B122: one flipped bit is found and told; without repair nothing changes', async () => {
    const file = join(folder(), 'cache.db')
    const store = sqlite(file)
    await using g = await given({ tiers: [store], ttl: '10d' })
    g.origin.script('/f', ok(body))
    await get(g, '/f')
    const [entry] = await Array.fromAsync(g.fetch.cache.entries())
    const [version] = await g.fetch.entry(g.origin.url('/f')).versions()
    expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 1 })
    await rot(store, file)
    const damaged = [{ key: entry?.key, version: version?.id, tier: 'sqlite' }]
    const report = await g.fetch.cache.audit({ repair: false })
    expect(report).toEqual({ checked: 1, damaged, repaired: 0 })
    expect(await g.fetch.cache.audit({ repair: false })).toEqual(report)
    // With repair it goes, and the next fetch brings it anew.
    expect(await g.fetch.cache.audit()).toEqual(report)
    expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 0 })
    const again = await g.fetch(g.origin.url('/f'))
    expect([(await again.arrayBuffer()).byteLength, inspect(again)?.outcome]).toEqual([body.length, 'miss'])
    await g.fetch.idle()
    expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 1 })
  })

  test('a good copy in another tier takes its place', async () => {
    const file = join(folder(), 'cache.db')
    const store = sqlite(file)
    await using g = await stored(body, [store, sqlite(':memory:')])
    await rot(store, file)
    const report = await g.fetch.cache.audit()
    expect(report).toMatchObject({ checked: 4, repaired: 1 })
    expect(report.damaged.map(({ tier }) => tier)).toEqual(['sqlite'])
    expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 4 })
    const alone = createCachedFetch({ tiers: [store], clock: g.clock, ttl: '10d' })
    expect(await (await alone(g.origin.url('/f'))).text()).toBe(String(body))
    expect(g.origin.hits('/f')).toBe(1)
  })
})

test('what is in memory is a good copy', async () => {
  const file = join(folder(), 'cache.db')
  const store = sqlite(file)
  await using g = await stored(sizes[1]?.[1] as Buffer, [memory(), store])
  await rot(store, file)
  expect(await g.fetch.cache.audit()).toMatchObject({ checked: 2, repaired: 1 })
  expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 2 })
})

test('damaged in every tier, the newest version goes, and the one before is current', async () => {
  const file = join(folder(), 'cache.db')
  const store = sqlite(file)
  await using g = await given({ tiers: [store], ttl: 0, guards: false })
  g.origin.script('/f', inOrder(ok('one'), ok(Buffer.alloc(1_500_000, 'two'))))
  await get(g, '/f')
  await g.clock.advance(1_000)
  await get(g, '/f')
  await rot(store, file)
  expect((await g.fetch.cache.audit()).damaged).toHaveLength(1)
  const offline = await g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin', holdfast: { ttl: '10d' } })
  expect(await offline.text()).toBe('one')
})

test('a body that is missing, a version that is missing everywhere', async () => {
  const file = join(folder(), 'cache.db')
  const store = sqlite(file)
  await using g = await stored(sizes[2]?.[1] as Buffer, [store])
  const [file1 = ''] = readdirSync(`${file}.bodies`)
  await store.bodies?.delete([file1])
  expect(await g.fetch.cache.audit()).toMatchObject({ checked: 2, damaged: [{ tier: 'sqlite' }], repaired: 0 })
  const [version = ''] = await listed(store, 'h1:v:')
  await store.delete([version])
  expect(await g.fetch.cache.audit({ repair: false })).toMatchObject({ checked: 0, damaged: [{ tier: 'sqlite' }] })
  expect(await g.fetch.cache.audit()).toMatchObject({ checked: 0, damaged: [{ version: version.split(':')[3] }] })
  expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 0 })
  expect(await get(g, '/other')).toBe('well')
  expect(g.origin.hits('/other')).toBe(2)
})

test('a tier that cannot be asked may have it: nothing is given up for it', async () => {
  const store = sqlite(':memory:')
  const far = chaos(sqlite(':memory:'), { faults: [] })
  await using g = await stored(Buffer.from('x'), [store, far])
  await store.delete(await listed(store, 'h1:v:'))
  far.chaos.use([{ on: 'getMany', do: 'throw' }])
  await expect(g.fetch.cache.audit()).rejects.toThrow('chaos')
  far.chaos.use([])
  expect(await g.fetch.cache.audit()).toEqual({ ...CLEAN, checked: 2 })
  const alone = createCachedFetch({ tiers: [far], clock: g.clock, ttl: '10d' })
  expect(await (await alone(g.origin.url('/f'))).text()).toBe('x')
  expect(g.origin.hits('/f')).toBe(1)
})
