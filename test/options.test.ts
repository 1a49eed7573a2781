import { describe, expect, test } from 'vitest'
import { memory } from '../adapters/stores/memory.ts'
import type { CallOptions, Options } from '../src/index.ts'
import { ok } from './helpers/origin/index.ts'
import { bench, failureOf } from './rows/door/kit.ts'
import { named, nest, onlyPerCall, perCall, perInstance, thrownBy, untold } from './rows/door/wrong-options.ts'

describe('a wrong option is a TypeError that names it, the value and the cure', () => {
  test.each(named([...perCall, ...onlyPerCall, ...perInstance]))('createCachedFetch: %s', (_, row) => {
    expect(untold(thrownBy({ tiers: [memory()], ...nest(row[0], row[1]) }), row)).toEqual([])
  })

  test.each(named([...perCall, ...onlyPerCall]))('a call rejects: %s', async (_, row) => {
    await using b = await bench({ '/r': ok('x') })
    expect(untold(await failureOf(b.fetch(b.origin.url('/r'), { holdfast: nest(row[0], row[1]) as CallOptions })), row)).toEqual(
      [],
    )
    expect(b.origin.hits()).toBe(0)
  })

  test.each(named(perCall))('a rule: %s', (_, row) =>
    expect(untold(thrownBy({ rules: [{ match: '/ok' }, { match: '/*', ...nest(row[0], row[1]) }] }), row)).toEqual([]),
  )

  test.each(named([...perCall, ...onlyPerCall]))('extend: %s', async (_, row) => {
    await using b = await bench()
    expect(() => b.fetch.extend(nest(row[0], row[1]) as Options)).toThrow(TypeError)
  })

  test('a wrong rule is told by its number', () => {
    for (const rule of [
      { match: '/*', ttl: 'x' },
      { ttl: 1 },
      { match: 7 },
      { match: 'http://[' },
      { match: '/*', onProgress: () => {} },
      { match: '/*', respect: 'x' },
      { match: '/*', mode: 'offline' },
    ]) {
      const error = thrownBy({ tiers: [memory()], rules: [{ match: '/ok' }, rule] })
      expect(error, JSON.stringify(rule)).toBeInstanceOf(TypeError)
      expect((error as Error).message).toContain('rules[1]')
    }
  })
})

describe('right options', () => {
  const right: Options[] = [
    {},
    { ttl: 'http' },
    { ttl: 0 },
    { ttl: Infinity },
    { ttl: '250ms' },
    { ttl: '7d' },
    { fallback: false },
    { fallback: '30d' },
    { fallback: 1000 },
    { fallback: {} },
    { fallback: { on: ['network', 'timeout', 'rejected', '4xx', '5xx', 404] } },
    { fallback: { on: [] } },
    { retry: false },
    { retry: 1 },
    { retry: {} },
    { staleWhileRevalidate: true },
    { partition: null },
    { partition: 'a' },
    { maxEntryBytes: '8MB' },
    { maxEntryBytes: 0 },
    { timeouts: {} },
    { rules: [] },
    { headers: [['a', 'b']] },
    { headers: new Headers() },
    { credentialHeaders: [] },
    { rules: [{ match: new URLPattern({ pathname: '/a' }) }, { match: () => true }, { match: 'https://*.example.org/*' }] },
    { delivery: 'streaming' },
  ]
  test.each(right.map((options) => [JSON.stringify(options), options] as const))('%s', (_, options) => {
    expect(thrownBy({ tiers: [memory()], ...options })).toBeUndefined()
  })

  test('undefined is absent, everywhere', async () => {
    const names = [...perCall, ...perInstance].map(([name]) => name)
    for (const name of names)
      expect(
        thrownBy({
          tiers: [memory()],
          ...nest(name.replace(/\.(afterr|conect|retries|concurency)$/, ''), undefined),
          rules: undefined,
        }),
        name,
      ).toBeUndefined()
    expect(
      thrownBy({ tiers: [memory()], rules: [{ match: '/*', ttl: undefined, fallback: { after: undefined }, retry: undefined }] }),
    ).toBeUndefined()
    expect(thrownBy(undefined)).toBeUndefined()
    await using b = await bench({ '/r': ok('x') })
    const holdfast = { ttl: undefined, fallback: { after: undefined }, group: undefined } as unknown as CallOptions
    expect((await b.fetch(b.origin.url('/r'), { holdfast })).status).toBe(200)
    expect((await b.fetch(b.origin.url('/r'), { holdfast: undefined } as unknown as RequestInit)).status).toBe(200)
  })
})
