import type { Attempt } from './errors.ts'

/** `init.cache` of the Fetch standard. */
export type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached'

export type FallbackCause = 'network' | 'timeout' | 'rejected' | '4xx' | '5xx' | number

export interface FallbackSettings {
  /** Milliseconds past the end of freshness. */
  readonly maxStale: number
  readonly after: number
  readonly cooldown: number
  readonly on: readonly FallbackCause[]
}

export interface TimeoutSettings {
  readonly connect: number
  readonly headers: number
  readonly stall: number
  readonly deadline: number
  /** Infinity: none. */
  readonly total: number
  /** Bytes a second over 30 s. */
  readonly minRate: number
}

export interface RetrySettings {
  /** Tries in all. */
  readonly attempts: number
  readonly minDelay: number
  readonly maxDelay: number
  readonly maxRetryAfter: number
  readonly statusCodes: readonly number[]
  readonly shouldRetry?: (failure: Attempt) => boolean
}

export interface Progress {
  url: string
  /** Body bytes so far, those of earlier attempts included. */
  bytes: number
  total?: number
  bytesPerSecond: number
  attempt: number
  resumedFrom?: number
}

/** The options that rule one call: everything present, in one spelling, in milliseconds and bytes. */
export interface Settings {
  readonly ttl: 'http' | number
  /** True where a call or a rule said `ttl`: only then is `no-store` overruled. */
  readonly ttlIsSpecific: boolean
  readonly defaultTtl: number
  /** Milliseconds after freshness in which a stale answer is given at once; 0: never but by HTTP's directive. */
  readonly staleWhileRevalidate: number
  readonly fallback: false | FallbackSettings
  readonly timeouts: TimeoutSettings
  readonly retry: RetrySettings
  readonly delivery: 'whole' | 'streaming' | 'live'
  readonly respect: 'resilient' | 'standard'
  readonly mode: 'online' | 'prefer-offline' | 'offline'
  readonly group: string
  /** undefined: the digest of the credential headers; null: one answer for all. */
  readonly partition: string | null | undefined
  readonly key: string | undefined
  readonly safe: boolean
  readonly maxEntryBytes: number
  readonly onProgress: ((progress: Progress) => void) | undefined
}
