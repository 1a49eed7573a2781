import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Call } from '../../model/call.ts'
import type { Clock } from '../../model/clock.ts'
import { HoldfastError, HttpError } from '../../model/errors.ts'
import { headerOf } from '../../model/headers.ts'
import type { Served } from '../../model/rooms.ts'
import { cacheStatus } from '../../policy/cache-status.ts'
import { candidateOf } from '../../policy/candidate.ts'
import { ageOf } from '../../policy/freshness.ts'
import { failedAnswer, isAnswered } from '../../policy/served.ts'
import { bodyOf, type Presence } from './body-stream.ts'
import { type HeldResponse, heldResponse } from './held-response.ts'

/** Statuses whose responses have no body (Fetch standard 2.2.3, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** Builds what callers of one instance get: responses, and errors that have one inside. */
export class Responses {
  readonly #clock: Clock
  readonly #presence: Presence
  #Held: HeldResponse | undefined

  constructor({ clock, presence }: { clock: Clock; presence: Presence }) {
    this.#clock = clock
    this.#presence = presence
  }

  /** The Response of one caller: its own headers, its own body. */
  respond(served: Served): Response {
    const { version } = served.held
    this.#Held ??= heldResponse()
    const at = this.#clock.now()
    const bodyless = served.call.method === 'HEAD' || NULL_BODY.has(version.status)
    const init = { status: version.status, statusText: version.statusText, headers: headersOf(served, at) }
    return new this.#Held(bodyless ? null : bodyOf(served.body, this.#presence), init, { served, at })
  }

  /** A failure inside the house as callers see it: with its code, its URL, and each attempt. */
  told(failure: unknown, call: Call): Error {
    if (!(failure instanceof AttemptFailure)) return failure as Error
    const { url, method } = call
    if (isAnswered(failure)) return new HttpError(this.respond(failedAnswer(call, failure)), { method, url })
    const code = failure.code === 'STATUS' ? 'PROTOCOL' : failure.code
    return new HoldfastError(code, failure.message, { url, method, attempts: failure.attempts, cause: failure.cause ?? failure })
  }
}

function headersOf(served: Served, now: number): [string, string][] {
  const { held, own, status } = served
  const headers: [string, string][] = []
  for (const [name, value] of held.version.headers) {
    if (name !== 'age' && name !== 'cache-status') headers.push([name, value])
  }
  for (const [name, value] of own) headers.push([name, value])
  const candidate = candidateOf(held)
  const age = ageOf(candidate.facts, candidate, now)
  // RFC 9111 5.1: Age says that the answer was not made or confirmed for this request.
  if (status.name === 'hit' || served.outcome === 'fallback' || age >= 1000) headers.push(['age', String(Math.floor(age / 1000))])
  headers.push(['cache-status', cacheStatus(status, headerOf(held.version.headers, 'cache-status'))])
  return headers
}
