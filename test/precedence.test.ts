import { describe, expect, test } from 'vitest'
import type { CallOptions, Init, Options, Rule } from '../src/index.ts'
import { counting, inOrder, ok, type Step, status } from './helpers/origin/index.ts'
import { type Bench, bench, die, failureOf, outcomeOf, textOf } from './rows/door/kit.ts'

/** Which wins: mode 'offline' › init.cache unless 'default' › the call › the first matching rule › the instance › HTTP. */
interface Layers {
  http?: string
  instance?: Options
  rules?: Rule[]
  call?: CallOptions
  cache?: NonNullable<RequestInit['cache']>
}

async function stocked({ http, instance = {}, rules, call, cache }: Layers): Promise<Bench & { get(): Promise<string> }> {
  const step = counting(http === undefined ? {} : { headers: { 'Cache-Control': http } })
  const b = await bench({ '/r': step })
  const fetch = b.open({ ...instance, ...(rules === undefined ? {} : { rules }) })
  const init: Init = { ...(call === undefined ? {} : { holdfast: call }), ...(cache === undefined ? {} : { cache }) }
  await textOf(
    b.fetch === fetch ? b.fetch(b.origin.url('/r')) : fetch(b.origin.url('/r'), call === undefined ? {} : { holdfast: call }),
  )
  return Object.assign(b, { get: () => textOf(fetch(b.origin.url('/r'), init)) })
}

const rule = (options: Omit<Rule, 'match'>): Rule => ({ match: '/*', ...options })

describe('freshness: the answer is asked again after so many seconds', () => {
  const rows: [string, Layers, number][] = [
    ['HTTP alone', { http: 'max-age=10' }, 10],
    ['nothing at all', {}, 0],
    ['the instance before HTTP', { http: 'max-age=10', instance: { ttl: '20s' } }, 20],
    ['the instance may shorten', { http: 'max-age=10', instance: { ttl: '5s' } }, 5],
    ['a rule before the instance', { http: 'max-age=10', instance: { ttl: '20s' }, rules: [rule({ ttl: '30s' })] }, 30],
    [
      'the first rule that matches',
      { instance: { ttl: '20s' }, rules: [{ match: '/other', ttl: '1s' }, rule({ ttl: '30s' }), rule({ ttl: '40s' })] },
      30,
    ],
    ['rules are not added up', { instance: { ttl: '20s' }, rules: [rule({ group: 'g' }), rule({ ttl: '40s' })] }, 20],
    ['a call before a rule', { instance: { ttl: '20s' }, rules: [rule({ ttl: '30s' })], call: { ttl: '50s' } }, 50],
    [
      'a call that says http gives it back to HTTP',
      { http: 'max-age=10', instance: { ttl: '20s' }, rules: [rule({ ttl: '30s' })], call: { ttl: 'http' } },
      10,
    ],
    ['defaultTtl only where HTTP is silent', { http: 'max-age=10', instance: { defaultTtl: '20s' } }, 10],
    ['defaultTtl where HTTP is silent', { instance: { defaultTtl: '20s' } }, 20],
    ['ttl before defaultTtl, whatever the layer', { instance: { ttl: '30s' }, call: { defaultTtl: '20s' } }, 30],
    [
      'undefined in a call leaves the rule',
      { rules: [rule({ ttl: '30s' })], call: { ttl: undefined } as unknown as CallOptions },
      30,
    ],
  ]
  test.each(rows)('%s', async (_, layers, seconds) => {
    await using b = await stocked(layers)
    await b.clock.advance(Math.max(0, seconds * 1000 - 1))
    expect(await b.get()).toBe(seconds > 0 ? '1' : '2')
    await b.clock.advance(1)
    expect(await b.get()).toBe(seconds > 0 ? '2' : '3')
  })
})

