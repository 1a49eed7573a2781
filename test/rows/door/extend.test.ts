import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { counting, gate, ok } from '../../helpers/origin/index.ts'
import { bench, failureOf, record, textOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=600' } }

describe('extend', () => {
  test('shares tiers: what one stored the other serves', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const child = b.fetch.extend({})
    const grandchild = child.extend({ ttl: '1h' })
    expect(await textOf(grandchild(b.origin.url('/r')))).toBe('1')
    expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(child(b.origin.url('/r')))]).toEqual(['1', '1'])
  })

  test('shares flights: both wait for one request', async () => {
    const waiting = gate(ok('a', kept))
    await using b = await bench({ '/r': waiting })
    const both = [b.fetch(b.origin.url('/r')), b.fetch.extend({ ttl: '1m' })(b.origin.url('/r'))]
    await waiting.arrived
    waiting.release()
    expect(await Promise.all(both.map(textOf))).toEqual(['a', 'a'])
    expect(b.origin.hits('/r')).toBe(1)
  })

  test('shares the governor: the limit is one for all', async () => {
    const waiting = gate(ok('a'))
    await using b = await bench({ '/r': waiting }, { limits: { concurrency: 2 } })
    const child = b.fetch.extend({})
    const all = [0, 1, 2, 3].map((n) => textOf((n % 2 ? child : b.fetch)(b.origin.url(`/r?${n}`))))
    await waiting.atLeast(2)
    await b.clock.advance(0)
    expect(b.origin.inFlight).toBe(2)
    waiting.release()
    await Promise.all(all)
    expect(b.origin.maxInFlight).toBe(2)
  })

  test("its options go over the parent's, key by key; the parent is as it was", async () => {
    await using b = await bench({ '/r': counting() }, { ttl: '1m', headers: { 'X-A': 'parent', 'X-B': 'parent' } })
    const child = b.fetch.extend({ ttl: '2m', group: 'child', headers: { 'x-a': 'child' } })
    expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(child(b.origin.url('/r')))]).toEqual(['1', '2'])
    await b.clock.advance(90_000)
    expect([await textOf(child(b.origin.url('/r'))), await textOf(b.fetch(b.origin.url('/r')))]).toEqual(['2', '3'])
    expect(b.origin.requests('/r').map(({ headers }) => [headers['x-a'], headers['x-b']])).toEqual([
      ['parent', 'parent'],
      ['child', 'parent'],
      ['parent', 'parent'],
    ])
  })

  test("its rules replace the parent's, for lists replace", async () => {
    await using b = await bench({ '/r': counting() }, { rules: [{ match: '/r', ttl: '1m' }] })
    const child = b.fetch.extend({ rules: [] })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('1')
    expect(await textOf(child(b.origin.url('/r')))).toBe('2')
  })

  test('closing a child closes nothing', async () => {
    await using b = await bench({ '/r': counting(kept), '/s': counting() })
    const child = b.fetch.extend({})
    await child.close()
    await child[Symbol.asyncDispose]()
    expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(b.fetch(b.origin.url('/s')))]).toEqual(['1', '1'])
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(true)
  })

  test('closing the parent closes its children', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const child = b.fetch.extend({})
    await textOf(child(b.origin.url('/r')))
    await b.fetch.close()
    expect((await failureOf(child(b.origin.url('/r')))).code).toBe('CLOSED')
  })

  test('separate instances share nothing', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const other = b.open()
    expect([await textOf(b.fetch(b.origin.url('/r'))), await textOf(other(b.origin.url('/r')))]).toEqual(['1', '2'])
  })

  test.each(['tiers', 'clock', 'random', 'limits', 'storeTimeout', 'waitUntil'])(
    '%s is shared, and so refused by its name',
    async (name) => {
      await using b = await bench()
      const right = {
        tiers: [memory()],
        clock: b.clock,
        random: Math.random,
        limits: { concurrency: 2 },
        storeTimeout: 1,
        waitUntil: () => {},
      }
      expect(() => b.fetch.extend({ [name]: right[name as keyof typeof right] })).toThrow(TypeError)
      expect(() => b.fetch.extend({ [name]: right[name as keyof typeof right] })).toThrow(new RegExp(name))
      expect(() => b.fetch.extend({ [name]: undefined })).not.toThrow()
    },
  )

  test('events of the child are heard at the child', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const child = b.fetch.extend({})
    const seen = record(child)
    await textOf(child(b.origin.url('/r')))
    expect(seen.map(({ name }) => name)).toContain('stored')
  })
})
