import { AttemptFailure } from './model/attempt-failure.ts'
import { holdOf } from './model/body-chunks.ts'
import type { Call } from './model/call.ts'
import { type Found, type Landing, NOTHING_FOUND, type Obtained, type Served } from './model/rooms.ts'
import type { Apart, Came, FlightPath, FlightStages, Whole, WriteRight } from './model/stages.ts'
import { keptApart } from './policy/apart.ts'
import { isUnwantedBy, unwanted } from './policy/fallback.ts'
import { headAnswer } from './policy/head-answer.ts'
import { displaces, invalidation, unanswered } from './policy/invalidation.ts'
import { keepable } from './policy/keeping.ts'
import { isForeknown } from './policy/known-digests.ts'
import { isCached, passReason } from './policy/passing.ts'
import { sentOn } from './policy/preconditions.ts'
import { bodiless } from './policy/provisional.ts'
import { brokenOff, hasHooks, isRefusal, labelFor } from './policy/rejection.ts'
import { landed } from './policy/served.ts'
import { currentOfBytes } from './policy/version-choice.ts'

/** The corridor of one flight: the right to ask, the answer, what it says of what is stored, and its place in the tiers. */
export async function fly(
  call: Call,
  before: Found,
  { stages, path }: { stages: FlightStages; path: FlightPath },
): Promise<Landing> {
  // It may have been loaded for this flight, and those who waited may have left meanwhile.
  path.signal.throwIfAborted()
  const departure = await stages.depart(call, before, path)
  if (departure.name === 'answered') return departure.landing
  const { found, right, inherits } = departure
  // What is in hand for a tier may be brought to it meanwhile, and is let go of then; the same bytes come again, or a 304, and it is asked for.
  const release = found.held && holdOf(found.held.body, 'to copy')
  try {
    const obtained = await stages.download(call, found, { path, right, inherits })
    return await arrive(call, found, { obtained, right, stages, path, freed: () => left(path, departure) })
  } catch (error) {
    if (error instanceof AttemptFailure) await stages.versions.failed(call, found, error)
    throw error
  } finally {
    release?.()
    await departure.end()
  }
}

/** The user's own code is asked: without the lease, and on the patience of those who wait. */
function left(path: FlightPath, departure: { end(): Promise<void> }): Promise<void> {
  path.judging()
  return departure.end()
}

interface Down<T extends Obtained = Whole> {
  readonly obtained: T
  readonly right: WriteRight | undefined
  readonly stages: FlightStages
  readonly path: FlightPath
  readonly freed: () => Promise<void>
}

/** What an answer is to what is stored; where it is refused, another place may have a better one. */
async function arrive(call: Call, found: Found, { obtained, ...down }: Down<Obtained>): Promise<Landing> {
  const { stages, right, path } = down
  const { isOvertaken } = path
  if (obtained.name === 'not-modified' && found.held !== undefined)
    return stages.versions.confirm(call, { ...found, held: found.held }, { obtained, right, isOvertaken })
  if (obtained.name !== 'whole') return bodiless(call, obtained)
  if (found.held !== undefined && isUnwantedBy(call, obtained.head)) {
    // Who has had it as a stream may have its end: it is whole.
    obtained.written.pass()
    throw unwanted(obtained, obtained.written.body)
  }
  const says = headAnswer(call, obtained.head, found.held)
  if (says === 'freshens' && found.held !== undefined)
    return stages.versions.confirm(call, { ...found, held: found.held }, { obtained, right, isOvertaken })
  if (says === 'stales') await stages.versions.invalidate(call)
  try {
    return await land(call, found, { ...down, obtained })
  } catch (error) {
    if (obtained.elsewhere === undefined || !isRefusal(error)) throw error
    path.faltered()
    const another = await obtained.elsewhere(error)
    const { entry } = await stages.tiers.lookup(call, () => true)
    return arrive(call, { ...found, entry: entry ?? found.entry }, { ...down, obtained: another })
  }
}

