import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// A writer whose turn passed on before it had written, because it was stopped or had too much to do: it begins anew, and loses nothing.
const late = Object.assign(new Error('its turn has passed on'), { code: 'FENCED' })

/** One that cannot compare what it has: there writers take turns. */
const takingTurns = (clock: ManualClock): Store =>
  Object.assign(sqlite(':memory:', { clock }) as Store, { compareAndSet: undefined as never })

test('a label that came too late for its turn is written in the next one', async () => {
  const clock = manualClock()
  const store = chaos(takingTurns(clock), { clock })
  await using g = await given({ tiers: [memory(), store] }, clock)
  g.origin.script('/f', ok('v1'))
  await (await g.fetch(g.origin.url('/f'))).text()
  store.chaos.use([{ do: { throw: late }, on: 'setMany', call: [1, 2] }])
  await g.fetch.entry(g.origin.url('/f')).label('mine')
  expect(store.chaos.injected).toHaveLength(2)
  await using other = await given({ tiers: [store], mode: 'offline' }, clock)
  expect(await other.fetch.entry(g.origin.url('/f')).versions()).toMatchObject([{ labels: ['mine'] }])
})

test('a store where each turn passes on too early is not asked for ever', async () => {
  const clock = manualClock()
  const store = chaos(takingTurns(clock), { clock })
  await using g = await given({ tiers: [memory(), store] }, clock)
  store.chaos.use([{ do: { throw: late }, on: 'setMany' }])
  await g.fetch.put(g.origin.url('/f'), new Response('put'))
  expect(store.chaos.injected.length).toBeLessThan(10)
})
