import type { House } from './house.ts'
import { AttemptFailure } from './model/attempt-failure.ts'
import type { Call } from './model/call.ts'
import type { Held, Served } from './model/rooms.ts'
import { serve } from './pipeline.ts'
import { isFromElsewhere } from './policy/host.ts'
import { isCached, mayNotAsk, notCached } from './policy/passing.ts'
import { versionNotFound } from './policy/version-choice.ts'

/** The walk, and what it came to as the house tells it. */
export async function walked(house: House, call: Call): Promise<Served> {
  const served = await permitted(house, call)
  try {
    return await asRead(house, served)
  } catch (error) {
    if (!isStoredBroken(served, error)) throw error
    return asRead(house, await permitted(house, { ...call, cache: 'reload' }))
  }
}

/** What came first had nothing to be compared with: one that was cut is the answer of nobody who unpacks it for as long as it is fresh. */
const isStoredBroken = ({ call, outcome }: Served, error: unknown): boolean =>
  (outcome === 'hit' || outcome === 'stale') &&
  !mayNotAsk(call) &&
  error instanceof AttemptFailure &&
  error.code === 'BAD_ENCODING'

/** The walk, unless what it comes to is none that this call may have. */
async function permitted(house: House, call: Call): Promise<Served> {
  const passes = !isCached(call)
  if (passes && mayNotAsk(call)) throw notCached(call)
  if (passes && call.settings.require !== undefined) throw versionNotFound(call, call.settings.require)
  if (passes) house.emitter.report('verdict', () => ({ key: call.key, url: call.url, verdict: 'bypass' }))
  const served = await (passes ? house.outside.use((rooms) => rooms.straight(call)) : serve(call, house.stages))
  if (isRefused(call, served.held))
    throw new AttemptFailure('REDIRECT', 'the answer came by a redirect that this call does not follow', { retry: 'never' })
  return served
}

/** What is in a packed file, where the call says that it reads that. */
export async function asRead(house: House, served: Served): Promise<Served> {
  return served.call.settings.unpack === undefined ? served : house.outside.use(({ unpacking }) => unpacking.of(served))
}

/**
 * Under `redirect: 'error'` an answer that came by a redirect is none, and under `mode: 'same-origin'` one from another origin; but
 * without that mode the platform lets nobody say 'only-if-cached'.
 */
export const isRefused = ({ redirect, cache, url }: Call, { version }: Held): boolean =>
  (redirect === 'error' && version.redirected) ||
  (redirect === 'same-origin' && cache !== 'only-if-cached' && isFromElsewhere(version, url))
