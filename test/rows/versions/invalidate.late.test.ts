import { expect, test } from 'vitest'
import { type ChaosFault, chaos, manualClock } from '../../../adapters/testing/index.ts'
import { seen } from '../download/given.ts'
import { lasting, folder as scratch } from '../stores/given.ts'
import { another, history, SECOND } from './histories.ts'

// What one process says is stale is not made fresh by an earlier word of another that comes down later.
const FRESH = { ttl: '30d' } as const

const late: [string, Omit<ChaosFault, 'key'>, number][] = [
  ['who says it is stopped before it is written', { on: ['setMany', 'getMany'], do: { delay: 3 * SECOND } }, 3],
  ['a tier does not take it, and is brought it', { on: 'setMany', do: 'throw' }, 60],
]

test.each(lasting.flatMap(([name, open]) => late.map(([why, fault, seconds]) => [name, why, { open, fault, seconds }] as const)))(
  'over %s: %s',
  async (_, _why, { open, fault, seconds }) => {
    const [dir, clock] = [scratch(), manualClock()]
    const store = chaos(open(dir, clock), { clock })
    await using g = await history([store], { ...FRESH, storeTimeout: '10s' }, clock)
    await g.atOnce('one')
    store.chaos.use([{ ...fault, key: /^h1:t:/ }])
    const earlier = g.fetch.cache.invalidate({ url: g.url })
    await expect.poll(() => store.chaos.injected.length).toBeGreaterThan(0)
    await clock.advance(SECOND)
    const other = another(g, [open(dir, clock)], FRESH)
    await (await other(g.url, { cache: 'reload' })).arrayBuffer()
    await clock.advance(SECOND)
    await other.cache.invalidate({ url: g.url })
    store.chaos.use([])
    for (let n = 0; n < seconds; n++) await clock.advance(SECOND)
    await earlier
    await g.fetch.idle()
    expect((await seen(another(g, [open(dir, clock)], FRESH)(g.url))).outcome).toBe('revalidated')
  },
)
