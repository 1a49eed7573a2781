import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import type { Held } from '../model/rooms.ts'
import type { Flight, WaitEnd } from '../model/stages.ts'

interface Patience {
  readonly signal: AbortSignal | undefined
  /** Milliseconds until the headers of a good answer; Infinity: no limit but the flight's own. */
  readonly after: number
  /** 'headers': the wait ends when the headers of an acceptable answer are here. */
  readonly until: 'body' | 'headers'
}

const isTimeout = (reason: unknown): reason is Error => reason instanceof Error && reason.name === 'TimeoutError'

const tooLate = (after: number): Error =>
  new AttemptFailure('TIMEOUT', `no good answer within ${after} ms (fallback.after)`, { retry: 'never' })

/** Waits for a flight as long as this caller will: each has its own signal and its own patience, and neither ends the flight. */
export function wait(flight: Flight, { signal, after, until }: Patience, clock: Clock): Promise<WaitEnd> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      timer?.cancel()
      signal?.removeEventListener('abort', leave)
      end()
    }
    const leave = (): void => {
      const reason: unknown = signal?.reason
      settle(() => (isTimeout(reason) ? resolve({ name: 'timed out', reason }) : reject(reason)))
    }
    const late = (): void => settle(() => resolve({ name: 'late', reason: tooLate(after) }))
    let timer = Number.isFinite(after) ? clock.setTimeout(late, after) : undefined
    signal?.addEventListener('abort', leave, { once: true })
    if (signal?.aborted) leave()
    flight.landed.then(
      (landing) => settle(() => resolve({ name: 'landed', landing })),
      (error: unknown) => settle(() => reject(error)),
    )
    flight.accepted.then((headers) => {
      // A good answer is on its way: from here on its own pace decides.
      timer?.cancel()
      timer = undefined
      if (until === 'headers') settle(() => resolve({ name: 'accepted', headers }))
    }, reject)
  })
}

/** Waits for a flight as long as this caller will: each has its own signal and its own patience, and neither ends the flight. */
export function waitFor(
  flight: Flight,
  { signal, settings }: Call,
  { spare, clock }: { spare: Held | undefined; clock: Clock },
): Promise<WaitEnd> {
  const { fallback, delivery } = settings
  const after = spare === undefined || fallback === false ? Number.POSITIVE_INFINITY : fallback.after
  return wait(flight, { signal, after, until: delivery === 'streaming' ? 'headers' : 'body' }, clock)
}
