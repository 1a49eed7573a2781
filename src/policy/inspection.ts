import type { Inspection } from '../model/inspection.ts'
import type { Served } from '../model/rooms.ts'
import { versionInfo } from './version-info.ts'

/** What a caller is told of its response. */
export function inspectionOf(served: Served, now: number): Inspection {
  const { held, attempts } = served
  // A copy, for the same landing is told to many.
  const warnings = [...served.warnings]
  const version = versionInfo(held, now)
  switch (served.outcome) {
    case 'bypass':
      return { outcome: 'bypass', reason: served.reason, warnings }
    case 'stale':
      return { outcome: 'stale', tier: held.tier ?? '', version, staleFor: served.staleFor, warnings }
    case 'fallback':
      return {
        outcome: 'fallback',
        tier: held.tier ?? '',
        version,
        staleFor: served.staleFor,
        error: served.error,
        attempts,
        warnings,
      }
    default:
      return { outcome: served.outcome, tier: held.tier, version, attempts, warnings }
  }
}
