import 'bottleneck'
import 'p-queue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Pace } from '../../src/model/limits.ts'
import { paceOf } from '../../src/policy/pace.ts'
import { bottleneckPacer } from '../../src/stages/governor/bottleneck-pacer.ts'
import { Gate } from '../../src/stages/governor/gate.ts'
import type { Pacer } from '../../src/stages/governor/pacer.ts'
import { windowPacer } from '../../src/stages/governor/window-pacer.ts'
import { mostIn } from '../rows/governor/starts.ts'

// One contract for what paces: neither library, nor what comes after them, may start more than the rate in any span.
const PACERS: [string, (pace: Pace) => Promise<Pacer>][] = [
  ['bottleneck', (pace) => bottleneckPacer(pace, systemClock)],
  ['the window of p-queue', windowPacer],
]

const RATES = [
  { rate: 5, per: 1_000, burst: 1 },
  { rate: 0.5, per: 1_000, burst: 1 },
  { rate: 5, per: 1_000, burst: 5 },
  { rate: 10, per: 1_000, burst: 4 },
  { rate: 60, per: 60_000, burst: 10 },
]

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** When so many went through a gate, each as soon as it was open. */
async function startsOf(pace: Pace, pacer: Pacer, { count, idle = 0 }: { count: number; idle?: number }): Promise<number[]> {
  const starts: number[] = []
  let isIdle = false
  const go = (): void => {
    while (!isIdle && starts.length < count && gate.isOpen()) {
      gate.pass()
      starts.push(Date.now())
      if (starts.length === 2 && idle > 0) rest()
    }
  }
  const rest = (): void => {
    isIdle = true
    setTimeout(() => {
      isIdle = false
      go()
    }, idle)
  }
  const gate = new Gate(pace, pacer, { clock: systemClock, wake: go })
  go()
  while (starts.length < count) await vi.advanceTimersByTimeAsync(5)
  await gate.close()
  return starts
}

describe.each(PACERS)('%s', (_, open) => {
  test.each(RATES)('$rate in $per ms, burst $burst: no span holds more, and the rate is used', async (given) => {
    const pace = paceOf(given)
    const count = pace.starts * 5
    const starts = await startsOf(pace, await open(pace), { count })
    expect(mostIn(starts, given.per)).toBeLessThanOrEqual(Math.max(1, given.rate))
    expect(mostIn(starts, pace.within)).toBe(pace.starts)
    const took = (starts.at(-1) ?? 0) - (starts[0] ?? 0)
    expect(took).toBeLessThanOrEqual(pace.within * (count / pace.starts - 1) * 1.02 + 5 * count)
  })

  test.each(RATES)('$rate in $per ms, burst $burst: what was not used while nobody came is not made up for', async (given) => {
    const pace = paceOf(given)
    const starts = await startsOf(pace, await open(pace), { count: pace.starts * 3, idle: pace.within * 2.5 })
    expect(mostIn(starts, given.per)).toBeLessThanOrEqual(Math.max(1, given.rate))
    expect(mostIn(starts, pace.within)).toBeLessThanOrEqual(pace.starts)
  })
})

test('each start is asked for, one at a time, and one that went by is asked for again', async () => {
  let asked = 0
  const grants: (() => void)[] = []
  const pacer: Pacer = {
    lasts: 100,
    next: () => {
      asked += 1
      return new Promise((resolve) => grants.push(resolve))
    },
    close: async () => undefined,
  }
  const gate = new Gate({ starts: 100, within: 1_000 }, pacer, { clock: systemClock, wake: () => undefined })
  const opened = async (): Promise<boolean> => {
    grants.shift()?.()
    await vi.advanceTimersByTimeAsync(0)
    return gate.isOpen()
  }
  expect([gate.isOpen(), gate.isOpen(), asked]).toEqual([false, false, 1])
  expect(await opened()).toBe(true)
  gate.pass()
  expect([gate.isOpen(), asked]).toEqual([false, 2])
  expect(await opened()).toBe(true)
  await vi.advanceTimersByTimeAsync(101)
  expect([gate.isOpen(), asked]).toEqual([false, 3])
})

test('a pacer that fails is no reason to wait for ever: the last starts keep the rate', async () => {
  const pacer: Pacer = { lasts: 100, next: () => Promise.reject(new Error('gone')), close: async () => undefined }
  const starts = await startsOf({ starts: 1, within: 200 }, pacer, { count: 5 })
  expect(mostIn(starts, 200)).toBe(1)
})
