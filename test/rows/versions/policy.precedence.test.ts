import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CallOptions, Store } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { type History, HOUR, history, thrownBy } from './histories.ts'

// mode 'offline' › require › init.cache › the call › the entry's policy › the rule › the instance.
const places: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
]

/** How many attempts a call makes at an origin that only fails. */
async function attempts(g: History, holdfast: CallOptions = {}): Promise<number> {
  const before = g.origin.hits('/f')
  g.origin.script('/f', status(503))
  await seen(g.fetch(g.url, { cache: 'reload', holdfast }))
  return g.origin.hits('/f') - before
}

describe.each(places)('over %s', (_, tiers) => {
  test('attempts: the call, then the policy, then the rule, then the instance', async () => {
    await using plain = await history(tiers(), { retry: { attempts: 5 } })
    expect(await attempts(plain)).toBe(5)
    await using g = await history(tiers(), { retry: { attempts: 5 }, rules: [{ match: () => true, retry: { attempts: 4 } }] })
    expect(await attempts(g)).toBe(4)
    await g.entry.setPolicy({ retry: { attempts: 3 } })
    expect(await attempts(g)).toBe(3)
    expect(await attempts(g, { retry: { attempts: 2 } })).toBe(2)
    await g.entry.setPolicy(undefined)
    expect(await attempts(g)).toBe(4)
  })

  test('nested objects merge key by key: a policy that names one of them leaves the others', async () => {
    await using g = await history(tiers(), { retry: { attempts: 3, statusCodes: [418] }, fallback: { cooldown: '1h' } })
    await g.entry.setPolicy({ retry: { maxDelay: '1s' }, fallback: { maxStale: '30d' } })
    g.origin.script('/f', status(418))
    await seen(g.fetch(g.url, { cache: 'reload' }))
    expect(g.origin.hits('/f')).toBe(3)
    await g.clock.advance(HOUR)
    await g.brings('one')
    await die(g.origin)
    await seen(g.fetch(g.url))
    await g.origin.resume()
    await g.clock.advance(HOUR / 2)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'fallback' })
    expect(g.origin.hits('/f')).toBe(4)
  })

  test('ttl: the call’s 0 goes before the policy’s hour, and the policy’s hour before the rule’s 0', async () => {
    await using g = await history(tiers(), { ttl: '1d', rules: [{ match: () => true, ttl: 0 }] })
    await g.brings('one')
    await g.entry.setPolicy({ ttl: '2h' })
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    expect((await seen(g.fetch(g.url, { holdfast: { ttl: 0 } }))).outcome).toBe('revalidated')
    await g.clock.advance(3 * HOUR)
    expect((await seen(g.fetch(g.url, { holdfast: { ttl: '1d' } }))).outcome).toBe('hit')
    expect((await seen(g.fetch(g.url))).outcome).toBe('revalidated')
  })

  test('init.cache goes before a policy, offline before both', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.setPolicy({ ttl: '1d' })
    g.origin.script('/f', ok('two'))
    expect((await seen(g.fetch(g.url, { cache: 'reload' }))).text).toBe('two')
    await g.entry.setPolicy({ ttl: 0 })
    expect((await seen(g.fetch(g.url, { cache: 'force-cache' }))).outcome).toBe('hit')
    const hits = g.origin.hits('/f')
    expect((await seen(g.fetch.extend({ mode: 'offline' })(g.url, { cache: 'reload' }))).text).toBe('two')
    expect(g.origin.hits('/f')).toBe(hits)
  })

  test('an instance that shares the tiers has the policy too, and still its own options below it', async () => {
    await using g = await history(tiers(), { ttl: 0 })
    await g.brings('one')
    await g.entry.setPolicy({ ttl: '1d' })
    expect((await seen(g.fetch.extend({ ttl: 0, retry: { attempts: 2 } })(g.url))).outcome).toBe('hit')
  })
})

// A policy is for every caller, and read by other processes: what names another entry, or cannot be written down, is none.
const REFUSED: [string, object][] = [
  ['key', { key: 'mine' }],
  ['partition', { partition: 'me' }],
  ['group', { group: 'team' }],
  ['safe', { safe: true }],
  ['check', { check: () => {} }],
  ['schema', { schema: { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }) } } }],
  ['onProgress', { onProgress: () => {} }],
  ['shouldRetry', { retry: { attempts: 2, shouldRetry: () => true } }],
  ['tll', { tll: '1h' }],
  ['ttl', { ttl: 'soon' }],
  ['attempts', { retry: { attempts: -1 } }],
  ['tiers', { tiers: [] }],
  ['clock', { clock: Date }],
]

test.each(REFUSED)('a policy with %s is refused by that name, and the one before stands', async (name, policy) => {
  await using g = await history([sqlite(':memory:')])
  await g.entry.setPolicy({ ttl: '1h' })
  const error = await thrownBy(() => g.entry.setPolicy(policy as CallOptions))
  expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining(name)])
  expect(['1h', HOUR]).toContain((await g.entry.policy()).ttl)
})

test.each([null, 'ttl', 3, []])('%j is no policy', async (policy) => {
  await using g = await history([sqlite(':memory:')])
  expect(await thrownBy(() => g.entry.setPolicy(policy as unknown as CallOptions))).toBeInstanceOf(TypeError)
})

test('two policies said at once: one of the two, whole, and both handles see the same', async () => {
  await using g = await history([sqlite(':memory:')])
  const [a, b] = [g.fetch.extend({}).entry(g.url), g.fetch.extend({}).entry(g.url)]
  await Promise.all([a.setPolicy({ ttl: '1h', tags: ['a'] }), b.setPolicy({ ttl: '2h', tags: ['b'] })])
  const said = await a.policy()
  expect(await b.policy()).toEqual(said)
  const mine = ['1h', HOUR].includes(said.ttl as string)
  expect(said.tags).toEqual([mine ? 'a' : 'b'])
})

test('one after the other within one millisecond: the last one is so', async () => {
  await using g = await history([sqlite(':memory:')])
  for (let n = 1; n <= 5; n += 1) {
    await g.entry.setPolicy({ ttl: n * HOUR })
    expect([n * HOUR, `${n}h`]).toContain((await g.entry.policy()).ttl)
  }
  await g.entry.setPolicy(undefined)
  expect((await g.entry.policy()).ttl).toBeUndefined()
  await g.entry.setPolicy({ ttl: HOUR })
  expect([HOUR, '1h']).toContain((await g.entry.policy()).ttl)
})
