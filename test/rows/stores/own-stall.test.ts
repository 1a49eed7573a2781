import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, type Mishap, manualClock } from '../../../adapters/testing/index.ts'
import { losing } from '../../helpers/losing.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { heard } from './given.ts'

// A program that is busy for longer than a store may take finds the limit over before it can hear what the store has answered long ago.
const LIMIT = 250
const HOUR = { headers: { 'Cache-Control': 'public, max-age=3600' } }

/** A hit of a store across the network that has this mishap, while the program stands still for so long. */
async function readWhile(mishap: Mishap, busy: number) {
  const clock = losing(manualClock())
  const far = Object.assign(chaos(sqlite(':memory:', { clock }), { clock }), { remote: true, shared: true })
  await using before = await given({ tiers: [far], ttl: '1h' }, clock)
  before.origin.script('/f', ok('text', HOUR))
  await turnUntil(clock, before.fetch(before.origin.url('/f')))
  await turnUntil(clock, before.fetch.idle())
  await using g = await given({ tiers: [{ ...far, close: async () => undefined }], ttl: '1h' }, clock)
  far.chaos.use([{ do: mishap }])
  const states = heard(g.fetch, 'tier-state')
  const since = clock.monotonic()
  const call = g.fetch(before.origin.url('/f'))
  await clock.advance(0)
  clock.lose(busy)
  await (await turnUntil(clock, call, { step: 10 })).text()
  return { requests: before.origin.hits('/f') - 1, states: states.map(({ state }) => state), cost: clock.monotonic() - since }
}

test('an answer that came while the program was busy is heard, and the store is not left alone', async () => {
  expect(await readWhile({ delay: 260 }, 4 * LIMIT)).toMatchObject({ requests: 0, states: [] })
})

test('a store that is silent is given up all the same, one limit later at most', async () => {
  const { requests, states, cost } = await readWhile('hang', 4 * LIMIT)
  expect([requests, states[0]]).toEqual([1, 'open'])
  expect(cost).toBeLessThanOrEqual(4 * LIMIT + 2 * LIMIT + 100)
})
