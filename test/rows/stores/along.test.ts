import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, heard } from './given.ts'

// In a store across the network an entry carries the record of its current version: a hit is one trip, and what is carried is believed no more
// than what stands under its own key.

const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

interface Far {
  readonly file: Store
  readonly tier: () => Store
  readonly trips: string[]
}

/** One store, as several processes see it across a network; each read is told. */
function far(): Far {
  const file = sqlite(':memory:')
  const trips: string[] = []
  const tier = (): Store => {
    const store = chaos(file, {})
    return {
      ...store,
      name: 'far',
      remote: true,
      shared: true,
      get: (key) => {
        trips.push(key.slice(0, 4))
        return store.get(key)
      },
      getMany: (keys, options) => {
        trips.push(keys.map((key) => key.slice(0, 4)).join(' '))
        return store.getMany(keys, options)
      },
      close: async () => undefined,
    }
  }
  return { file, tier, trips }
}

const LOOK = 'h1:e h1:t h1:t'

test.each([
  ['goes along', 1_000, [LOOK], [LOOK]],
  ['is too large to stand there twice', 30_000, [LOOK, 'h1:v'], [LOOK]],
  ['stands by itself', 300_000, [LOOK, 'h1:c'], [LOOK]],
])('a body that %s: the trips of a first hit, and of the next one', async (_, size, first, next) => {
  const origin = await anOrigin()
  const body = pseudoRandom(size, 'along')
  origin.script('/f', ok(body, PUBLIC))
  const { tier, trips } = far()
  const writer = anInstance({ tiers: [tier()] })
  await (await writer(origin.url('/f'))).arrayBuffer()
  await writer.idle()
  const reader = anInstance({ tiers: [tier()] })
  for (const wanted of [first, next, next]) {
    trips.splice(0)
    const answer = await reader(origin.url('/f'))
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    expect(trips).toEqual(wanted)
  }
  expect(origin.hits('/f')).toBe(1)
})

/** The same entry with other bytes along, under a right checksum: a store that others write to may hold anything. */
function carrying(value: Uint8Array, along: (was: Buffer) => Uint8Array): Uint8Array {
  const was = Buffer.from(value)
  const end = 12 + was.readUInt32BE(4)
  const record = Buffer.concat([was.subarray(0, end), along(was.subarray(end))])
  record.writeUInt32BE(crc32(record.subarray(12)), 8)
  return record
}

test.each<[string, (was: Buffer, other: Buffer) => Uint8Array, number]>([
  ['nothing', () => Buffer.alloc(0), 0],
  ['noise', () => pseudoRandom(500, 'noise'), 1],
  ['its half', (was) => was.subarray(0, was.length / 2), 1],
  ['the version of another URL', (_, other) => other, 1],
  [
    'a record with no list of headers',
    (was) => Buffer.from(was.toString('latin1').replace('"headers":[', '"HEADERS":['), 'latin1'),
    1,
  ],
  ['another version', (was) => Buffer.from(was.toString('latin1').replace(/"digest":"./, '"digest":"x'), 'latin1'), 0],
])('%s goes along: the version is read under its own key, and all but another version is told', async (_, along, told) => {
  const origin = await anOrigin()
  for (const path of ['/f', '/other']) origin.script(path, ok(`body of ${path}`, PUBLIC))
  const { file, tier } = far()
  const writer = anInstance({ tiers: [tier()] })
  const keys = async (): Promise<string[]> => Array.fromAsync(file.keys('h1:e:'))
  await (await writer(origin.url('/other'))).text()
  await writer.idle()
  const [other = ''] = await keys()
  await (await writer(origin.url('/f'))).text()
  await writer.idle()
  const own = (await keys()).find((key) => key !== other) ?? ''
  const recordAt = async (key: string): Promise<Buffer> => Buffer.from((await file.get(key)) ?? [])
  const theirs = await recordAt(other)
  const otherAlong = theirs.subarray(12 + theirs.readUInt32BE(4))
  expect(otherAlong.length).toBeGreaterThan(100)
  await file.set(
    own,
    carrying(await recordAt(own), (was) => along(was, otherAlong)),
  )
  const reader = anInstance({ tiers: [tier()] })
  const warnings = heard(reader, 'warning')
  expect(await (await reader(origin.url('/f'))).text()).toBe('body of /f')
  expect(origin.hits('/f')).toBe(1)
  expect(warnings.length).toBe(told)
})

test('what goes along and is wrong in the entry itself: a miss and a warning, and right again', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok('body', PUBLIC))
  const { file, tier } = far()
  const writer = anInstance({ tiers: [tier()] })
  await (await writer(origin.url('/f'))).text()
  await writer.idle()
  const [key = ''] = await Array.fromAsync(file.keys('h1:e:'))
  const value = Buffer.from((await file.get(key)) ?? [])
  value[value.length - 1] = (value.at(-1) ?? 0) ^ 1
  await file.set(key, value)
  const reader = anInstance({ tiers: [tier()] })
  const warnings = heard(reader, 'warning')
  expect(await (await reader(origin.url('/f'))).text()).toBe('body')
  expect(origin.hits('/f')).toBe(2)
  expect(warnings.length).toBeGreaterThan(0)
  await reader.idle()
  expect(await (await anInstance({ tiers: [tier()] })(origin.url('/f'))).text()).toBe('body')
  expect(origin.hits('/f')).toBe(2)
})
