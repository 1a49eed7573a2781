import { setImmediate } from 'node:timers/promises'
import type { ManualClock } from '../../adapters/testing/index.ts'

export interface Turning {
  /** How far the clock goes at a time. Default 100 ms. */
  step?: number
  /** How far it may go in all. Default 10 minutes. */
  limit?: number
}

/** Milliseconds that a crowded machine may take for what a request and a file need: the clock is turned faster than that. */
const SLOWEST = 5_000

/**
 * Turns the clock until the work has settled, and gives its outcome. Between two turns the event loop goes round often enough
 * for a request over loopback and back: real sockets keep pace with a clock that would otherwise run away from them.
 */
export async function turnUntil<T>(
  clock: ManualClock,
  work: Promise<T>,
  { step = 100, limit = 600_000 }: Turning = {},
): Promise<T> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  work.then(settle, settle)
  const begun = performance.now()
  await rounds()
  for (let turned = 0; !settled; turned += step) {
    if (turned >= limit && performance.now() - begun > SLOWEST)
      throw new Error(`not settled after ${limit} ms of the hand-turned clock`)
    await clock.advance(step)
    await rounds()
  }
  return work
}

/** Turns the clock by so much in all, and lets the sockets keep pace. */
export async function turnFor(clock: ManualClock, ms: number, step: number = Math.min(ms, 100)): Promise<void> {
  await rounds()
  for (let turned = 0; turned < ms; turned += step) {
    await clock.advance(Math.min(step, ms - turned))
    await rounds()
  }
}

/** Whether the work has settled by now, once the sockets had their turn. */
export async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  work.then(settle, settle)
  await rounds()
  return settled
}

const ROUNDS = 20

/** So many rounds of the event loop, each of which polls the sockets once, and more of them while other threads are at work on files. */
export async function rounds(count: number = ROUNDS): Promise<void> {
  const begun = performance.now()
  for (let n = 0; n < count || (isAtFiles() && performance.now() - begun < SLOWEST); n += 1) await setImmediate()
}

/** A busy disk takes a second for what is a moment of the hand-turned clock. */
const isAtFiles = (): boolean => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
