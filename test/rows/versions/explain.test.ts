import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inOrder, ok, reset, status } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, all, another, HOUR, history } from './histories.ts'

// Why this version: an account that a person can read, without a secret in it (field.md, moonshot 7).
const tiers = () => [memory(), sqlite(':memory:')]

describe('explain', () => {
  test('a hit: the tier, the verdict, the version', async () => {
    // Of memory only that it holds the version: its hits are too cheap to be written down.
    for (const open of [() => [sqlite(':memory:')], tiers]) {
      await using g = await history(open(), { ttl: '1d' })
      await g.brings('one')
      await seen(g.fetch(g.url))
      const text = await g.entry.explain()
      for (const word of [g.url, 'sqlite', (await g.ids())[0]]) expect(text).toContain(word)
      expect(text).toMatch(open === tiers ? /memory/ : /fresh|hit/i)
      expect(text.split('\n').length).toBeGreaterThan(1)
    }
  })

  test('a miss: both tiers were asked, and the attempt is there with its status', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('one'))
    await seen(g.fetch(g.url))
    const text = await g.entry.explain()
    for (const word of ['memory', 'sqlite', '200']) expect(text).toContain(word)
    expect(text).toMatch(/miss/i)
    expect(text).toMatch(/looked in memory, sqlite; put into \w+$/m)
  })

  test('attempts: each with what it came to, and that the old version was fallen back to', async () => {
    await using g = await history(tiers(), { retry: { attempts: 3 } })
    await g.brings('one')
    g.origin.script('/f', inOrder(status(503), status(502), reset()))
    expect((await seen(g.fetch(g.url))).outcome).toBe('fallback')
    const text = await g.entry.explain()
    expect(text).toContain('503')
    expect(text).toContain('502')
    expect(text).toMatch(/CONNECT|PROTOCOL|TRUNCATED|ECONNRESET|reset|hang up/i)
    expect(text).toMatch(/fall(s|ing|en)?[ -]?back|fallback/i)
    expect(text).toContain((await g.ids())[0])
  })

  test('admission: the reason why the new one was refused', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    g.origin.script('/f', ok('two'))
    const check = (): never => {
      throw new Error('the totals do not add up')
    }
    await seen(g.fetch(g.url, { cache: 'reload', holdfast: { check } }))
    expect(await g.entry.explain()).toContain('the totals do not add up')
  })

  test('a label failed: its reason', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed', { reason: new Error('a column is missing') })
    await seen(g.fetch(g.url, { cache: 'force-cache' }))
    const text = await g.entry.explain()
    expect(text).toContain('a column is missing')
    expect(text).toContain((await g.ids())[0])
  })

  test('a version that was wanted: which, and by what', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('app-1.4')
    await g.brings('two')
    await seen(g.fetch(g.url, { holdfast: { require: { label: 'app-1.4' } } }))
    const text = await g.entry.explain()
    expect(text).toContain('app-1.4')
    expect(text).toContain((await g.ids())[0])
  })

  test('an entry that nobody knows: a sentence, no request, no crash', async () => {
    await using g = await history(tiers())
    expect((await g.entry.explain()).length).toBeGreaterThan(10)
    expect(g.origin.hits()).toBe(0)
  })

  test('no secret: not from a header, not from a query, not from an error', async () => {
    await using g = await history(tiers(), { headers: { 'X-API-Key': 'canary-instance' } })
    const url = `${g.url}?api_key=canary-query&token=canary-token&q=1`
    const headers = { authorization: 'Bearer canary-bearer', cookie: 'sid=canary-cookie' }
    g.origin.script('/f', inOrder(ok('one'), status(500)))
    await seen(g.fetch(url, { headers }))
    await seen(g.fetch(url, { headers }))
    await die(g.origin)
    await g.clock.advance(HOUR)
    await seen(g.fetch(url, { headers }))
    const entry = g.fetch.entry(url, { headers })
    expect(await all(entry)).toHaveLength(1)
    const text = await entry.explain()
    expect(text).toContain('500')
    expect(text).not.toMatch(/canary/)
  })

  test('the last walks only: after a thousand calls it is still a page', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.brings('one')
    for (let n = 0; n < 1_000; n += 1) await seen(g.fetch(g.url))
    expect((await g.entry.explain()).length).toBeLessThan(20_000)
  })
})

describe('failures', () => {
  test('each obtain that gave up, with its attempts; they are no versions', async () => {
    await using g = await history(tiers(), { retry: { attempts: 2 }, fallback: { cooldown: 0 } })
    await g.brings('one')
    g.origin.script('/f', status(503))
    await seen(g.fetch(g.url))
    await g.clock.advance(HOUR)
    await die(g.origin)
    await seen(g.fetch(g.url))
    const failures = await g.entry.failures()
    expect(failures.map((attempts) => attempts.length)).toEqual([2, 2])
    const flat = failures.flat()
    expect(flat.filter(({ status: code }) => code === 503)).toHaveLength(2)
    expect(flat.filter(({ error }) => error?.code === 'CONNECT')).toHaveLength(2)
    for (const { at, ms, bytes } of flat) {
      expect(at).toBeInstanceOf(Date)
      expect([ms >= 0, bytes >= 0]).toEqual([true, true])
    }
    expect(await all(g.entry)).toHaveLength(1)
    expect((await g.fetch.cache.entries()[Symbol.asyncIterator]().next()).value).toMatchObject({ versions: 1 })
  })

  test('of an entry without a version: there to be read; a success after one adds none', async () => {
    await using g = await history(tiers())
    expect(await g.entry.failures()).toEqual([])
    await g.origin.refuse()
    expect((await seen(g.fetch(g.url))).rejected).toBe('CONNECT')
    expect(await g.entry.failures()).toHaveLength(1)
    expect(await all(g.entry)).toEqual([])
    await g.origin.resume()
    await g.atOnce('one')
    expect((await g.entry.failures()).length).toBeLessThanOrEqual(1)
    expect(await g.texts()).toEqual(['one'])
  })

  test('a post-mortem is read by the next process: they survive a restart', async () => {
    const file = aFile()
    await using g = await history([memory(), sqlite(file)])
    await g.brings('one')
    g.origin.script('/f', status(503))
    await seen(g.fetch(g.url))
    expect(await g.entry.failures()).toHaveLength(1)
    await g.fetch.close()
    const after = another(g, [memory(), sqlite(file)])
    expect((await after.entry(g.url).failures()).map((attempts) => attempts.map(({ status: code }) => code))).toEqual([[503]])
  })

  test('keepFailed says how many', async () => {
    for (const keepFailed of [1, 2]) {
      await using g = await history(tiers(), { versions: { keepFailed }, fallback: { cooldown: 0 } })
      await g.brings('one')
      for (const code of [500, 502, 503, 504]) {
        g.origin.script('/f', status(code))
        await seen(g.fetch(g.url))
        await g.clock.advance(HOUR)
      }
      const codes = (await g.entry.failures()).map((attempts) => attempts.at(-1)?.status ?? 0)
      expect(codes.toSorted((a, b) => a - b)).toEqual([500, 502, 503, 504].slice(-keepFailed))
    }
  })
})
