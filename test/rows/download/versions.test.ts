import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { newTagEachTime, notModified, ok, sameTagEachTime, status } from '../../helpers/origin/index.ts'
import { type Given, given, inspected, seen } from './given.ts'

const get = (g: Given, init?: RequestInit) => g.fetch(g.origin.url('/f'), init)

test('each content that differs is a version with its own bytes, headers and digest, and names the one before', async () => {
  await using g = await given()
  const step = (n: number) => ok(`v${n}`, { headers: { 'X-N': `${n}` }, etag: `"${n}"` })
  g.origin.script('/f', step(1), step(2), step(3))
  const ids: string[] = []
  for (const n of [1, 2, 3]) {
    const response = await get(g)
    expect([await response.text(), response.headers.get('x-n')]).toEqual([`v${n}`, `${n}`])
    const { version } = inspected(response, 'miss')
    expect(version).toMatchObject({ size: 2, status: 200, url: g.origin.url('/f'), proven: true, pinned: false, labels: [] })
    expect(version.digest).toContain(sha256(`v${n}`))
    ids.push(version.id)
    await g.clock.advance(1_000)
  }
  expect(new Set(ids).size).toBe(3)
  expect([...ids].sort()).toEqual(ids)
  expect(g.told('stored').map(({ version, previous }) => [version.id, previous?.id])).toEqual([
    [ids[0], undefined],
    [ids[1], ids[0]],
    [ids[2], ids[1]],
  ])
})

test.each([
  ['equal bytes without a validator', ok('same')],
  ['equal bytes under a new ETag each time', newTagEachTime('same')],
  ['a 304', ok('same', { etag: '"1"', conditional: true })],
  ['a 304 by date', ok('same', { lastModified: Date.UTC(2026, 0, 1), conditional: true })],
])('%s: no version, but it was checked, and is fresh again', async (_, step) => {
  await using g = await given({ ttl: '10s' })
  g.origin.script('/f', step)
  const first = inspected(await get(g), 'miss').version
  await g.clock.advance(11_000)
  const again = await get(g)
  expect(await again.text()).toBe('same')
  const { version } = inspected(again, 'revalidated')
  expect(version.id).toBe(first.id)
  expect(version.storedAt).toEqual(first.storedAt)
  expect(version.checkedAt.getTime()).toBe(first.checkedAt.getTime() + 11_000)
  await g.clock.advance(1_000)
  expect(inspected(await get(g), 'hit').version.id).toBe(first.id)
  expect(g.origin.hits()).toBe(2)
  expect(g.told('stored')).toHaveLength(1)
})

test('a 304 or equal bytes bring their headers with them', async () => {
  await using g = await given()
  const tagged = (n: number) => ({ etag: '"1"', conditional: true, headers: { 'X-N': `${n}` } })
  g.origin.script('/f', ok('same', tagged(1)), ok('same', tagged(2)), ok('same', { headers: { 'X-N': '3' } }))
  for (const n of ['1', '2', '3']) {
    const response = await get(g)
    expect([response.status, await response.text(), response.headers.get('x-n')]).toEqual([200, 'same', n])
  }
})

test('new bytes under one fixed ETag are not seen until somebody insists', async () => {
  await using g = await given()
  g.origin.script(
    '/f',
    sameTagEachTime((hit) => `v${hit}`),
  )
  expect(await seen(get(g))).toMatchObject({ text: 'v1', outcome: 'miss' })
  expect(await seen(get(g))).toMatchObject({ text: 'v1', outcome: 'revalidated' })
  expect(await seen(get(g, { cache: 'reload' }))).toMatchObject({ text: 'v3', outcome: 'miss' })
})

