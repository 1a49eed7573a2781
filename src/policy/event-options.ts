import type { Events } from '../model/events.ts'
import { callback, oneOf } from './option-readers.ts'

/** Each of them by name, so that the compiler asks for one that is new. */
const NAMES: Record<keyof Events, null> = {
  lookup: null,
  verdict: null,
  attempt: null,
  progress: null,
  stored: null,
  rejected: null,
  fallback: null,
  warning: null,
  'store-skipped': null,
  'tier-error': null,
  'tier-state': null,
  host: null,
  evicted: null,
  'refresh-failed': null,
}

/** @throws TypeError for an event that there is not, and for a listener that is no function. */
export function checkListening(event: unknown, listener: unknown): void {
  oneOf(...Object.keys(NAMES))(event, 'on(event)')
  callback(listener, 'on(listener)')
}
