import type { Attempt } from './errors.ts'
import type { VersionInfo } from './inspection.ts'
import type { Progress } from './settings.ts'

/** Event → payload. The same go out on node:diagnostics_channel as `holdfast:<event>`. */
export interface Events {
  lookup: { key: string; url: string; tier?: string }
  verdict: { key: string; url: string; verdict: 'fresh' | 'stale' | 'stale-while-revalidate' | 'revalidate' | 'miss' | 'bypass' }
  attempt: { key: string; url: string; attempt: Attempt }
  progress: Progress
  stored: { key: string; url: string; version: VersionInfo; previous?: VersionInfo }
  rejected: { key: string; url: string; version: VersionInfo; reason: string }
  fallback: { key: string; url: string; host: string; version: VersionInfo; staleFor: number; error: Error }
  warning: { key: string; url: string; warning: string }
  'store-skipped': { key: string; url: string; tier: string; reason: 'too-large' | 'private' | 'no-store' | 'full' }
  'tier-error': { tier: string; operation: string; error: Error }
  'tier-state': { tier: string; state: 'closed' | 'open' | 'half-open' }
  host: { host: string; state: 'open' | 'waiting' | 'down'; until?: Date; concurrency: number }
  evicted: { key: string; tier: string; version?: string; bytes: number }
  'refresh-failed': { key: string; url: string; error: Error }
}

/** Tells whoever listens. The payload is made only then. */
export type Report = <K extends keyof Events>(event: K, payload: () => Events[K]) => void