test('an older content that comes back is current again', async () => {
  await using g = await given()
  g.origin.script('/f', ok('v1'), ok('v2'), ok('v2'), ok('v1'), status(500))
  const outcomes: unknown[] = []
  for (let n = 0; n < 4; n += 1) outcomes.push(await seen(get(g)))
  expect(outcomes).toMatchObject([
    { text: 'v1', outcome: 'miss' },
    { text: 'v2', outcome: 'miss' },
    { text: 'v2', outcome: 'revalidated' },
    { text: 'v1', outcome: 'miss' },
  ])
  expect(await seen(get(g))).toMatchObject({ text: 'v1', outcome: 'fallback' })
})

test('a 304 that nobody asked for, or with another tag, is asked again without a condition', async () => {
  await using g = await given()
  g.origin.script('/new', notModified(), ok('v1'))
  expect(await seen(g.fetch(g.origin.url('/new')))).toMatchObject({ status: 200, text: 'v1' })
  g.origin.script('/f', ok('v1', { etag: '"1"' }), notModified({ etag: '"2"' }), ok('v2', { etag: '"2"' }))
  await get(g)
  expect(await seen(get(g))).toMatchObject({ status: 200, text: 'v2', outcome: 'miss' })
  expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined])
})

test('a 304 for ever to a request without a condition: the version where there is one, else as fetch has it', async () => {
  await using g = await given()
  g.origin.script('/f', ok('v1'), notModified())
  await get(g)
  expect(await seen(get(g))).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
  g.origin.script('/none', notModified())
  expect(await seen(g.fetch(g.origin.url('/none')))).toMatchObject({ status: 304, text: '' })
  expect(g.origin.hits('/none')).toBeLessThanOrEqual(6)
})

test('ttl: Infinity costs one request ever, over ten years and a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-versions-'))
  await using g = await given()
  g.origin.script('/f', ok('v1', { headers: { 'Cache-Control': 'max-age=1' } }))
  for (const years of [0, 10]) {
    const clock = manualClock(g.clock.now() + years * 365 * 86_400_000)
    const fetch = createCachedFetch({ tiers: [sqlite(join(folder, 'cache.db'))], clock, ttl: Infinity })
    for (let n = 0; n < 2; n += 1) expect(await seen(fetch(g.origin.url('/f')))).toMatchObject({ text: 'v1' })
    await fetch.close()
  }
  expect(g.origin.hits()).toBe(1)
  await rm(folder, { recursive: true })
})

const v1 = pseudoRandom(3 * 1024 * 1024, 'v1')
const v2 = pseudoRandom(3 * 1024 * 1024, 'v2')

/** The new version is fetched while the nth call of one operation fails; `struck` is whether there was such a call. */
async function refreshed(on: 'set' | 'setMany' | 'get', call: number): Promise<{ struck: boolean; after: string }> {
  // Without decoded records, so that every read and write goes through bytes.
  const store = { ...chaos(memory(), { faults: [] }), live: undefined }
  await using g = await given({ tiers: [store], retry: false })
  g.origin.script('/f', ok(v1), ok(v2))
  await get(g)
  await g.clock.advance(1_000)
  store.chaos.use([{ do: 'throw', on, call }])
  expect(sha256(await (await get(g)).bytes()), `call ${call} of ${on}`).toBe(sha256(v2))
  const struck = store.chaos.injected.length > 0
  store.chaos.use([])
  g.origin.script('/f', status(500))
  const after = sha256(await (await get(g)).bytes())
  return { struck, after: after === sha256(v1) ? 'v1' : after === sha256(v2) ? 'v2' : 'neither' }
}

test.each(['set', 'setMany', 'get'] as const)(
  'whichever %s fails, the caller has the new bytes, and afterwards the old or the new, whole',
  async (on) => {
    const found: string[] = []
    for (let call = 1; ; call += 1) {
      const { struck, after } = await refreshed(on, call)
      if (!struck) break
      found.push(after)
    }
    expect(found.filter((after) => after !== 'v1' && after !== 'v2')).toEqual([])
    expect(found.length).toBeGreaterThan(0)
  },
)