describe('init.cache goes before every ttl, and mode offline before init.cache', () => {
  const rows: [string, Layers, string][] = [
    ['reload', { call: { ttl: '1h' }, cache: 'reload' }, '2'],
    ['no-cache', { call: { ttl: Infinity }, cache: 'no-cache' }, '2'],
    ['no-store', { rules: [rule({ ttl: '1h' })], cache: 'no-store' }, '2'],
    ['force-cache', { call: { ttl: 0 }, cache: 'force-cache' }, '1'],
    ['only-if-cached', { call: { ttl: 0 }, cache: 'only-if-cached' }, '1'],
    ['default is no wish', { call: { ttl: '1h' }, cache: 'default' }, '1'],
    ['prefer-offline gives way to reload', { instance: { mode: 'prefer-offline' }, cache: 'reload' }, '2'],
    ['prefer-offline before ttl 0', { instance: { mode: 'prefer-offline' }, call: { ttl: 0 } }, '1'],
  ]
  test.each(rows)('%s', async (_, layers, text) => {
    await using b = await stocked(layers)
    expect(await b.get()).toBe(text)
  })

  test.each(['default', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const)(
    'offline serves what is stored under %s',
    async (cache) => {
      await using b = await bench({ '/r': counting() })
      const offline = b.fetch.extend({ mode: 'offline' })
      await textOf(b.fetch(b.origin.url('/r')))
      expect(await textOf(offline(b.origin.url('/r'), { cache, holdfast: { ttl: 0 } }))).toBe('1')
      expect(b.origin.hits()).toBe(1)
    },
  )

  test('offline sends nothing at all: no miss, no POST, no HEAD, no refresh behind', async () => {
    await using b = await bench({ '/r': counting(), '/no': counting() })
    const offline = b.fetch.extend({ mode: 'offline', staleWhileRevalidate: true })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(await textOf(offline(b.origin.url('/r')))).toBe('1')
    for (const init of [
      {},
      { method: 'POST', body: 'b' },
      { method: 'HEAD' },
      { cache: 'no-store' },
      { holdfast: { delivery: 'live' } },
    ] as Init[]) {
      expect(await failureOf(offline(b.origin.url('/no'), init))).toMatchObject({ code: 'NOT_CACHED' })
    }
    await offline.idle()
    expect(b.origin.hits()).toBe(1)
  })
})

describe('an instance-wide ttl never stores no-store; a rule or a call that says so does', () => {
  const noStore: Step = counting({ headers: { 'Cache-Control': 'no-store' } })
  const rows: [string, Options, CallOptions, string][] = [
    ['instance', { ttl: '1h' }, {}, '2'],
    ['rule', { rules: [rule({ ttl: '1h' })] }, {}, '1'],
    ['call', {}, { ttl: '1h' }, '1'],
    ['a rule without ttl under an instance with one', { ttl: '1h', rules: [rule({ group: 'g' })] }, {}, '2'],
    ['a call without ttl under an instance with one', { ttl: '1h' }, { group: 'g' }, '2'],
    ['a call that takes the rule back', { rules: [rule({ ttl: '1h' })] }, { ttl: 'http' }, '2'],
    ['defaultTtl is no such word', { rules: [rule({ defaultTtl: '1h' })] }, { defaultTtl: '1h' }, '2'],
  ]
  test.each(rows)('%s', async (_, options, holdfast, second) => {
    await using b = await bench({ '/r': noStore }, options)
    await textOf(b.fetch(b.origin.url('/r'), { holdfast }))
    expect(await textOf(b.fetch(b.origin.url('/r'), { holdfast }))).toBe(second)
    expect(await b.fetch.cache.has(b.origin.url('/r'), { holdfast })).toBe(second === '1')
  })

  test('the ttl of extend is instance-wide too', async () => {
    await using b = await bench({ '/r': noStore })
    const child = b.fetch.extend({ ttl: '1h' })
    expect([await textOf(child(b.origin.url('/r'))), await textOf(child(b.origin.url('/r')))]).toEqual(['1', '2'])
  })
})

describe('nested objects merge key by key, lists replace', () => {
  const old: [Step, ...Step[]] = [ok('old'), status(503)]
  test('fallback: maxStale of the instance stands beside `on` of the call', async () => {
    await using b = await bench({ '/r': inOrder(...old) }, { fallback: { maxStale: '1m', cooldown: 0 } })
    await textOf(b.fetch(b.origin.url('/r')))
    const holdfast: CallOptions = { fallback: { on: [503] } }
    await b.clock.advance(59_000)
    expect(await outcomeOf(b.fetch(b.origin.url('/r'), { holdfast }))).toBe('fallback')
    await b.clock.advance(2_000)
    expect((await b.fetch(b.origin.url('/r'), { holdfast })).status).toBe(503)
  })

  test('fallback.on of the call replaces the list of the instance', async () => {
    await using b = await bench({ '/r': inOrder(ok('old'), status(500)) }, { fallback: { on: ['network', 500], cooldown: 0 } })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(await outcomeOf(b.fetch(b.origin.url('/r')))).toBe('fallback')
    expect((await b.fetch(b.origin.url('/r'), { holdfast: { fallback: { on: ['network'] } } })).status).toBe(500)
    await die(b.origin)
    expect((await failureOf(b.fetch(b.origin.url('/r'), { holdfast: { fallback: { on: [500] } } }))).code).toBe('CONNECT')
  })

  test('retry: attempts of the instance, statuses of the rule, delays of the call', async () => {
    const rules = [rule({ retry: { statusCodes: [418] } })]
    await using b = await bench({ '/r': status(418), '/s': status(503) }, { retry: { attempts: 3 }, rules })
    const holdfast: CallOptions = { retry: { minDelay: 0, maxDelay: 0 } }
    await b.fetch(b.origin.url('/r'), { holdfast })
    await b.fetch(b.origin.url('/s'), { holdfast })
    expect([b.origin.hits('/r'), b.origin.hits('/s')]).toEqual([3, 1])
  })

  test('fallback: false in a rule, switched on again by a call with an object', async () => {
    await using b = await bench({ '/r': inOrder(...old) }, { rules: [rule({ fallback: false })] })
    await textOf(b.fetch(b.origin.url('/r')))
    expect((await b.fetch(b.origin.url('/r'))).status).toBe(503)
    expect(await outcomeOf(b.fetch(b.origin.url('/r'), { holdfast: { fallback: {} } }))).toBe('fallback')
  })

  test('headers: the caller before the instance, name by name', async () => {
    await using b = await bench({ '/r': ok('a') }, { headers: { 'X-A': 'instance', 'X-B': 'instance' } })
    await textOf(b.fetch(b.origin.url('/r'), { headers: { 'x-a': 'caller' } }))
    expect(b.origin.requests('/r')[0]?.headers).toMatchObject({ 'x-a': 'caller', 'x-b': 'instance' })
  })
})
