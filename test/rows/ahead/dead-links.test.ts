import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, HoldfastError, HttpError, type Prefetched } from '../../../src/index.ts'
import { cut, gate, ok, status } from '../../helpers/origin/index.ts'
import { die, given } from '../download/given.ts'
import { aFile } from '../versions/histories.ts'

/** Is it there? If not, it is fetched for the next one who asks (T02). */
async function ask(fetch: CachedFetch, url: string): Promise<{ there: boolean; filled: Promise<Prefetched[]> }> {
  const there = await fetch.cache.has(url)
  return { there, filled: there ? Promise.resolve([]) : Array.fromAsync(fetch.prefetch([url])) }
}

const MINUTE = 60_000

describe('is it there? (has), and if not, have it brought (prefetch)', () => {
  test('present, absent, and a store that is broken: true, false, false; and nobody is asked (T01)', async () => {
    const broken = memory()
    const fails = (): Promise<never> => Promise.reject(new Error('of the disk'))
    Object.assign(broken, { live: undefined, get: fails, getMany: fails })
    await using g = await given()
    await using b = await given({ tiers: [broken] })
    g.origin.script('/f', ok('x'))
    await (await g.fetch(g.origin.url('/f'))).text()
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(true)
    expect(await g.fetch.cache.has(g.origin.url('/g'))).toBe(false)
    expect(await b.fetch.cache.has(g.origin.url('/f'))).toBe(false)
    expect(b.told('tier-error')).toMatchObject([{ error: { message: expect.stringContaining('of the disk') } }])
    expect(g.origin.hits()).toBe(1)
  })

  test('asking for what is absent answers at once, and the next one finds it (T02)', async () => {
    await using g = await given()
    const slow = gate(ok('x'))
    g.origin.script('/f', slow)
    const { there, filled } = await ask(g.fetch, g.origin.url('/f'))
    expect(there).toBe(false)
    await slow.arrived
    slow.release()
    await filled
    expect((await ask(g.fetch, g.origin.url('/f'))).there).toBe(true)
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('a hundred at once are one download (T03)', async () => {
    await using g = await given()
    const slow = gate(ok('x'))
    g.origin.script('/f', slow)
    const asking = Promise.all(Array.from({ length: 100 }, () => ask(g.fetch, g.origin.url('/f'))))
    await slow.arrived
    slow.release()
    const asked = await asking
    expect(asked.every(({ there }) => !there)).toBe(true)
    await Promise.all(asked.map(({ filled }) => filled))
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('never refreshed where the entry says so, and others go on being (T04)', async () => {
    await using g = await given({ rules: [{ match: '/immutable', ttl: Number.POSITIVE_INFINITY }], ttl: '1h' })
    for (const path of ['/immutable', '/other']) {
      g.origin.script(path, ok(path))
      await (await g.fetch(g.origin.url(path))).text()
    }
    await g.clock.advance(10 * 365 * 24 * 60 * MINUTE)
    await Array.fromAsync(g.fetch.prefetch([g.origin.url('/immutable'), g.origin.url('/other')]))
    expect([g.origin.hits('/immutable'), g.origin.hits('/other')]).toEqual([1, 2])
  })

  test('half a file is none, and the next ask tries again (T05)', async () => {
    await using g = await given({ retry: false, fallback: { cooldown: 0 } })
    g.origin.script('/f', cut('x'.repeat(10_000), 5_000), ok('whole'))
    await (await ask(g.fetch, g.origin.url('/f'))).filled
    const { there, filled } = await ask(g.fetch, g.origin.url('/f'))
    expect(there).toBe(false)
    expect(await filled).toMatchObject([{ ok: true }])
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(true)
  })

  test.each(['', '  '])('no name (%j) is a TypeError (T08)', async (name) => {
    await using g = await given()
    await expect(g.fetch.cache.has(name)).rejects.toThrow(TypeError)
    expect(await Array.fromAsync(g.fetch.prefetch([name]))).toMatchObject([
      { url: name, ok: false, error: expect.any(TypeError) },
    ])
  })
})

describe('a dead link is not hammered (T06, B68)', () => {
  test.each([404, 410, 403, 500, 503])('%s: ten asks, one after the other in a second, one request', async (code) => {
    await using g = await given({ retry: false })
    g.origin.script('/f', status(code), ok('back'))
    for (let n = 0; n < 10; n++) {
      const { there, filled } = await ask(g.fetch, g.origin.url('/f'))
      expect(there).toBe(false)
      const [end] = await filled
      expect(end).toMatchObject({ ok: false, error: { response: { status: code } } })
      expect(end?.ok === false && end.error).toBeInstanceOf(HttpError)
      await g.clock.advance(100)
    }
    expect(g.origin.hits('/f')).toBe(1)
    await g.clock.advance(30_000)
    expect(await (await ask(g.fetch, g.origin.url('/f'))).filled).toMatchObject([{ ok: true }])
    expect(g.origin.hits('/f')).toBe(2)
  })

  test.each([404, 503])('%s: ten at once are one request', async (code) => {
    await using g = await given({ retry: false })
    const slow = gate(status(code))
    g.origin.script('/f', slow)
    const asking = Promise.all(Array.from({ length: 10 }, () => ask(g.fetch, g.origin.url('/f'))))
    await slow.arrived
    slow.release()
    for (const { filled } of await asking) expect(await filled).toMatchObject([{ ok: false }])
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('a host that is gone: one series of attempts, and its error for all', async () => {
    await using g = await given({ retry: 3 })
    await die(g.origin)
    for (let n = 0; n < 10; n++) {
      const [end] = await (await ask(g.fetch, g.origin.url('/f'))).filled
      expect(end).toMatchObject({ ok: false, error: { code: 'CONNECT' } })
      expect(end?.ok === false && end.error).toBeInstanceOf(HoldfastError)
    }
    expect(g.told('attempt')).toHaveLength(3)
  })

  test('what a series ended in is known to the next process on the same file', async () => {
    const file = aFile()
    // What has no version is kept for a while only, and SQLite goes by the machine's own clock.
    await using g = await given({ tiers: [sqlite(file)], retry: false }, manualClock(Date.now()))
    await die(g.origin)
    await (await ask(g.fetch, g.origin.url('/f'))).filled
    await g.fetch.close()
    await using after = await given({ tiers: [sqlite(file)], retry: false }, g.clock)
    expect(await (await ask(after.fetch, g.origin.url('/f'))).filled).toMatchObject([{ error: { code: 'CONNECT' } }])
    expect(after.told('attempt')).toHaveLength(0)
  })

  test('who waits is not refused: a fetch asks, and so does a prefetch that insists', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', status(404), status(404), ok('back'))
    await (await ask(g.fetch, g.origin.url('/f'))).filled
    expect((await g.fetch(g.origin.url('/f'))).status).toBe(404)
    const insisting = g.fetch.prefetch([[g.origin.url('/f'), { cache: 'reload' }]])
    expect(await Array.fromAsync(insisting)).toMatchObject([{ ok: true }])
    expect((await ask(g.fetch, g.origin.url('/f'))).there).toBe(true)
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('for how long, fallback.cooldown says', async () => {
    await using g = await given({ retry: false, fallback: { cooldown: '5m' } })
    g.origin.script('/f', status(404))
    for (const ms of [0, 4 * MINUTE, MINUTE]) {
      await g.clock.advance(ms)
      await (await ask(g.fetch, g.origin.url('/f'))).filled
    }
    expect(g.origin.hits('/f')).toBe(2)
  })
})

test('a dead origin and 1,000 calls with a stored version: one series of attempts per cool-down (H06)', async () => {
  await using g = await given({ retry: 3, fallback: { cooldown: '30s' } })
  g.origin.script('/f', ok('old'), status(503))
  const url = g.origin.url('/f')
  await (await g.fetch(url)).text()
  await g.clock.advance(100)
  for (let n = 0; n < 1_000; n++) {
    expect(await (await g.fetch(url)).text()).toBe('old')
    await g.clock.advance(100)
  }
  // 100 seconds: at 0, 30, 60 and 90.
  expect(g.origin.hits('/f')).toBe(1 + 4 * 3)
})
