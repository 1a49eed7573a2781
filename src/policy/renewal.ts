import type { Call } from '../model/call.ts'
import { isCached } from './passing.ts'
import { unhurried } from './urgency.ts'

/** Whether what answers a call can be refreshed without its caller: it is kept, and it is the current version that was asked for. */
export function isRenewable(call: Call): boolean {
  return isCached(call) && call.method !== 'HEAD' && call.cache !== 'no-store' && call.settings.require === undefined
}

/** The same question on nobody's behalf: the origin is asked, with conditions, and behind those who wait. */
export function renewal(call: Call): Call {
  // What the entry itself says is in the settings already.
  const { layers: _decided, ...asked } = call
  return unhurried({
    ...asked,
    cache: 'no-cache',
    signal: undefined,
    preconditions: [],
    settings: { ...call.settings, delivery: 'whole', prefer: undefined, onProgress: undefined },
  })
}
