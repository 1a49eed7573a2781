import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CallOptions, Options } from '../../../src/index.ts'
import { ok, type Step } from '../../helpers/origin/index.ts'
import { given, seen } from '../download/given.ts'
import { ask, fallen, good, json, later, page, text } from './judging.ts'

const TEN_YEARS = 315_360_000
const forTenYears = { headers: { 'Cache-Control': `max-age=${TEN_YEARS}, immutable` } }
const shortly = { headers: { 'Cache-Control': 'max-age=1' } }
const yes = { ok: true }
const nonempty: CallOptions['check'] = async (response) => {
  if ((await response.text()) === '') throw new Error('empty')
}

/** H08: what comes, what notices it. */
const poisons: [string, Step, Step, Options][] = [
  ['an error page, by the guard', json(yes, shortly), page(forTenYears), {}],
  ['an error page, by a schema', json(yes, shortly), page(forTenYears), { guards: false, schema: good() }],
  ['an empty body, by a check', text('v1'), ok('', forTenYears), { check: nonempty }],
  ['an empty body over JSON, by a schema', json(yes, shortly), json('', forTenYears), { guards: false, schema: good() }],
  ['a small body, by a guard that refuses', text('v'.repeat(100)), ok('v', forTenYears), { guards: { shrink: 'refuse' } }],
  ['other keys, by a guard that refuses', json(yes, shortly), json({ no: 1 }, forTenYears), { guards: { shape: 'refuse' } }],
  ['a wrong value, by a schema', json(yes, shortly), json({ ok: 'yes' }, forTenYears), { schema: good() }],
]

const tiers: [string, () => Options['tiers']][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['memory before sqlite', () => [memory(), sqlite(':memory:')]],
]

describe.each(tiers)('A18, poisoned once under max-age=10y; %s', (_, open) => {
  test.each(poisons)(
    '%s: never a hit, the last good one is served, and the next good one replaces it',
    async (_poison, first, bad, options) => {
      await using g = await given({ ttl: 'http', tiers: open() as NonNullable<Options['tiers']>, ...options })
      g.origin.script('/f', first, bad, bad, json({ ok: true, n: 2, pad: 'x'.repeat(200) }))
      const good1 = (await ask(g)).text
      await g.clock.advance(60_000)
      for (let n = 0; n < 3; n += 1) expect(await fallen(g)).toMatchObject({ text: good1, code: 'REJECTED' })
      expect(g.origin.hits()).toBe(2)
      expect(await ask(g, { cache: 'force-cache' })).toMatchObject({ text: good1, outcome: 'hit' })
      expect(await ask(g, { cache: 'only-if-cached', mode: 'same-origin' })).toMatchObject({ text: good1 })
      await later(g)
      expect(await fallen(g)).toMatchObject({ text: good1 })
      expect(g.origin.hits()).toBe(3)
      await later(g)
      const healed = await ask(g, options.guards !== false && options.guards?.shape ? { holdfast: { guards: false } } : {})
      expect(healed).toMatchObject({ status: 200, outcome: 'miss', text: expect.stringContaining('"n":2') })
    },
  )

  test('the first of all is poison: an error, and the next call asks again', async () => {
    await using g = await given({ ttl: 'http', tiers: open() as NonNullable<Options['tiers']>, schema: good() })
    g.origin.script('/f', page(forTenYears), json(yes, forTenYears))
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
    expect(await ask(g, { cache: 'force-cache' })).toMatchObject({ text: JSON.stringify(yes), outcome: 'miss' })
    expect(await ask(g)).toMatchObject({ text: JSON.stringify(yes), outcome: 'hit' })
  })
})

describe('it is not served by any other way either', () => {
  const ways: [string, Options][] = [
    ['staleWhileRevalidate', { staleWhileRevalidate: '1h' }],
    ["respect: 'standard'", { respect: 'standard' }],
    ['a ttl of mine', { ttl: '1s' }],
    ['prefer-offline', { mode: 'prefer-offline' }],
  ]
  test.each(ways)('%s', async (_, options) => {
    await using g = await given({ ttl: 'http', schema: good(), ...options })
    g.origin.script('/f', json(yes, shortly), page(forTenYears))
    await ask(g)
    await g.clock.advance(60_000)
    for (let n = 0; n < 4; n += 1) {
      expect(await ask(g)).toMatchObject({ text: JSON.stringify(yes) })
      await g.fetch.idle()
      await g.clock.advance(1_500)
    }
    expect(g.told('rejected').length).toBe(_ === 'prefer-offline' ? 0 : 1)
  })

  test('offline, HEAD, a range, and a condition of the caller get the good one', async () => {
    await using g = await given({ ttl: 'http', schema: good() })
    g.origin.script('/f', json(yes, { ...shortly, etag: '"good"' }), page({ ...forTenYears, etag: '"bad"' }))
    await ask(g)
    await g.clock.advance(60_000)
    await ask(g)
    await g.origin.refuse()
    const head = await g.fetch(g.origin.url('/f'), { method: 'HEAD' })
    expect([head.headers.get('etag'), head.headers.get('content-length')]).toEqual(['"good"', '11'])
    expect(await ask(g, { headers: { Range: 'bytes=1-4' } })).toMatchObject({ status: 206, text: '"ok"' })
    const bad = await g.fetch(g.origin.url('/f'), { headers: { 'If-None-Match': '"bad"' } })
    expect([bad.status, await bad.text()]).toEqual([200, JSON.stringify(yes)])
    const offline = g.fetch.extend({ mode: 'offline' } as Options)
    expect(await seen(offline(g.origin.url('/f')))).toMatchObject({ text: JSON.stringify(yes) })
  })

  test('a stale answer while it is refreshed: refresh-failed tells of the refusal, the old one stays', async () => {
    await using g = await given({ ttl: '1s', staleWhileRevalidate: '1h', schema: good() })
    g.origin.script('/f', json(yes), page())
    await ask(g)
    await g.clock.advance(5_000)
    expect(await ask(g)).toMatchObject({ outcome: 'stale', text: JSON.stringify(yes) })
    await g.fetch.idle()
    expect(g.told('refresh-failed')).toMatchObject([{ error: { code: 'REJECTED' } }])
    expect(g.told('rejected')).toHaveLength(1)
  })
})
