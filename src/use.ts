import type { House } from './house.ts'
import { HoldfastError } from './model/errors.ts'
import type { Served } from './model/rooms.ts'
import { judgeHeld } from './policy/candidate.ts'
import { wrong } from './policy/option-readers.ts'
import { isOfStore } from './policy/rejection.ts'
import { answered } from './policy/served.ts'
import { allRefused, lastGoodOf } from './policy/version-choice.ts'
import { versionInfo } from './policy/version-info.ts'
import { reasonText } from './stages/remarks.ts'
import { servedAs } from './stages/response/held-response.ts'
import { asRead } from './walked.ts'

/** Refuses the version behind a response, and answers with the last good one. */
export async function rejected(house: House, response: Response, reason: unknown): Promise<Response> {
  const served = servedAs(response)
  if (served === undefined)
    throw new TypeError('reject takes a response of this fetch; a copy of it says no more where it came from')
  const { call, kept } = served
  const held = kept === undefined ? served.held : await kept().catch(() => undefined)
  if (held === undefined || held.ref.id === '') throw notStored(served)
  const why = reasonText(reason) ?? 'refused by its reader'
  const marked = await house.remarks.label(held, 'failed', { on: 'yes', reason: why })
  house.emitter.report('rejected', () => ({
    key: call.key,
    url: call.url,
    version: versionInfo(marked, house.clock.now()),
    reason: why,
  }))
  const instead = await house.tiers.pick(call, lastGoodOf)
  if (instead === undefined || !(await house.stages.proves(instead, call))) throw allRefused(call, marked.entry)
  // Memory may have an older one yet, of which nothing bad is known.
  house.tiers.promote(instead.entry, instead)
  const given = asRead(house, answered(call, instead, judgeHeld(instead, call, house.clock.now())))
  return house.responses.respond(
    await given.catch((error: unknown) => {
      throw house.responses.told(error, call)
    }),
  )
}

function notStored({ call }: Served): HoldfastError {
  return new HoldfastError('REJECTED', 'that answer is not stored, so there is no version to refuse', call)
}

/**
 * Reads an answer with the caller's own parser. A throw refuses that version and the last good one is read, once; where that fails too,
 * the first error is thrown and only the first version is refused, for then it is the parser that is wrong. What a tier could not give is asked
 * for again.
 */
export async function used<T>(
  ask: () => Promise<Response>,
  read: (response: Response) => T | Promise<T>,
  reject: (response: Response, reason: unknown) => Promise<Response>,
): Promise<T> {
  // Before anything is asked: a version would be refused for what its caller forgot.
  if (typeof read !== 'function') throw wrong('use', read, 'Give a function that reads the response.')
  const response = await ask()
  try {
    return await read(response)
  } catch (first) {
    const instead = await (isOfStore(first) ? ask() : reject(response, first)).catch(() => undefined)
    if (instead === undefined) throw first
    try {
      return await read(instead)
    } catch {
      throw first
    }
  }
}
