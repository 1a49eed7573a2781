import type { Attempt } from './errors.ts'
import type { VersionInfo } from './inspection.ts'
import type { Selection } from './select.ts'
import type { StandardSchema } from './standard-schema.ts'

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
  /** Tries in all, those not counted that brought something; 0: one request, whatever it brings. */
  readonly attempts: number
  readonly minDelay: number
  readonly maxDelay: number
  readonly maxRetryAfter: number
  readonly statusCodes: readonly number[]
  readonly shouldRetry?: (failure: Attempt) => boolean
}

/** What a guard does with a version that looks damaged. */
export type Guard = 'off' | 'warn' | 'refuse'

export interface GuardSettings {
  readonly format: Guard
  readonly shrink: Guard
  readonly shape: Guard
}

/** Throws to refuse a version. */
export type Check = (response: Response, facts: { previous?: VersionInfo; signal: AbortSignal }) => void | Promise<void>

/** What the caller knows of the bytes in advance. */
export interface Expectation {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** In lower case; absent where only the size is known. */
  readonly hex?: string
  readonly size?: number
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

/** When an entry is refreshed without a caller; false: not at all. `every` in milliseconds; `timezone` as IANA names it. */
export type RefreshSettings =
  | false
  | { readonly every: number }
  | { readonly cron: string; readonly timezone: string; readonly runAtStart: boolean }

/** Which versions are kept. */
export interface Retention {
  /** The newest of each variant. */
  readonly keep: number
  /** Milliseconds for which those beyond are kept too; 0: not at all. */
  readonly keepFor: number
  /** The newest of those that were refused. */
  readonly keepFailed: number
  /** Versions of one entry that may be pinned at a time. */
  readonly maxPinned: number
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
  readonly tags: readonly string[]
  /** undefined: nothing was said. */
  readonly meta: unknown
  readonly versions: Retention
  readonly schema: StandardSchema | undefined
  readonly check: Check | undefined
  readonly guards: GuardSettings
  readonly expect: Partial<Expectation> | undefined
  /** Absolute URLs of the same bytes. */
  readonly sources: readonly string[]
  readonly resume: 'auto' | boolean
  readonly prefer: Selection | undefined
  readonly require: Selection | undefined
  readonly unpack: 'gzip' | 'deflate' | 'br' | undefined
  /** undefined: nothing was said. false: what was scheduled before is not any more. */
  readonly refresh: RefreshSettings | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** undefined: nothing was said. */
  readonly priority: number | undefined
}
