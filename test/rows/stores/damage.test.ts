import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, heard } from './given.ts'

const FRESH = { headers: { 'cache-control': 'max-age=3600' } }

test('one flipped byte in a large body at rest: the stream breaks, or the body is fetched anew; never wrong bytes', async () => {
  const [origin, file, body] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(20_000_000, 'large')]
  origin.script('/f', ok(body, FRESH))
  const fetch = anInstance({ tiers: [sqlite(file)] })
  await (await fetch(origin.url('/f'))).arrayBuffer()
  await fetch.close()
  const [name] = readdirSync(`${file}.bodies`)
  const path = join(`${file}.bodies`, String(name))
  const bytes = readFileSync(path)
  bytes[12_345_678] = (bytes[12_345_678] ?? 0) ^ 1
  writeFileSync(path, bytes)

  const again = anInstance({ tiers: [sqlite(file)] })
  const read = await (await again(origin.url('/f'))).arrayBuffer().then(
    (whole) => sha256(Buffer.from(whole)),
    (error: unknown) => error,
  )
  expect(read instanceof Error || read === sha256(body)).toBe(true)
  if (read instanceof Error) expect(read.message).toContain('damaged')
})

test('a small body with a damaged chunk is a miss and a warning, and is fetched anew', async () => {
  const [origin, body] = [await anOrigin(), pseudoRandom(200_000, 'small')]
  origin.script('/f', ok(body, FRESH))
  const store = sqlite(':memory:')
  const fetch = anInstance({ tiers: [store] })
  await (await fetch(origin.url('/f'))).arrayBuffer()
  for await (const key of store.keys('h1:c:')) {
    const chunk = (await store.get(key)) ?? new Uint8Array(0)
    chunk[777] = (chunk[777] ?? 0) ^ 4
    await store.set(key, chunk)
  }
  const warnings = heard(fetch, 'warning')
  const bytes = Buffer.from(await (await fetch(origin.url('/f'))).arrayBuffer())
  expect(sha256(bytes)).toBe(sha256(body))
  expect(origin.hits('/f')).toBe(2)
  expect(warnings[0]?.warning).toContain('damaged')
})

const PLANTED: [string, (own: Uint8Array, other: Uint8Array) => Uint8Array][] = [
  ['rubbish', () => Buffer.from('not a record at all, but long enough')],
  ['nothing', () => new Uint8Array(0)],
  ['half of itself', (own) => own.subarray(0, own.length / 2)],
  ["another URL's record", (_own, other) => other],
  ['another format', (own) => Buffer.concat([Buffer.from('68310002', 'hex'), own.subarray(4)])],
  ['__proto__ as JSON', () => Buffer.from('{"__proto__":{"polluted":true}}')],
  ['one flipped bit', (own) => Uint8Array.from(own, (byte, at) => (at === 40 ? byte ^ 1 : byte))],
]

test.each(PLANTED)('%s in the place of a record is a miss, never wrong bytes (X10)', async (_name, plant) => {
  const origin = await anOrigin()
  origin.script('/f', ok('mine', FRESH))
  origin.script('/other', ok('somebody else’s', FRESH))
  const store = sqlite(':memory:')
  const fetch = anInstance({ tiers: [store] })
  const hash = async (path: string): Promise<string> => {
    const before = new Set<string>()
    for await (const key of store.keys('h1:')) before.add(key)
    await (await fetch(origin.url(path))).text()
    for await (const key of store.keys('h1:e:')) if (!before.has(key)) return key.slice('h1:e:'.length)
    throw new Error('nothing was stored')
  }
  const [mine, others] = [await hash('/f'), await hash('/other')]
  for (const kind of ['e', 'v']) {
    for await (const key of store.keys(`h1:${kind}:${mine}`)) {
      for await (const otherKey of store.keys(`h1:${kind}:${others}`)) {
        await store.set(key, plant((await store.get(key)) ?? new Uint8Array(0), (await store.get(otherKey)) ?? new Uint8Array(0)))
      }
    }
    expect(await got(await fetch(origin.url('/f')))).toBe('mine (miss)')
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('no text of a URL or a header stands in a store’s keys', async () => {
  const origin = await anOrigin()
  origin.script('/secret-path', ok('x', FRESH))
  const store = sqlite(':memory:')
  const fetch = anInstance({ tiers: [store] })
  await fetch(`${origin.url('/secret-path')}?token=canary`, { headers: { authorization: 'Bearer canary' } })
  for await (const key of store.keys('')) expect(key).toMatch(/^h1:[evcdp]:[0-9a-f:]+[0-9a-z]*$/)
  for await (const key of store.keys('h1:v:'))
    expect(Buffer.from((await store.get(key)) ?? []).toString('latin1')).not.toContain('Bearer')
  expect(createHash('sha256').update('canary').digest('hex')).toHaveLength(64)
})
