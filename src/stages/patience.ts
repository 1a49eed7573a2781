import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Clock } from '../model/clock.ts'

export interface Awaited<T, A> {
  readonly landed: Promise<T>
  readonly accepted: Promise<A>
}

/** How a caller's wait for a flight ended; a failure of the flight, or an abort of the caller, rejects instead. */
export type WaitEnd<T, A> =
  | { readonly name: 'landed'; readonly landing: T }
  | { readonly name: 'accepted'; readonly headers: A }
  | { readonly name: 'late' | 'timed out'; readonly reason: Error }

export interface Patience {
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
export function wait<T, A>(flight: Awaited<T, A>, { signal, after, until }: Patience, clock: Clock): Promise<WaitEnd<T, A>> {
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
