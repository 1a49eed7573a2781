import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Init } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { type AnswerOptions, byRequest, cut, ok, stall, startOrigin } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Given, given, rejection } from './given.ts'
import { ended, type Life, lives, living, promised, storeOld } from './stored.ts'

// R21 and what belongs to it: who may go on with a part that a failed call left, and who may not.
const MIB = 1024 * 1024
const body = pseudoRandom(3 * MIB)
const other = pseudoRandom(3 * MIB, 'other')
const strong = { etag: '"1"', ranges: true }
const YEAR = 365 * 86_400_000

/** One call that breaks at two thirds and gives up at once. The caller has the old version, or the error. */
async function leaveAPart(g: Given, life: Life, init: Init = {}, options: AnswerOptions = strong): Promise<void> {
  await storeOld(g, life, '/f')
  g.origin.script('/f', cut(body, 2 * MIB, options), ok(body, options))
  const { is, error } = await ended(g.fetch(g.origin.url('/f'), init))
  // A call under credentials, or in a group, has an entry of its own, with nothing stored in it.
  const alone = init.headers !== undefined || init.holdfast !== undefined
  expect([is, error?.code]).toEqual([alone ? 'rejected' : promised(life), 'TRUNCATED'])
}

const rangesAt = (g: Given): (string | undefined)[] => g.origin.requests('/f').map(({ headers }) => headers.range)
const bytes = async (g: Given, init: Init = {}) => sha256(await (await g.fetch(g.origin.url('/f'), init)).bytes())
const once = { retry: false as const, fallback: { cooldown: 0 } }

describe.each(lives)('$name', (life) => {
  test('the next call goes on with it, under If-Range, and leaves nothing behind', async () => {
    await using g = await living(life, once)
    await leaveAPart(g, life)
    expect(await bytes(g)).toBe(sha256(body))
    expect(g.origin.requests('/f')[1]?.headers).toMatchObject({ range: 'bytes=2096128-', 'if-range': '"1"' })
    expect(await bytes(g, { cache: 'reload' })).toBe(sha256(body))
    expect(rangesAt(g)).toEqual([undefined, 'bytes=2096128-', undefined])
  })

  test('callers who all left leave it too (C03), and the bytes that had come are not asked for again', async () => {
    await using g = await living(life, once)
    await storeOld(g, life, '/f')
    g.origin.script('/f', stall(body, 2.5 * MIB, strong), ok(body, strong))
    const controllers = Array.from({ length: 10 }, () => new AbortController())
    const calls = controllers.map(({ signal }) => ended(g.fetch(g.origin.url('/f'), { signal })))
    while (g.origin.requests('/f')[0]?.bytesSent !== 2.5 * MIB) await rounds()
    await rounds()
    for (const controller of controllers) controller.abort(new Error('enough'))
    for (const { error } of await Promise.all(calls)) expect(error).toMatchObject({ message: 'enough' })
    await g.fetch.idle()
    expect(await bytes(g)).toBe(sha256(body))
    expect(g.origin.requests('/f')[1]?.headers['if-range']).toBe('"1"')
    expect(Number(/^bytes=(\d+)-$/.exec(rangesAt(g)[1] ?? '')?.[1])).toBeGreaterThanOrEqual(2 * MIB - 1024)
  })

  test('the file has changed since: the new one, whole', async () => {
    await using g = await living(life, once)
    await leaveAPart(g, life)
    g.origin.script('/f', ok(other, { etag: '"2"', ranges: true }))
    expect(await bytes(g)).toBe(sha256(other))
  })

  test('another user does not have it', async () => {
    await using g = await living(life, once)
    await leaveAPart(g, life, { headers: { Authorization: 'A' } })
    expect(await bytes(g, { headers: { Authorization: 'B' } })).toBe(sha256(body))
    expect(await bytes(g)).toBe(sha256(body))
    expect(await bytes(g, { headers: { Authorization: 'A' } })).toBe(sha256(body))
    expect(rangesAt(g)).toEqual([undefined, undefined, undefined, 'bytes=2096128-'])
  })

  test('another group does not have it', async () => {
    await using g = await living(life, once)
    await leaveAPart(g, life, { holdfast: { group: 'one' } })
    expect(await bytes(g, { holdfast: { group: 'two' } })).toBe(sha256(body))
    expect(rangesAt(g)).toEqual([undefined, undefined])
  })

  test('another variant does not have it, though the tag be the same', async () => {
    const varies = { ...strong, headers: { Vary: 'Accept-Language' } }
    await using g = await living(life, once)
    await storeOld(g, life, '/f')
    g.origin.script(
      '/f',
      byRequest(({ headers }, hit) =>
        hit === 1 ? cut(body, 2 * MIB, varies) : ok(headers['accept-language'] === 'en' ? other : body, varies),
      ),
    )
    await ended(g.fetch(g.origin.url('/f'), { headers: { 'Accept-Language': 'de' } }))
    expect(await bytes(g, { headers: { 'Accept-Language': 'en' } })).toBe(sha256(other))
    expect(await bytes(g, { headers: { 'Accept-Language': 'de' } })).toBe(sha256(body))
    expect(rangesAt(g)[1]).toBeUndefined()
  })

  test('a caller who asks for a coding of its own does not have it', async () => {
    await using g = await living(life, once)
    await leaveAPart(g, life, {}, { ...strong, headers: { Vary: 'Accept-Encoding' } })
    expect(await bytes(g, { headers: { 'Accept-Encoding': 'br' } })).toBe(sha256(body))
    expect(rangesAt(g)[1]).toBeUndefined()
  })

  test('an hour later it is used, a year later not', async () => {
    for (const [ms, range] of [
      [3_600_000, 'bytes=2096128-'],
      [YEAR, undefined],
    ] as const) {
      await using g = await living(life, once)
      await leaveAPart(g, life)
      await g.clock.advance(ms)
      expect(await bytes(g)).toBe(sha256(body))
      expect(rangesAt(g)[1]).toBe(range)
    }
  })

  test('what may not be stored leaves no part behind', async () => {
    await using g = await living(life, { ...once, ttl: 'http' })
    const secret = { ...strong, headers: { 'Cache-Control': 'no-store' } }
    g.origin.script('/f', cut(body, 2 * MIB, secret), ok(body, secret))
    await rejection(g.fetch(g.origin.url('/f')).then((response) => response.bytes()))
    expect(await bytes(g)).toBe(sha256(body))
    expect(rangesAt(g)).toEqual([undefined, undefined])
  })

  test('a part is neither a version nor an answer', async () => {
    await using g = await living({ ...life, cached: false }, once)
    await leaveAPart(g, { ...life, cached: false })
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
    const offline = g.fetch.extend({ mode: 'offline' })
    expect((await rejection(offline(g.origin.url('/f')))).code).toBe('NOT_CACHED')
    expect((await rejection(g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }))).code).toBe(
      'NOT_CACHED',
    )
    expect((await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })).headers.get('cache-status')).not.toContain('hit')
  })
})

