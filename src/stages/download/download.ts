import type { RetryContext } from 'p-retry'
import { AttemptFailure, textOf } from '../../model/attempt-failure.ts'
import { pause } from '../../model/clock.ts'
import type { Attempt } from '../../model/errors.ts'
import type { BodyWriter, Obtained } from '../../model/rooms.ts'
import { backoff } from '../../policy/retry.ts'
import { attempt } from './attempt.ts'
import type { Allowance } from './budget.ts'
import type { DownloadRooms, Order, Series } from './order.ts'

/** An attempt that moved the download on by this much, in bytes, costs none of the attempts. */
const WORTH_AN_ATTEMPT = 64 * 1024

/** What one place hands on to the next. */
export interface Along {
  readonly allowance: Allowance
  /** What came at the places before: who follows it and has read nothing yet may have the body of the next. */
  readonly waiting: BodyWriter[]
}

/** Obtains one answer, stubbornly: attempts, each with a ticket, until one is acceptable or the limits are reached. */
export async function obtain(rooms: DownloadRooms, order: Order, { allowance, waiting }: Along): Promise<Obtained> {
  const { retry } = order.call.settings
  const series: Series = {
    order,
    attempts: [],
    partial: undefined,
    announced: undefined,
    identityOnly: false,
    unconditional: false,
    partRefused: false,
    waited: 0,
    waiting,
  }
  const left = order.inherits === 'nothing' ? undefined : await rooms.adopt(order.call, order.tier)
  if (left !== undefined) series.partial = { ...left, coded: false }
  // A stream was consumed by the first try.
  const budget = order.call.body instanceof ReadableStream ? 0 : retry.attempts
  try {
    order.signal.throwIfAborted()
    return await attempt(rooms, series, allowance).catch((error: unknown) => {
      // One attempt needs nobody to count it.
      if (budget === 0 || order.signal.aborted) throw error
      return attempted(rooms, series, { allowance, budget, first: error })
    })
  } catch (error) {
    await series.partial?.writer.abandon('who have read', error)
    if (error instanceof AttemptFailure) error.attempts = series.attempts
    throw error
  } finally {
    if (series.partial !== undefined) waiting.push(series.partial.writer)
  }
}

/** All attempts, of which the first has failed. */
async function attempted(
  rooms: DownloadRooms,
  series: Series,
  { allowance, budget, first }: { allowance: Allowance; budget: number; first: unknown },
): Promise<Obtained> {
  rooms.repetition.library ??= import('p-retry')
  const { default: pRetry } = await rooms.repetition.library.catch(() => {
    // A process that may open no more files for a moment is not to fail for good; meanwhile what failed first counts.
    delete rooms.repetition.library
    throw first
  })
  return pRetry((number) => (number === 1 ? Promise.reject(first) : attempt(rooms, series, allowance)), {
    // It would end the series where none is left, whatever the last one brought: `between` counts instead.
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    signal: series.order.signal,
    shouldConsumeRetry: ({ error }) => !isProgress(error),
    onFailedAttempt: (context) => between(rooms, series, { allowance, budget, context }),
  })
}

const isProgress = (error: Error): boolean => error instanceof AttemptFailure && error.gained >= WORTH_AN_ATTEMPT

/** Between two attempts: is there to be another, and when? Throws to end the series. */
async function between(
  rooms: DownloadRooms,
  series: Series,
  { allowance, budget, context }: { allowance: Allowance; budget: number; context: RetryContext },
): Promise<void> {
  const { error } = context
  if (!(error instanceof AttemptFailure) || error.retry === 'never') throw error
  if (context.retriesConsumed + (isProgress(error) ? 0 : 1) >= budget) throw error
  const { order, attempts } = series
  order.faltered()
  const { retry } = order.call.settings
  const last = attempts.at(-1)
  if (last !== undefined && !isWorthIt(order, last)) throw error
  const wait = error.retryAfter ?? (isProgress(error) ? 0 : backoff(context.retriesConsumed + 1, retry, drawn(rooms.random)))
  if (error.retryAfter !== undefined) {
    if (error.retryAfter > retry.maxRetryAfter) throw error
    // The host asked for it, as a queue would: it costs none of the deadline.
    await allowance.whileQueued(pause(rooms.clock, wait, order.signal))
  } else {
    if (wait > allowance.left) throw error
    await pause(rooms.clock, wait, order.signal)
  }
  series.waited = wait
}

function drawn(random: () => number): number {
  try {
    return random()
  } catch (error) {
    throw new AttemptFailure('HOOK', `random threw: ${textOf(error)}`, { retry: 'never', cause: error })
  }
}

/** The caller's own word, after ours. A hook that throws ends the series. */
function isWorthIt({ call }: Order, last: Attempt): boolean {
  try {
    const said: unknown = call.settings.retry.shouldRetry?.(last)
    if (!(said instanceof Promise)) return said !== false
    said.catch(() => undefined)
    throw new TypeError('it returned a promise, and has to decide at once')
  } catch (error) {
    throw new AttemptFailure('HOOK', `retry.shouldRetry threw: ${textOf(error)}`, { retry: 'never', cause: error })
  }
}
