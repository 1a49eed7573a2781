import type { Call } from '../model/call.ts'

/** A call for which nobody waits yet: behind those for which somebody does. */
export function beforeNeeded(call: Call): Call {
  return call
}
