import { board, joined, sendOff } from './boarding.ts'
import { AttemptFailure } from './model/attempt-failure.ts'
import type { Call } from './model/call.ts'
import { leftUnread } from './model/left-unread.ts'
import type { Found, Held, Served } from './model/rooms.ts'
import type { Stages } from './model/stages.ts'
import { forwardFor } from './policy/cache-status.ts'
import { isEnough, judgeHeld, verdictWord } from './policy/candidate.ts'
import { course, onward } from './policy/course.ts'
import { obeying } from './policy/entry-policy.ts'
import { isForeknown } from './policy/known-digests.ts'
import { isTimeUp } from './policy/passing.ts'
import { sentOn } from './policy/preconditions.ts'
import { answered, stale } from './policy/served.ts'
import { unhurried } from './policy/urgency.ts'
import { absenceIn } from './policy/variants.ts'
import { chosenBy, preferred, unanswered, versionNotFound } from './policy/version-choice.ts'

/** Walks one call through the house. Each line answers, or moves on to the next room. */
export async function serve(asked: Call, stages: Stages): Promise<Served> {
  const now = stages.clock.now()
  const stored = await stages.tiers.lookup(asked, (held) => isEnough(held, judgeHeld(held, obeying(asked, held.entry), now)))
  if (!isTimeUp(asked)) asked.signal?.throwIfAborted()
  const call = obeying(asked, stored.entry)
  const named = await asNamed(call, stages)
  if (named !== undefined) return named
  const seen = (await isAsKnown(stored.held, call, stages)) ? stored : { ...stored, held: undefined }
  const { held } = seen
  const verdict = judgeHeld(held, call, now)
  const absent = held === undefined ? absenceIn(seen.entry?.variants ?? [], call) : 'miss'
  const found = { ...seen, forward: forwardFor(verdict, absent) }
  stages.tell(call, held, verdictWord(verdict))

  const way = course(verdict, call, { ...found, now })
  const instead = way === 'fall back' ? await stages.fallback.instead(stages.fallback.lastFailure(found), call, seen) : undefined
  if (instead !== undefined) return instead
  switch (way === 'fall back' ? onward(verdict) : way) {
    case 'answer':
      return answered(call, held as Held, verdict)
    case 'answer-and-refresh':
      // The stale answer is given already: a refresh behind has nothing to fall back to, and says so as an event.
      stages.background(renewBehind({ ...unhurried(call), signal: undefined, caller: undefined }, found, stages), call)
      return stale(call, held as Held, verdict)
    case 'not-cached':
      throw unanswered(call, seen.entry)
    case 'pass':
      return stages.outside.use((rooms) => rooms.straight(call))
    case 'obtain':
      return obtain(call, found, stages)
  }
}

/** The version that a call names is its answer, fresh or stale, and whatever `init.cache` says. */
async function asNamed(call: Call, stages: Stages): Promise<Served | undefined> {
  const { require } = call.settings
  const wanted = require ?? preferred(call)
  if (wanted === undefined) return undefined
  const now = stages.clock.now()
  const held = await stages.tiers.pick(call, chosenBy(wanted, now))
  if (held !== undefined && (await isAsKnown(held, call, stages))) {
    const verdict = judgeHeld(held, call, now)
    stages.tell(call, held, verdict.staleFor > 0 ? 'stale' : 'fresh')
    return answered(call, held, verdict)
  }
  if (require === undefined) return undefined
  stages.tell(call, undefined, 'miss')
  throw versionNotFound(call, require)
}

/** What is stored and is not what the caller knows is no answer, nothing to fall back to, and nothing that a 304 may confirm. */
export async function isAsKnown(held: Held | undefined, call: Call, stages: Stages): Promise<boolean> {
  return held === undefined || !isForeknown(call) || stages.proves(held, call)
}

/** Asks the origin on nobody's behalf. There is nobody to fall back for: what is stored stays as it is, and what failed is told. */
export async function renew(call: Call, stored: Found, stages: Stages): Promise<void> {
  const now = stages.clock.now()
  const found = (await isAsKnown(stored.held, call, stages)) ? stored : { ...stored, held: undefined }
  const verdict = judgeHeld(found.held, call, now)
  if (course(verdict, call, { ...found, now }) !== 'obtain') return
  await unread(board(call, { ...found, forward: forwardFor(verdict, 'uri-miss') }, { stages, spare: undefined }), stages)
}

/** Asks the origin; when it gives nothing acceptable in this caller's time, the last good version is the answer. */
async function obtain(asked: Call, found: Found, stages: Stages): Promise<Served> {
  const call = found.held === undefined ? sentOn(asked) : asked
  const spare = await stages.fallback.spare(call, found)
  try {
    return await inTheEnd(board(call, found, { stages, spare }), stages)
  } catch (error) {
    const instead = await stages.fallback.instead(error, call, found)
    if (instead !== undefined) return instead
    if (error instanceof AttemptFailure) error.forward ??= found.forward
    throw error
  }
}

/** A refresh that is under way already only has to go on: a hit that waited for it would weigh until it ends. */
async function renewBehind(call: Call, found: Found, stages: Stages): Promise<void> {
  const flight = joined(call, found, stages)
  if (flight.collapsed && flight.judges === 'for all') return sendOff(flight, call, stages)
  await unread(board(call, found, { stages, spare: undefined, flight }), stages)
}

/** Nobody waits for what it brings; what was brought for somebody else alone is asked for anew. */
async function unread(boarding: ReturnType<typeof board>, stages: Stages): Promise<void> {
  await leftUnread(await inTheEnd(boarding, stages))
}

/** Who has to ask anew walks again. */
async function inTheEnd(boarding: ReturnType<typeof board>, stages: Stages): Promise<Served> {
  const came = await boarding
  return 'held' in came ? came : serve(came, stages)
}
