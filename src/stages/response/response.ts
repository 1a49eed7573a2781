import { AttemptFailure, FunctionFailure } from '../../model/attempt-failure.ts'
import type { Call } from '../../model/call.ts'
import type { Clock } from '../../model/clock.ts'
import { HoldfastError, HttpError } from '../../model/errors.ts'
import { type HeaderList, headerOf } from '../../model/headers.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { Held, Served } from '../../model/rooms.ts'
import { cacheStatus, shownKey } from '../../policy/cache-status.ts'
import { candidateOf } from '../../policy/candidate.ts'
import { ageOf, lifetimeOf } from '../../policy/freshness.ts'
import { failedAnswer, isAnswered } from '../../policy/served.ts'
import { shownAs } from '../../policy/shown.ts'
import { bodyOf, type Presence, type Reading } from './body-stream.ts'
import { type HeldResponse, heldResponse } from './held-response.ts'
import { Turns } from './turns.ts'

/** Statuses whose responses have no body (Fetch standard 2.2.3, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** Builds what callers of one instance get: responses, and errors that have one inside. */
export class Responses {
  readonly #clock: Clock
  readonly #reading: Reading
  readonly #entry: (held: Held) => EntryRecord
  #Held: HeldResponse | undefined

  constructor({ clock, presence, entry }: { clock: Clock; presence: Presence; entry: (held: Held) => EntryRecord }) {
    this.#clock = clock
    this.#entry = entry
    this.#reading = { presence, turns: new Turns() }
  }

  /** The Response of one caller: its own headers, its own body. */
  respond(served: Served): Response {
    const { version } = served.held
    const shown = shownAs(served)
    this.#Held ??= heldResponse()
    const at = this.#clock.now()
    const answer = shown ?? version
    const { status, statusText } = answer
    const bodyless = served.call.method === 'HEAD' || NULL_BODY.has(status)
    const source = bodyless ? undefined : bodyOf(served.body, this.#reading, shown?.pieces)
    const head = { status, statusText, headers: () => headersOf(served, answer.headers, at) }
    return new this.#Held(source, head, { served, at, entry: this.#entry })
  }

  /** A failure inside the house as callers see it: with its code, its URL, and each attempt. */
  told(failure: unknown, call: Call): Error {
    if (!(failure instanceof AttemptFailure)) return failure as Error
    if (failure instanceof FunctionFailure && failure.cause instanceof Error) return failure.cause
    const { url, method } = call
    if (isAnswered(failure)) return new HttpError(this.respond(failedAnswer(call, failure)), { method, url })
    const status = failure.answer === undefined ? 'PROTOCOL' : 'DIGEST'
    const code = failure.code === 'STATUS' ? status : failure.code
    return new HoldfastError(code, failure.message, { url, method, attempts: failure.attempts, cause: failure.cause ?? failure })
  }
}

function headersOf(served: Served, stored: HeaderList, now: number): [string, string][] {
  const { held, own, status } = served
  const headers: [string, string][] = []
  for (const [name, value] of stored) {
    // 'standard' keeps cookies, in tiers that others use under the default.
    const isAnothers = name === 'set-cookie' && served.call.settings.respect === 'resilient'
    if (name !== 'age' && name !== 'cache-status' && !isAnothers) headers.push([name, value])
  }
  for (const [name, value] of own) headers.push([name, value])
  const candidate = candidateOf(held)
  const age = ageOf(candidate.facts, candidate, now)
  // RFC 9111 5.1: Age says that the answer was not made or confirmed for this request.
  if (status.name === 'hit' || served.outcome === 'fallback' || age >= 1000) headers.push(['age', String(Math.floor(age / 1000))])
  // RFC 9211 2.4: what is stored now has a lifetime too.
  const lifetime =
    status.name === 'forwarded' && status.stored === true ? lifetimeOf(candidate.facts, served.call.settings) : undefined
  const told = { ...status, ...(lifetime !== undefined && { ttl: lifetime - age }), key: shownKey(served.call) }
  headers.push(['cache-status', cacheStatus(told, headerOf(stored, 'cache-status'))])
  return headers
}
