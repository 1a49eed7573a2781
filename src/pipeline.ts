import { AttemptFailure } from './model/attempt-failure.ts'
import type { Call } from './model/call.ts'
import { type Found, type Held, type Landing, NOTHING_FOUND, type Served } from './model/rooms.ts'
import type { FlightPath, Stages, Whole, WriteRight } from './model/stages.ts'
import { admitted } from './policy/admission.ts'
import { forwardFor } from './policy/cache-status.ts'
import { judgeHeld, verdictWord } from './policy/candidate.ts'
import { course } from './policy/course.ts'
import { isUnwanted, unwanted } from './policy/fallback.ts'
import { flightOf, mayShare } from './policy/flight-key.ts'
import { headAnswer } from './policy/head-answer.ts'
import { invalidation, unanswered } from './policy/invalidation.ts'
import { isCached, isTimeUp, notCached, passReason } from './policy/passing.ts'
import { sentOn } from './policy/preconditions.ts'
import { brokenOff, hasHooks, labelFor, patient } from './policy/rejection.ts'
import { answered, landed, stale, streamed } from './policy/served.ts'
import { chosenBy, versionNotFound } from './policy/version-choice.ts'

/** Walks one call through the house. Each line answers, or moves on to the next room. */
export async function serve(call: Call, stages: Stages): Promise<Served> {
  const now = stages.clock.now()
  const { prefer, require } = call.settings
  const wanted = require ?? prefer
  const named = wanted === undefined ? undefined : await stages.tiers.pick(call, chosenBy(wanted, now))
  if (named !== undefined) return answered(call, named, judgeHeld(named, call, now))
  if (require !== undefined) throw versionNotFound(call, require)
  const stored = await stages.tiers.lookup(call, (held) => judgeHeld(held, call, now).name === 'fresh')
  if (!isTimeUp(call)) call.signal?.throwIfAborted()
  // What is stored and is not what the caller knows is no answer, nothing to fall back to, and nothing that a 304 may confirm.
  const fits = stored.held === undefined || (await stages.proves(stored.held, call))
  const seen = fits ? stored : { ...stored, held: undefined }
  const { held } = seen
  const verdict = judgeHeld(held, call, now)
  const found = { ...seen, forward: forwardFor(verdict, seen.entry === undefined ? 'uri-miss' : 'vary-miss') }
  stages.tell(call, held, verdictWord(verdict))

  switch (course(verdict, call, { ...found, now })) {
    case 'answer':
      return answered(call, held as Held, verdict)
    case 'answer-and-refresh':
      // The stale answer is given already: a refresh behind has nothing to fall back to, and says so as an event.
      stages.background(board({ ...call, signal: undefined }, found, { stages, spare: undefined }), call)
      return stale(call, held as Held, verdict)
    case 'fall back':
      return (await stages.fallback.instead(stages.fallback.lastFailure(found), call, seen)) ?? obtain(call, found, stages)
    case 'not-cached':
      throw notCached(call)
    case 'pass':
      return straight(call, stages)
    case 'obtain':
      return obtain(call, found, stages)
  }
}

/** Asks the origin; when it gives nothing acceptable in this caller's time, the last good version is the answer. */
async function obtain(asked: Call, found: Found, stages: Stages): Promise<Served> {
  const call = found.held === undefined ? sentOn(asked) : asked
  const spare = await stages.fallback.spare(call, found)
  try {
    return await board(call, found, { stages, spare })
  } catch (error) {
    const instead = await stages.fallback.instead(error, call, found)
    if (instead === undefined) throw error
    return instead
  }
}

/** One flight per key; this caller waits for it with its own signal and its own patience. */
async function board(call: Call, found: Found, { stages, spare }: { stages: Stages; spare: Held | undefined }): Promise<Served> {
  const flight = stages.flights.join(flightOf(call, found.entry), (path: FlightPath) => fly(call, found, { stages, path }))
  try {
    if (call.settings.onProgress !== undefined) flight.onProgress(call.settings.onProgress)
    const end = await stages.wait(flight, patient(call, flight), spare)
    // A flight that was aloft may bring an answer for other headers, a stream for its first caller only, or that caller's time-out.
    if (end.name === 'not ours') return await serve(call, stages)
    if (end.name === 'landed') {
      if (!mayShare(end.landing, call, flight)) return await serve(call, stages)
      if (flight.judges !== 'for all') await stages.admission.reconsider(call, found, end.landing)
      return landed(call, end.landing, { collapsed: flight.collapsed, found })
    }
    if (end.name !== 'accepted' && spare === undefined) throw end.reason
    // From here on the flight goes on without this caller, for whoever comes next.
    flight.detach()
    stages.background(flight.landed, call)
    return end.name === 'accepted'
      ? streamed(call, end.headers, { collapsed: flight.collapsed, found })
      : stages.fallback.give(spare, call, { reason: end.reason, found })
  } finally {
    flight.leave()
  }
}

