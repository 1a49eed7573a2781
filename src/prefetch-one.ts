import { abortReason, type Behind, drafted, enter, openHouse, proceed } from './entrance.ts'
import { isForeign } from './fetch-call.ts'
import type { House } from './house.ts'
import { initWith, isRequest } from './init.ts'
import type { Call } from './model/call.ts'
import { HttpError } from './model/errors.ts'
import type { Init, Input } from './model/options.ts'
import { versionFacts } from './policy/candidate.ts'
import { isInsistent } from './policy/course.ts'
import { cooldownOf, isRecent } from './policy/dead-end.ts'
import { isCached } from './policy/passing.ts'
import { unhurried } from './policy/urgency.ts'
import { variantOf } from './policy/vary.ts'
import type { DeadEnd } from './stages/dead-ends.ts'
import { servedAs } from './stages/response/held-response.ts'

/**
 * One answer before it is needed: as a fetch gives it, behind those who wait for theirs. What failed a moment ago and left nothing is not
 * asked for again so soon.
 *
 * @throws HttpError for an answer outside 2xx. All that a fetch rejects with.
 */
export async function fetchedAhead(
  behind: Behind,
  [input, init]: [Input, Init | undefined],
  stop: AbortSignal,
): Promise<Response> {
  const signals = [isRequest(input) ? input.signal : undefined, init?.signal ?? undefined].filter((one) => one !== undefined)
  const signal = signals.length === 0 ? stop : AbortSignal.any([...signals, stop])
  // Without a server there is nothing to be ahead of.
  if (isForeign(input)) return accepted(await enter(behind, input, initWith(init, { signal })))
  const house = openHouse(behind)
  const call = ahead(await drafted(behind, input, initWith(init, { signal })))
  const left = abortReason(call)
  if (left !== undefined) throw left.reason
  const before = await failedBefore(house, call)
  if (before !== undefined) throw before
  const response = await proceed(house, call)
  const served = servedAs(response)
  if (!response.ok && served !== undefined && served.held.tier === undefined) {
    const { status, statusText } = response
    const { vary } = versionFacts(served.held.version)
    const values = variantOf(vary, call)
    house.deadEnds.note(call.key, { at: house.clock.now(), status, statusText, method: call.method, vary, values })
  }
  return accepted(response, call)
}

/** Behind those who wait, also where the entry has a word on other things. */
function ahead(call: Call): Call {
  const unhurriedly = unhurried(call)
  const { layers } = call
  if (layers === undefined) return unhurriedly
  const under = { ...layers.under, priority: layers.under.priority ?? unhurriedly.settings.priority }
  return { ...unhurriedly, layers: { ...layers, under } }
}

function accepted(
  response: Response,
  { method, url }: Pick<Call, 'method' | 'url'> = { method: 'GET', url: response.url },
): Response {
  if (response.ok) return response
  throw new HttpError(response, { method, url })
}

function speaksOf({ method, vary, values }: DeadEnd, call: Call): boolean {
  return (method !== 'HEAD' || call.method === 'HEAD') && variantOf(vary, call) === values
}

/** What came of it the last time, where that was less than the cool-down ago, and nothing is stored that would be given instead. */
async function failedBefore(house: House, call: Call): Promise<Error | undefined> {
  if (!isCached(call) || isInsistent(call)) return undefined
  const now = house.clock.now()
  const cooldown = cooldownOf(call.settings)
  const deadEnd = house.deadEnds.of(call.key)
  const found = await house.tiers.lookup(call, () => true)
  if (found.held !== undefined) return undefined
  if (deadEnd !== undefined && isRecent(deadEnd, { now, cooldown }) && speaksOf(deadEnd, call))
    return new HttpError(new Response(null, deadEnd), call)
  const failure = found.entry?.failures?.at(-1)
  if (failure === undefined || !isRecent(failure, { now, cooldown })) return undefined
  return house.responses.told(house.stages.fallback.lastFailure(found), call)
}