describe('in memory alone', () => {
  test('a part counts as what it is, and is the first to go', async () => {
    await using g = await given({ tiers: [memory({ maxBytes: '8MB' })], ...once })
    for (let n = 0; n < 8; n += 1) {
      g.origin.script(`/${n}`, cut(body, 2 * MIB, strong), ok(body, strong))
      await rejection(g.fetch(g.origin.url(`/${n}`)))
    }
    const gone = g.told('evicted').filter(({ key }) => key.startsWith('h1:c:'))
    // Two chunks of each; seven and a half have room beside the rest.
    expect(gone).toHaveLength(8 * 2 - 7)
    for (const [n, range] of [
      [0, undefined],
      [7, 'bytes=2096128-'],
    ] as const) {
      await (await g.fetch(g.origin.url(`/${n}`))).bytes()
      expect(g.origin.requests(`/${n}`)[1]?.headers.range).toBe(range)
    }
  })

  test('of what is too large for it no part is kept', async () => {
    await using g = await given({ tiers: [memory({ maxEntryBytes: '2MB' })], ...once })
    await leaveAPart(g, { name: '', cached: false, open: memory })
    expect(await bytes(g)).toBe(sha256(body))
    expect(rangesAt(g)).toEqual([undefined, undefined])
  })

  test('a day later it is swept', async () => {
    const store = memory()
    const left = async (): Promise<number> =>
      (await Array.fromAsync(store.keys('h1:p:'))).length + (await Array.fromAsync(store.keys('h1:c:'))).length
    await using g = await given({ tiers: [store], ...once })
    await leaveAPart(g, { name: '', cached: false, open: memory })
    await g.fetch.cache.sweep()
    expect(await left()).toBe(3)
    for (let hours = 0; hours < 27; hours += 1) {
      await g.clock.advance(3_600_000)
      await g.fetch.cache.sweep()
    }
    expect(await left()).toBe(0)
  })
})

test('parts are bounded by what the tier may hold, though nobody ever comes back for them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-partials-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await using origin = await startOrigin()
  const fetch = createCachedFetch({ tiers: [sqlite(join(folder, 'cache.db'), { maxBytes: '8MB' })], retry: false })
  for (let n = 0; n < 12; n += 1) {
    origin.script(`/${n}`, cut(body, 2 * MIB, strong))
    expect((await rejection(fetch(origin.url(`/${n}`)))).code).toBe('TRUNCATED')
  }
  await fetch.idle()
  await fetch.close()
  const size = readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  )
  expect(size / MIB).toBeLessThan(12)
})
