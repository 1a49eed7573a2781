import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anOrigin, got } from './given.ts'

const WRITES = ['set', 'setMany', 'delete', 'bodies.append', 'bodies.delete', 'lease'] as const
const READS = ['get', 'getMany', 'bodies.read', 'bodies.size'] as const
const [OLD, NEW] = ['old '.repeat(400_000), Buffer.from(pseudoRandom(1_500_000, 'new')).toString('latin1')]

/** One refresh from OLD to NEW in which the n-th call of the store goes wrong; then what the store alone says. */
async function refreshed(
  store: ChaosStore,
  url: string,
  fault: Parameters<ChaosStore['chaos']['use']>[0],
): Promise<{ caller: string; later: string; struck: number }> {
  const fetch = createCachedFetch({ tiers: [store], random: () => 0, storeTimeout: 50 })
  await (await fetch(url)).text()
  store.chaos.use(fault)
  const struckBefore = store.chaos.injected.length
  const caller = await (await fetch(url, { cache: 'reload' })).text()
  await fetch.idle()
  const struck = store.chaos.injected.length - struckBefore
  store.chaos.use([])
  const reader = createCachedFetch({ tiers: [store], mode: 'offline' })
  // What was damaged on its way to rest is noticed when it is read: the stream breaks, and from then on an older version answers.
  const read = async (): Promise<string> => (await reader(url)).text()
  const later = await read().catch(() => read().catch((error: unknown) => String((error as { code?: unknown }).code)))
  return { caller, later, struck }
}

// SQLite's method: fail the n-th operation, for n = 1, 2, 3 … until a run passes without a failure (rows B89, S14).
test.each([
  ['throw', WRITES],
  ['throw', READS],
  ['hang', WRITES],
  ['lie', WRITES],
  ['truncate', ['set', 'setMany', 'bodies.append']],
  ['flip', ['set', 'setMany', 'bodies.append']],
  ['twice', ['set', 'setMany', 'delete']],
] as const)(
  '%s at the n-th of %j: the new version is whole or absent, the old one readable, the caller served',
  async (mishap, on) => {
    const origin = await anOrigin()
    const headers = { 'cache-control': 'max-age=3600' }
    let struck = 1
    for (let n = 1; struck > 0 && n < 40; n++) {
      origin.script(`/f?${n}`, ok(OLD, { headers }), ok(NEW, { headers }))
      const inner: Store = sqlite(':memory:')
      const run = await refreshed(chaos(inner, { faults: [] }), origin.url(`/f?${n}`), [{ do: mishap, on: [...on], call: n }])
      struck = run.struck
      expect(run.caller === NEW).toBe(true)
      // An index that was damaged on its way is a miss: nothing is better than something wrong.
      const miss = (mishap === 'flip' || mishap === 'truncate') && run.later === 'NOT_CACHED'
      expect(miss || run.later === NEW || run.later === OLD, `the store gave neither version after call ${n}`).toBe(true)
      await inner.close()
    }
    expect(struck).toBe(0)
  },
)

test('in front of a failing tier, memory still answers with the new version', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok('v1'), ok('v2', { headers: { 'cache-control': 'max-age=60' } }))
  const store = chaos(sqlite(':memory:'), { faults: [] })
  const fetch = createCachedFetch({ tiers: [memory(), store], random: () => 0 })
  await fetch(origin.url('/f'))
  store.chaos.use([{ do: 'throw' }])
  expect(await got(await fetch(origin.url('/f')))).toBe('v2 (miss)')
  expect(await got(await fetch(origin.url('/f')))).toBe('v2 (hit)')
  await fetch.close()
})
