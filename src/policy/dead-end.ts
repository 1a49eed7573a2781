import type { Settings } from '../model/settings.ts'
import { DEFAULT_FALLBACK } from './precedence.ts'

/** For how long what failed, and left nothing, is not asked for again by what nobody waits for. Milliseconds. */
export function cooldownOf({ fallback }: Settings): number {
  return (fallback === false ? DEFAULT_FALLBACK : fallback).cooldown
}

/** A stamp may be some thousandths past the clock; one that is further ahead was made before the clock was set back. */
export function isRecent({ at }: { readonly at: number }, { now, cooldown }: { now: number; cooldown: number }): boolean {
  const since = now - Math.floor(at)
  return since >= 0 && since < cooldown
}
