import type { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { FlightName } from '../model/flight.ts'
import type { EntryRecord, VariantRecord } from '../model/record.ts'
import type { Found, Landing } from '../model/rooms.ts'
import type { Flight, Incoming } from '../model/stages.ts'
import { judgeHeld } from './candidate.ts'
import { isInsistent } from './course.ts'
import { fallbackFrom, isUnwantedBy } from './fallback.ts'
import { keepable } from './keeping.ts'
import { asksOrigin } from './preconditions.ts'
import { urgencyOf } from './urgency.ts'
import { variantFor } from './variants.ts'
import { variantOf } from './vary.ts'

/**
 * Who may wait for the same obtain: the same entry, method, integrity, and the same values of the headers that the last known `Vary`
 * names. A caller who wants new bytes does not join a flight that may end in a 304.
 */
export function flightKey(call: Call, entry: EntryRecord | undefined): string {
  const { key, method, redirect, integrity, settings } = call
  const insists = isInsistent(call) ? call.cache : ''
  const common = `${key.length}:${key} ${method} ${redirect} ${insists}`
  const values = valuesOf(call, entry)
  // A question about a caller's own copy has an answer for that copy only.
  const own = asksOrigin(call) ? call.headers : ''
  if (integrity === '' && values === '' && own === '' && settings.expect === undefined) return common
  return `${common} ${JSON.stringify([integrity, values, own, settings.expect])}`
}

function valuesOf(call: Call, entry: EntryRecord | undefined): string {
  if (entry === undefined) return ''
  const vary = new Set(entry.variants.flatMap((variant) => variant.vary))
  return vary.size === 0 ? '' : variantOf([...vary].sort(), call)
}

/** The flight of a call: its key, the URL that an unsafe method may part it from, and the caller's own code that judges what it brings. */
export function flightOf(call: Call, { entry, held }: Found, now: number): FlightName {
  const { schema, check, guards } = call.settings
  // What a guard refuses is one caller's answer, and not another's who has something to fall back to.
  const spare = held === undefined ? 'there is none' : fallbackFrom(held, call, now)
  // So is a file that cannot be unpacked.
  const flags = [guards.format, guards.shrink, guards.shape, spare, spare === 'there is one' ? call.settings.unpack : '']
  return { key: `${flightKey(call, entry)};${flags.join()}`, call, schema, check, priority: urgencyOf(call) }
}

/**
 * Whether a caller who joined may have what the flight brought: not a stream, not an answer for other header values, no error where it goes
 * elsewhere, nothing lost that it would keep, and nothing that the flight found stored and that is fresh to its first caller only.
 */
export function mayShare(
  landing: Landing,
  call: Call,
  { collapsed, first }: Pick<Flight, 'collapsed' | 'first'>,
  now: number,
): boolean {
  if (!collapsed) return true
  if (landing.name === 'live' || !isFor(call, landing.held.variant) || keepsMore(landing, call, first)) return false
  if (landing.name === 'kept' && landing.outcome === 'hit' && judgeHeld(landing.held, call, now).name !== 'fresh') return false
  return isAnswer(landing.held.version.status, call, first)
}

/** Whether a status that the first of a flight took for an answer is one to this caller too: no error where it goes elsewhere, none that it asks again for. */
const isAnswer = (status: number, call: Call, first: Call): boolean =>
  !(status >= 400 && goesElsewhere(call, first)) && !asksAgain(status, call, first)

function asksAgain(status: number, { settings: { retry } }: Call, first: Call): boolean {
  return retry.attempts > 1 && retry.statusCodes.includes(status) && !first.settings.retry.statusCodes.includes(status)
}

/** Whether a caller has to ask for this by himself: a stream has one reader, and an answer under `Vary: *` is for one request. */
export function asksAlone(call: Call, { name, held: { variant } }: Landing): boolean {
  return variant.vary.includes('*') || (name === 'live' && isFor(call, variant))
}

/** Whether this caller's settings keep what those of the first did not. */
function keepsMore(landing: Landing, call: Call, first: Call): boolean {
  if (landing.name !== 'transient') return false
  if (landing.reason === 'too-large') return call.settings.maxEntryBytes > first.settings.maxEntryBytes
  return keepable(call, landing.head).store
}

/** The same of an answer that is still on its way. For what is stored, who would rather have that waits to the end. */
export function mayFollow({ head, call: first }: Incoming, call: Call, { collapsed }: { collapsed: boolean }): boolean {
  return !isUnwantedBy(call, head) && (!collapsed || (isFor(call, variantFor(first, head)) && isAnswer(head.status, call, first)))
}

/** Whether a flight gave up with an answer for other header values than this caller's. Under `*` all have it: who is ill is not asked by each anew. */
export function isForOthers({ answer }: AttemptFailure, call: Call, first: Call): boolean {
  if (answer === undefined) return false
  const variant = variantFor(first, answer.head)
  return !variant.vary.includes('*') && !isFor(call, variant)
}

function isFor(call: Call, { vary, values }: Pick<VariantRecord, 'vary' | 'values'>): boolean {
  return !vary.includes('*') && (vary.length === 0 || variantOf(vary, call) === values)
}

/** Whether a caller names another place than the first of its flight did, or goes by a dispatcher where that one had none; two dispatchers are one way. */
export function goesElsewhere({ dispatcher, settings }: Call, first: Call): boolean {
  const isOtherWay = (dispatcher === undefined) !== (first.dispatcher === undefined)
  return isOtherWay || settings.sources.some((source) => !first.settings.sources.includes(source))
}

/** Whether a caller would have tried longer, or elsewhere, than the first of its flight did before that gave up. */
export function triesMore(failure: AttemptFailure, call: Call, first: Call): boolean {
  if (goesElsewhere(call, first) || isByOwnWord(failure, call, first)) return true
  const { answer, retry: heals } = failure
  if (answer !== undefined && asksAgain(answer.head.status, call, first)) return true
  if (heals === 'never') return false
  const pains = ({ retry, timeouts }: Call['settings']): number[] => [
    retry.attempts,
    retry.maxRetryAfter,
    -timeouts.minRate,
    timeouts.connect,
    timeouts.headers,
    timeouts.stall,
  ]
  const those = pains(first.settings)
  return pains(call.settings).some((mine, index) => mine > (those[index] as number))
}

/** Whether the code of the first of a flight ended its tries, by its word or because it threw, and this caller would have asked other code. */
function isByOwnWord({ code, retry: heals, attempts }: AttemptFailure, call: Call, first: Call): boolean {
  const [own, { shouldRetry, attempts: most }] = [call.settings.retry, first.settings.retry]
  if (shouldRetry === undefined || attempts.length >= most || (heals === 'never' && code !== 'HOOK')) return false
  return String(own.shouldRetry) !== String(shouldRetry)
}
