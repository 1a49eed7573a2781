import type { Attempt } from './errors.ts'

/** One stored version, as told to callers. */
export interface VersionInfo {
  /** Unique and ordered, across processes and clock steps. */
  id: string
  /** SHA-256 of the body, hex. */
  digest: string
  /** Bytes of the body. */
  size: number
  status: number
  storedAt: Date
  /** When the origin last confirmed it. */
  checkedAt: Date
  labels: readonly string[]
  pinned: boolean
  /** False where nothing showed that the body was whole. */
  proven: boolean
  headers: Headers
  /** Where it came from after redirects. */
  url: string
  /** The version before and after it in its entry. */
  previous?: string
  next?: string
}

/** 'too-large': for every tier, also where there is none that may be written. */
export type BypassReason = 'method' | 'no-store' | 'live' | 'range' | 'status' | 'too-large'

/**
 * What a response was. 'hit': from a tier, nothing asked. 'revalidated': asked, and 304 or equal bytes came. 'miss': downloaded.
 * 'stale': served while it is refreshed behind. 'fallback': the origin gave nothing acceptable. 'bypass': not stored.
 */
export type Inspection = { warnings: readonly string[] } & (
  | { outcome: 'hit' | 'revalidated' | 'miss'; tier: string | undefined; version: VersionInfo; attempts: readonly Attempt[] }
  | { outcome: 'stale'; tier: string; version: VersionInfo; staleFor: number }
  | { outcome: 'fallback'; tier: string; version: VersionInfo; staleFor: number; error: Error; attempts: readonly Attempt[] }
  | { outcome: 'bypass'; reason: BypassReason }
)
