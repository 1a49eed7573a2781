import { AttemptFailure, type FailedAnswer } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import { type Attempt, HoldfastError } from '../model/errors.ts'
import type { Report } from '../model/events.ts'
import type { EntryRecord } from '../model/record.ts'
import type { FallenBack, Found, Held, Served } from '../model/rooms.ts'
import { candidateOf, judgeHeld } from '../policy/candidate.ts'
import { failureOf, fallsBack } from '../policy/fallback.ts'
import { isRefusal, withoutBytes } from '../policy/rejection.ts'
import type { Failure } from '../policy/retry.ts'
import { fallback } from '../policy/served.ts'
import { mayServeStale } from '../policy/staleness.ts'
import { versionInfo } from '../policy/version-info.ts'

export interface LastGoodRooms {
  readonly find: (call: Call, found: Found) => Promise<Held | undefined>
  /** All that is known now: what was found before a refusal does not know of it. */
  readonly known: (call: Call) => Promise<EntryRecord | undefined>
  /** Whether the stored body is what the caller knows of it. */
  readonly proves: (held: Held, call: Call) => Promise<boolean>
  readonly clock: Clock
  readonly report: Report
  /** An attempt's failure as callers see it. */
  readonly told: (failure: unknown, call: Call) => Error
}

/** Answers with the last good version when the origin gave nothing acceptable, where the call's options and the version allow it. */
export class LastGood {
  readonly #rooms: LastGoodRooms

  constructor(rooms: LastGoodRooms) {
    this.#rooms = rooms
  }

  /** What an impatient caller would get: a time-out counts as the failure. */
  async spare(call: Call, found: Found): Promise<Held | undefined> {
    if (call.settings.fallback === false || found.entry === undefined) return undefined
    return this.#acceptable({ code: 'TIMEOUT', transient: false }, call, found)
  }

  async instead(error: unknown, call: Call, found: Found): Promise<Served | undefined> {
    // An abort is the caller's own wish; what is neither of these is a mistake in the house, which must not be covered.
    if (!(error instanceof AttemptFailure) && !(error instanceof HoldfastError)) return undefined
    const besides = isRefusal(error) ? await this.#besides(error, call) : found
    const held = await this.#acceptable(failureOf(error), call, besides)
    return held === undefined ? undefined : this.give(held, call, { reason: error, found })
  }

  async #acceptable(failure: Failure | undefined, call: Call, found: Found): Promise<Held | undefined> {
    const held = await this.#rooms.find(call, found)
    if (held === undefined) return undefined
    const now = this.#rooms.clock.now()
    const stale = mayServeStale(candidateOf(held), call, now)
    if (fallsBack(failure, call, { staleFor: judgeHeld(held, call, now).staleFor, stale }) !== 'yes') return undefined
    return (await this.#rooms.proves(held, call)) ? held : undefined
  }

  async #besides({ refused }: AttemptFailure, call: Call): Promise<Found> {
    return { entry: withoutBytes(await this.#rooms.known(call), refused), held: undefined }
  }

  give(held: Held | undefined, call: Call, { reason, found }: { reason: Error; found: Found }): FallenBack {
    if (held === undefined) throw reason
    const verdict = judgeHeld(held, call, this.#rooms.clock.now())
    const error = this.#rooms.told(reason, call)
    const served = fallback(call, held, { error, reason, verdict, forward: found.forward })
    this.tell(served)
    return served
  }

  /** A caller has fallen back. */
  tell({ call, held, staleFor, error }: FallenBack): void {
    this.#rooms.report('fallback', () => ({
      key: call.key,
      url: call.url,
      host: new URL(call.url).host,
      version: versionInfo(held, this.#rooms.clock.now()),
      staleFor,
      error,
    }))
  }

  /** The failure that an entry remembers, as it was when it happened; of an answer its status is left. */
  lastFailure({ entry }: Found): AttemptFailure {
    const last = entry?.failures?.at(-1)
    const code = (last?.code ?? 'CONNECT') as AttemptFailure['code']
    const attempts = (last?.attempts ?? []).map((attempt) => ({ ...attempt, at: new Date(attempt.at) }))
    const answer = code === 'STATUS' ? answerOf(attempts.findLast(({ status = 0 }) => status >= 200 && status <= 599)) : undefined
    const failure = new AttemptFailure(code, last?.message ?? 'the last refresh failed', {
      retry: 'never',
      ...(answer && { answer }),
    })
    failure.attempts = attempts
    return failure
  }
}

function answerOf(attempt: Attempt | undefined): FailedAnswer | undefined {
  if (attempt?.status === undefined) return undefined
  const at = attempt.at.getTime()
  const { status, url } = attempt
  const head = { status, statusText: '', headers: [], url, redirected: false, requestedAt: at, receivedAt: at }
  return { head, body: new Uint8Array(0) }
}
