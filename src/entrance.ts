import type { Company } from './company.ts'
import { type CallBasis, draftCall, isForeign } from './fetch-call.ts'
import { type House, PLATFORM_FETCH } from './house.ts'
import { isRequest } from './init.ts'
import { lasting } from './lasting-body.ts'
import { AttemptFailure, FunctionFailure } from './model/attempt-failure.ts'
import type { Call } from './model/call.ts'
import { HoldfastError } from './model/errors.ts'
import type { Init, Input } from './model/options.ts'
import type { Held, Served } from './model/rooms.ts'
import { isEnough, judgeHeld, verdictWord } from './policy/candidate.ts'
import { isDescribed } from './policy/description.ts'
import { ending, failing } from './policy/ending.ts'
import { obeying } from './policy/entry-policy.ts'
import { isForeknown } from './policy/known-digests.ts'
import { isCached, isTimeUp } from './policy/passing.ts'
import { answered, failedAnswer, isAnswered } from './policy/served.ts'
import { isRefused, walked } from './walked.ts'

/** What is behind a door: asked for at the first call, so that the default instance is not built before. */
export interface Behind {
  house(): House
  basis(): CallBasis
  isClosed(): boolean
}

export function openHouse(behind: Behind): House {
  refuseIfClosed(behind)
  return behind.house()
}

function refuseIfClosed(behind: Behind): void {
  if (behind.isClosed()) throw new HoldfastError('CLOSED', 'this instance is closed')
}

export async function drafted(behind: Behind, input: Input, init?: Init): Promise<Call> {
  const { call, withBody } = draftCall(input, init, behind.basis())
  return withBody === undefined ? call : withBody()
}

