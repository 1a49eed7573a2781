import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { type Gate, gate, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got } from './given.ts'

// Who waits for what another process brings: instances over one file stand for processes, and share nothing else.
const answer = (cacheControl: string): Gate => gate(ok('x', { headers: { 'Cache-Control': cacheControl } }))

test.each(['max-age=0', 'no-cache'])(
  'what comes under %s answers those too who waited for it, and nobody later',
  async (says) => {
    const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
    const held = answer(says)
    origin.script('/f', held)
    const first = anInstance({ tiers: [sqlite(file)] })
    const asks = chaos(sqlite(file), { faults: [{ on: 'lease', do: { delay: 0 } }] })
    const second = anInstance({ tiers: [asks] })
    const one = first(origin.url('/f'))
    await held.arrived
    const other = second(origin.url('/f'))
    await expect.poll(() => asks.chaos.injected.length).toBeGreaterThan(0)
    held.release()
    expect(await Promise.all([one, other].map(async (call) => got(await call)))).toEqual(['x (miss)', 'x (hit)'])
    expect(origin.hits('/f')).toBe(1)
    expect(await got(await second(origin.url('/f')))).toBe('x (revalidated)')
  },
)

test('who insists on asking the origin is not answered by what another has asked', async () => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  const held = answer('max-age=60')
  origin.script('/f', held)
  const one = anInstance({ tiers: [sqlite(file)] })(origin.url('/f'))
  await held.arrived
  const asks = chaos(sqlite(file), { faults: [{ on: 'lease', do: { delay: 0 } }] })
  const other = anInstance({ tiers: [asks] })(origin.url('/f'), { cache: 'no-cache' })
  await expect.poll(() => asks.chaos.injected.length).toBeGreaterThan(0)
  held.release()
  expect(await got(await one)).toBe('x (miss)')
  expect(await got(await other)).toBe('x (revalidated)')
})

test('of what nothing is kept nobody waits for another process, who knows it', async () => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  const url = origin.url('/f')
  origin.script('/f', ok('x', { headers: { 'Cache-Control': 'no-store' } }))
  const asks = chaos(sqlite(file), { faults: [{ on: 'lease', do: { delay: 0 } }] })
  const [first, second] = [anInstance({ tiers: [sqlite(file)] }), anInstance({ tiers: [asks] })]
  for (const fetch of [first, second]) expect(await got(await fetch(url))).toBe('x (bypass)')
  const [held, beside, later] = [answer('no-store'), answer('max-age=0'), answer('max-age=0')]
  origin.script('/f', held)
  const one = first(url)
  await held.arrived
  origin.script('/f', beside)
  const other = second(url)
  await beside.arrived
  beside.release()
  expect(await got(await other)).toBe('x (miss)')
  held.release()
  await got(await one)
  // It is kept now: there is something to wait for again.
  origin.script('/f', later)
  const third = anInstance({ tiers: [sqlite(file)] })(url)
  await later.arrived
  const before = asks.chaos.injected.length
  const waiting = second(url)
  await expect.poll(() => asks.chaos.injected.length).toBeGreaterThan(before)
  later.release()
  expect(await got(await third)).toBe('x (revalidated)')
  expect(await got(await waiting)).toBe('x (hit)')
})

test('what another brought before is no news, also to who could not read it then', async () => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  origin.script('/f', ok('x', { headers: { 'Cache-Control': 'max-age=0' } }))
  await got(await anInstance({ tiers: [sqlite(file)] })(origin.url('/f')))
  const store = chaos(sqlite(file), { faults: [{ on: 'getMany', do: 'throw', call: 1 }] })
  expect(await got(await anInstance({ tiers: [store] })(origin.url('/f')))).toBe('x (revalidated)')
  expect(store.chaos.injected).toHaveLength(1)
})

test.each([
  ['known', 1],
  ['other', 2],
])('who knows the bytes is given those that another brought, where they are it: %s', async (brought, hits) => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  const held = gate(ok(brought, { headers: { 'Cache-Control': 'max-age=60' } }))
  origin.script('/f', held, ok('known'))
  const integrity = `sha256-${createHash('sha256').update('known').digest('base64')}`
  const one = anInstance({ tiers: [sqlite(file)] })(origin.url('/f'))
  await held.arrived
  const asks = chaos(sqlite(file), { faults: [{ on: 'lease', do: { delay: 0 } }] })
  const others = [1, 2, 3].map(() => anInstance({ tiers: [asks] })(origin.url('/f'), { integrity }))
  await expect.poll(() => asks.chaos.injected.length).toBeGreaterThan(2)
  held.release()
  expect(await got(await one)).toBe(`${brought} (miss)`)
  for (const other of others) expect(await (await other).text()).toBe('known')
  expect(origin.hits('/f')).toBe(hits)
})