/** Passes a call through that is neither answered from a tier nor kept in one; an unsafe method that went well makes its URL stale (RFC 9111 4.4). */
export async function straight(asked: Call, stages: Stages): Promise<Served> {
  const call = sentOn(asked)
  const asking = stages.download(call, NOTHING_FOUND, { path: stages.alone(call), right: undefined })
  const obtained = await asking.catch(async (error: unknown) => {
    await invalidate(unanswered(call, error, stages.clock.now()), stages)
    throw error
  })
  await invalidate(invalidation(call, obtained.head, stages.clock.now()), stages)
  const landing = obtained.name === 'whole' ? await passed(call, obtained, stages) : stages.versions.passed(call, obtained)
  return landed(call, landing, { collapsed: false, found: NOTHING_FOUND })
}

/** What is stored of these URLs grows stale, and what is on its way is not joined any more. */
async function invalidate({ urls, at }: ReturnType<typeof invalidation>, stages: Stages): Promise<void> {
  stages.flights.part(urls)
  await stages.tiers.invalidate(urls, at)
}

/** An answer to POST may be one to a later GET (RFC 9110 9.3.3); all else that passes is gone when it is read. */
async function passed(call: Call, obtained: Whole, stages: Stages): Promise<Landing> {
  const { signal } = stages.alone(call)
  if (isCached(call) && hasHooks(call)) await stages.admission.judge(call, NOTHING_FOUND, { obtained, signal })
  if (isCached(call) || !admitted(call, obtained.head).store) return stages.versions.transient(call, obtained, passReason(call))
  const found = await stages.tiers.lookup(call, () => false)
  return stages.versions.keep({ ...call, method: 'GET' }, found, { obtained, right: undefined })
}

/** What one flight does: the right to ask, the answer, what it says of what is stored. */
async function fly(call: Call, before: Found, { stages, path }: { stages: Stages; path: FlightPath }): Promise<Landing> {
  const departure = await stages.depart(call, before, path)
  if (departure.name === 'answered') return departure.landing
  const { found, right } = departure
  try {
    const obtained = await stages.download(call, found, { path, right })
    if (obtained.name === 'not-modified' && found.held !== undefined)
      return await stages.versions.confirm(call, { ...found, held: found.held }, { obtained, right })
    if (obtained.name !== 'whole') return stages.versions.passed(call, obtained)
    const { fallback } = call.settings
    if (found.held !== undefined && fallback !== false && isUnwanted(obtained.head.status, fallback.on)) throw unwanted(obtained)
    const says = headAnswer(call, obtained.head, found.held)
    if (says === 'freshens' && found.held !== undefined)
      return await stages.versions.confirm(call, { ...found, held: found.held }, { obtained, right })
    if (says === 'stales') await stages.versions.invalidate(call)
    return await land(call, found, { obtained, right, stages, signal: path.signal, freed: () => left(path, departure) })
  } catch (error) {
    if (error instanceof AttemptFailure) await stages.versions.failed(call, found, error)
    throw error
  } finally {
    await departure.end()
  }
}

/** The user's own code is asked: without the lease, and on the patience of those who wait. */
function left(path: FlightPath, departure: { end(): Promise<void> }): Promise<void> {
  path.faltered()
  return departure.end()
}

interface Down {
  readonly obtained: Whole
  readonly right: WriteRight | undefined
  readonly stages: Stages
  readonly signal: AbortSignal
  readonly freed: () => Promise<void>
}

/** Whether what came may be served, and its place in the tiers. */
async function land(call: Call, found: Found, { obtained, stages, signal, freed, ...held }: Down): Promise<Landing> {
  // The user's own code runs without a lease: it may fetch the same. What is merged needs none to be right.
  if (hasHooks(call)) await freed()
  const came = { obtained, right: hasHooks(call) ? undefined : held.right }
  try {
    const warnings = await stages.admission.judge(call, found, { obtained, signal })
    const landing = await place(call, found, { came, stages })
    // The last piece is handed out when the version is at rest: what a caller has seen whole survives a kill.
    obtained.written.pass()
    return { ...landing, warnings }
  } catch (error) {
    if (error instanceof AttemptFailure) error.attempts = obtained.attempts
    obtained.written.refuse(brokenOff(error, call))
    const label = labelFor(error)
    if (label === undefined || !admitted(call, obtained.head).store || !stages.takes(call, obtained.written.size))
      stages.versions.discard(obtained)
    else await stages.versions.refuse(call, found, { ...came, label, reason: (error as Error).message })
    throw error
  }
}

async function place(
  call: Call,
  found: Found,
  { came, stages }: { came: Pick<Down, 'obtained' | 'right'>; stages: Stages },
): Promise<Landing> {
  const { obtained } = came
  const storing = admitted(call, obtained.head)
  if (!storing.store) return stages.versions.transient(call, obtained, storing.reason)
  if (!stages.takes(call, obtained.written.size)) return stages.versions.transient(call, obtained, 'too-large')
  return stages.versions.keep(call, found, came)
}