/** Whether what came may be served, and its place in the tiers. */
async function land(call: Call, found: Found, { obtained, stages, path, freed, ...held }: Down): Promise<Landing> {
  // The user's own code runs without a lease: it may fetch the same. What is merged needs none to be right.
  if (hasHooks(call)) await freed()
  const { isOvertaken } = path
  const came = { obtained, right: hasHooks(call) ? undefined : held.right, isOvertaken }
  try {
    const { warnings, apart } = await stages.admission.judge(call, found, { obtained, signal: path.signal })
    const landing = await place(call, found, { came, stages, apart })
    // The last piece is handed out when the version is at rest: what a caller has seen whole survives a kill.
    obtained.written.pass()
    return { ...landing, warnings }
  } catch (error) {
    if (error instanceof AttemptFailure) error.attempts = obtained.attempts
    const goesOn = obtained.elsewhere !== undefined && isRefusal(error)
    obtained.written.refuse(brokenOff(error, call), goesOn ? 'who have read' : 'all')
    const label = labelFor(error)
    if (label === undefined || !keepable(call, obtained.head).store || !stages.takes(call, obtained.written.size))
      stages.versions.discard(obtained)
    else {
      // The right ends with what is written under it, and another place is asked under it yet.
      const right = goesOn ? undefined : came.right
      await stages.versions.refuse(call, found, { ...came, right, apart: { label, reason: (error as Error).message } })
    }
    throw error
  }
}

async function place(
  call: Call,
  found: Found,
  { came, stages, apart }: { came: Came<Whole>; stages: FlightStages; apart: Apart | undefined },
): Promise<Landing> {
  const { obtained } = came
  const storing = keepable(call, obtained.head)
  const fits = stages.takes(call, obtained.written.size)
  if (!storing.store || !fits) {
    if (found.held !== undefined && displaces(call, obtained.head)) await stages.versions.invalidate(call)
    return stages.versions.transient(call, obtained, storing.store ? 'too-large' : storing.reason)
  }
  if (apart === undefined) return stages.versions.keep(call, await besideOthers(call, found, { came, stages }), came)
  const known = await stages.tiers.pick(call, keptApart(apart, obtained.written.digest))
  return stages.versions.keepApart(call, found, { ...came, apart, known })
}

/** Who flew apart, without a lease or by a digest of his own, may bring what another flight has brought meanwhile: that is its renewal. */
async function besideOthers(
  call: Call,
  found: Found,
  { came, stages }: { came: Came<Whole>; stages: FlightStages },
): Promise<Found> {
  const { digest } = came.obtained.written
  const isAlone = came.right !== undefined && !isForeknown(call)
  if (isAlone || call.origin !== undefined || found.held?.ref.digest === digest) return found
  const held = await stages.tiers.pick(call, currentOfBytes(digest))
  return held === undefined ? found : { ...found, held, entry: held.entry }
}

/** Passes a call through that is neither answered from a tier nor kept in one; an unsafe method that went well makes its URL stale (RFC 9111 4.4). */
export async function straight(asked: Call, stages: FlightStages): Promise<Served> {
  const call = sentOn(asked)
  const asking = stages.download(call, NOTHING_FOUND, { path: stages.alone(call), right: undefined, inherits: 'nothing' })
  const obtained = await asking.catch(async (error: unknown) => {
    await invalidate(unanswered(call, error, stages.clock.now()), stages)
    throw error
  })
  await invalidate(invalidation(call, obtained.head, stages.clock.now()), stages)
  const landing = obtained.name === 'whole' ? await passed(call, obtained, stages) : bodiless(call, obtained)
  return landed(call, landing, { collapsed: false, found: NOTHING_FOUND })
}

/** What is stored of these URLs grows stale, and what is on its way is not joined any more. */
async function invalidate({ urls, at }: ReturnType<typeof invalidation>, stages: FlightStages): Promise<void> {
  stages.flights.part(urls)
  await stages.tiers.invalidate(urls, at)
}

/** An answer to POST may be one to a later GET (RFC 9110 9.3.3); all else that passes is gone when it is read. */
async function passed(call: Call, obtained: Whole, stages: FlightStages): Promise<Landing> {
  const { signal } = stages.alone(call)
  if (isCached(call) && hasHooks(call)) await stages.admission.judge(call, NOTHING_FOUND, { obtained, signal })
  if (isCached(call) || !keepable(call, obtained.head).store) return stages.versions.transient(call, obtained, passReason(call))
  const found = await stages.tiers.lookup(call, () => false)
  return stages.versions.keep({ ...call, method: 'GET' }, found, { obtained, right: undefined })
}
