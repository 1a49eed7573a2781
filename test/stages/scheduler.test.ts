import { expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../adapters/testing/index.ts'
import type { Call } from '../../src/model/call.ts'
import type { Found, Held } from '../../src/model/rooms.ts'
import { DEFAULT_SETTINGS } from '../../src/policy/precedence.ts'
import { Scheduler } from '../../src/stages/scheduler.ts'

interface Given {
  readonly clock: ManualClock
  readonly scheduler: Scheduler
  readonly closing: AbortController
  readonly warnings: string[]
  /** Keys that were asked for, in their order. */
  readonly asked: string[]
  mostAtOnce: number
  /** Somebody asks for the n-th entry, which was confirmed so long ago. */
  note(n: number, how: { every: number; ago: number }): void
}

/** A scheduler over entries that are always there, confirmed when they were asked for last. */
function given(): Given {
  const clock = manualClock()
  const closing = new AbortController()
  const confirmed = new Map<string, number>()
  const g = { clock, closing, warnings: [] as string[], asked: [] as string[], mostAtOnce: 0 }
  let atOnce = 0
  const scheduler = new Scheduler({
    clock,
    closing: closing.signal,
    report: (event, payload) => {
      if (event === 'warning') g.warnings.push((payload() as { warning: string; url: string }).url)
    },
    background: (work) => void work,
    lookup: async ({ key }): Promise<Found> => ({ entry: undefined, held: heldAt(confirmed.get(key) ?? START) }),
    take: async () => ({ name: 'free' }),
    renew: async ({ key }) => {
      g.mostAtOnce = Math.max(g.mostAtOnce, ++atOnce)
      g.asked.push(key)
      await new Promise((resolve) => setImmediate(resolve))
      confirmed.set(key, clock.now())
      atOnce--
    },
    failed: (_call, error) => {
      throw error
    },
  })
  const note = (n: number, { every, ago }: { every: number; ago: number }): void => {
    confirmed.set(`k${n}`, START - ago)
    scheduler.note({ call: callOf(n, every), held: heldAt(START - ago) })
  }
  return Object.assign(g, { scheduler, note })
}

const START = manualClock().now()

const heldAt = (checkedAt: number): Held => ({ ref: { checkedAt }, variant: { values: '' } }) as unknown as Held

const callOf = (n: number, every: number): Call =>
  ({
    key: `k${n}`,
    url: `u${n}`,
    method: 'GET',
    cache: 'default',
    settings: { ...DEFAULT_SETTINGS, refresh: { every } },
  }) as unknown as Call

const MINUTE = 60_000

test('ten thousand are refreshed: of one more, the one that was asked for longest ago is let go, and told', async () => {
  const { clock, note, warnings, asked } = given()
  for (let n = 0; n < 10_000; n++) note(n, { every: n < 3 ? MINUTE : 10 * MINUTE, ago: 0 })
  note(0, { every: MINUTE, ago: 0 })
  expect(warnings).toEqual([])
  note(10_000, { every: MINUTE, ago: 0 })
  expect(warnings).toEqual(['u1'])
  await clock.advance(MINUTE + 1)
  while (asked.length < 3) await clock.advance(0)
  expect(asked).toEqual(['k2', 'k0', 'k10000'])
})

test('many due at once: eight at a time, in the order of their times, and one timer', async () => {
  const g = given()
  for (let n = 0; n < 500; n++) g.note(n, { every: MINUTE, ago: 2 * MINUTE + n })
  expect(g.clock.pending).toBe(1)
  while (g.asked.length < 500) await g.clock.advance(0)
  expect(g.mostAtOnce).toBe(8)
  expect(g.asked.slice(0, 3)).toEqual(['k499', 'k498', 'k497'])
  expect(new Set(g.asked).size).toBe(500)
  await g.clock.advance(0)
  expect(g.clock.pending).toBe(1)
})

test('what is let go of while it waits for its turn is not asked for; after closing nothing is', async () => {
  const g = given()
  for (let n = 0; n < 20; n++) g.note(n, { every: MINUTE, ago: 0 })
  const turning = g.clock.advance(MINUTE)
  g.scheduler.forget('k19')
  await turning
  while (g.asked.length < 19) await g.clock.advance(0)
  g.closing.abort()
  await g.clock.advance(10 * MINUTE)
  expect(g.asked).toHaveLength(19)
  expect(g.asked).not.toContain('k19')
  expect(g.clock.pending).toBe(0)
})
