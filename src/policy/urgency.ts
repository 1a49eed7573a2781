import type { Call } from '../model/call.ts'

/** Somebody waits for it. */
const CALLER = 10
/** Nobody does. */
const BACKGROUND = 0

/** How soon a call's requests are to have their turn among those of their host: higher first. */
export function urgencyOf({ settings }: Pick<Call, 'settings'>): number {
  return settings.priority ?? CALLER
}

/** The same call as work that nobody waits for, unless it says itself how urgent it is. */
export function unhurried(call: Call): Call {
  return { ...call, settings: { ...call.settings, priority: call.settings.priority ?? BACKGROUND } }
}