/** Reads the arguments and looks into memory: up to the promise a memory hit is synchronous. `company`: who asks just now, and may be gone along with. */
export function enter(
  behind: Behind,
  input: Input,
  init: Init | undefined,
  company?: Company<string, Response>,
): Promise<Response> {
  try {
    refuseIfClosed(behind)
    if (isForeign(input) || comesBack(behind, input)) return PLATFORM_FETCH(input, init)
    const isBare = init === undefined && typeof input === 'string' && company !== undefined
    const along = isBare ? company.join(input) : undefined
    if (along !== undefined) return along
    const basis = behind.basis()
    const { call, withBody } = draftCall(input, init, basis)
    const left = abortReason(call)
    if (left !== undefined) return Promise.reject(left.reason)
    const house = behind.house()
    if (withBody !== undefined) return house.walks.during(withBody().then((whole) => responded(house, whole)))
    return proceed(house, call, isBare && !isByCode(basis) ? { what: input, company } : undefined)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Whether this call is our own request, sent by a fetch that somebody put around ours, as mocks and instrumentation do where ours is the
 * global one: to walk again would be to wait for itself.
 */
function comesBack(behind: Behind, input: Input): boolean {
  const sending = behind.house().outside.here?.sending()
  return sending !== undefined && sending === (isRequest(input) ? input.url : String(input))
}

/** A rule that asks the user's code may say something else of the next call. */
const isByCode = ({ rules }: CallBasis): boolean => rules.some(({ match }) => typeof match === 'function')

/** A call that has its key: answered at once, or by a walk, which others may go along with. */
export function proceed(
  house: House,
  call: Call,
  others?: { readonly what: string; readonly company: Company<string, Response> },
): Promise<Response> {
  const served = atOnce(house, call)
  if (served !== undefined) return Promise.resolve(house.responses.respond(served))
  const walking = walked(house, call)
  others?.company.lead(others.what, {
    call,
    walking,
    alone: () => house.walks.during(responded(house, { ...call, isAlone: true })),
  })
  return house.walks.during(responded(house, call, walking))
}

/** The way of one caller, from here to a Response. */
const responded = (house: House, call: Call, walking: Promise<Served> = walked(house, call)): Promise<Response> =>
  leaving(
    call,
    walk(house, call, walking).then((served) => house.responses.respond(served)),
  )

/** A caller who leaves gets its own reason at once, whatever the walk is waiting for; the walk notices by itself. */
function leaving(call: Call, walking: Promise<Response>): Promise<Response> {
  const { signal } = call
  if (signal === undefined) return walking
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const leave = (): void => {
    const left = abortReason(call)
    if (left !== undefined) reject(left.reason)
  }
  signal.addEventListener('abort', leave, { once: true })
  walking.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  leave()
  return promise
}

/** A caller who has left already gets its own reason; one whose time was up may still have the fallback. */
export function abortReason(call: Call): { reason: unknown } | undefined {
  return call.signal?.aborted !== true || isTimeUp(call) ? undefined : { reason: call.signal.reason }
}

/** What is not simply the current version as it stands. */
const isParticular = ({ settings: { unpack, prefer, require } }: Call): boolean =>
  unpack !== undefined || prefer !== undefined || require !== undefined

/** A fresh version in memory. */
export function atOnce(house: House, asked: Call): Served | undefined {
  if (asked.cache === 'no-store' || isForeknown(asked) || !isCached(asked)) return undefined
  const held = house.tiers.peek(asked) ?? house.tiers.glance(asked)
  if (held === undefined) return undefined
  const call = obeying(asked, held.entry)
  if (isParticular(call)) return undefined
  const verdict = judgeHeld(held, call, house.clock.now())
  if (!isEnough(held, verdict) || isRefused(call, held)) return undefined
  house.stages.tell(call, held, verdictWord(verdict))
  return handed(house, answered(call, held, verdict))
}

/** What is served is counted, and the entry is told what this call says of it: of a stream, when that is kept. */
function handed(house: House, served: Served): Served {
  house.uses.count(served)
  const { call, held, kept } = served
  if (kept === undefined) said(house, call, held)
  else if (saysMore(call)) {
    const told = kept().then((as) => as && said(house, call, as))
    house.stages.background(
      told.catch(() => undefined),
      call,
    )
  }
  return lasting(house, served)
}

const saysMore = ({ settings: { tags, meta, refresh } }: Call): boolean =>
  tags.length > 0 || meta !== undefined || refresh !== undefined

function said(house: House, call: Call, held: Held): void {
  if (held.tier === undefined) return
  const { tags, meta, refresh } = call.settings
  if (refresh !== undefined) house.scheduler.note({ call, held })
  if ((tags.length === 0 && meta === undefined) || isDescribed(held.entry, call.settings)) return
  const saying = house.remarks.describe(held.entry, call.settings)
  // Who has the answer may list, or delete, by the tag that it was asked for with.
  house.tiers.saving.note(held.entry.key, saying)
  house.stages.background(saying, call)
}

/** The walk through the house, and its end as fetch would tell it. */
export async function walk(house: House, call: Call, walking: Promise<Served>): Promise<Served> {
  const at = house.clock.now()
  const began = house.clock.monotonic()
  const took = (): { at: number; ms: number } => ({ at, ms: house.clock.monotonic() - began })
  try {
    const served = await walking
    house.chronicle.note(call.key, { ...took(), end: ending(served) })
    return handed(house, served)
  } catch (error) {
    if (call.settings.refresh !== undefined && error instanceof AttemptFailure) house.scheduler.note({ call, held: undefined })
    if (isAnswered(error)) {
      const answer = failedAnswer(call, error)
      house.chronicle.note(call.key, { ...took(), end: ending(answer) })
      return handed(house, answer)
    }
    const told = house.responses.told(error, call)
    // A caller may leave with a reason of any kind.
    if (told instanceof Error) house.chronicle.note(call.key, { ...took(), error: failing(told) })
    throw asThrown(error, told)
  }
}

/** What a function threw is its callers', as it is. */
export const asThrown = (error: unknown, told: Error): unknown => (error instanceof FunctionFailure ? error.cause : told)
