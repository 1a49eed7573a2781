import type { Clock } from './clock.ts'
import type { Duration } from './duration.ts'
import type { Attempt } from './errors.ts'
import type { Select } from './select.ts'
import type { Check, Expectation, FallbackCause, Guard, Progress } from './settings.ts'
import type { Size } from './size.ts'
import type { StandardSchema } from './standard-schema.ts'
import type { Store } from './store.ts'

/** `fallback` in full. Every key may be left out. */
export interface FallbackOptions {
  /** Give no version that has been stale for longer. Default: unlimited; every use is an event, and `staleFor` is told. */
  maxStale?: Duration
  /**
   * With an acceptable version stored, wait this long for the headers of a good answer, and then as long as the body keeps
   * `timeouts.minRate`; else give the version while the download goes on behind. Waiting in a queue or on a paused host counts
   * here, though not for `timeouts.deadline`. Default '10s'.
   */
  after?: Duration
  /**
   * After a failed refresh, fall back at once for this long without asking again; only where there is something to fall back to.
   * `cache: 'reload'` and `'no-cache'` pass by; an invalidation ends it. Default '30s'.
   */
  cooldown?: Duration
  /** What counts as "the origin gave nothing acceptable". Default ['network', 'timeout', 429, '5xx', 'rejected']. 404 and 410 are answers. */
  on?: FallbackCause[]
}

/**
 * `timeouts` in full. Every key may be left out. `connect`, `headers` and `stall` do not count the time in which the program itself had no
 * turn, because it computed without a pause.
 */
export interface TimeoutOptions {
  /** Until the connection, with its TLS, stands. Default '10s'. */
  connect?: Duration
  /**
   * From there, or from when the connection last took a part of what is sent, to the end of the response's head; not while a stream of the
   * caller's has nothing to send. Default '30s'.
   */
  headers?: Duration
  /** The longest silence in a body. Default '30s'. */
  stall?: Duration
  /**
   * Until the headers of an acceptable answer, over all attempts and the waits between them. Queueing is not counted, nor is the sending of the
   * caller's own body, except by a `fetch` or a dispatcher of the caller's. Default '2m'.
   */
  deadline?: Duration
  /** The whole body too. Default none: a body that makes progress is bounded by `stall` and `minRate` alone. */
  total?: Duration
  /** The lowest rate, in bytes a second over 30 s, of every body. Default '1KB'. */
  minRate?: Size
}

/** `retry` in full. Every key may be left out. */
export interface RetryOptions {
  /** Tries in all, the first included; one that brought 64 KiB or more of the body costs none. Default 6. */
  attempts?: number
  /** Back-off before the second try; doubles with each further one, with full jitter. Default '500ms'. */
  minDelay?: Duration
  /** The longest back-off. Default '30s'. */
  maxDelay?: Duration
  /** A longer Retry-After gives up at once. Default '5m'. */
  maxRetryAfter?: Duration
  /** Statuses worth another try. Default 408, 425, 429, 500, 502, 503, 504. */
  statusCodes?: number[]
  /** Asked after holdfast's own classification said yes; false ends the series. */
  shouldRetry?: (failure: Attempt) => boolean
}

/** Legal per call (`init.holdfast`), in a rule, and on the instance. */
export interface CallOptions {
  /**
   * Freshness. 'http': RFC 9111 (its heuristic at most 10 min unless `respect: 'standard'`); a duration: mine, from when the answer
   * came; Infinity: for ever; 0: ask each time. Covers 2xx, 301, 308, 404 and 410. Default 'http'.
   */
  ttl?: 'http' | Duration
  /** Freshness where the origin says nothing. Default 0. */
  defaultTtl?: Duration
  /** Serve stale at once and refresh behind, for this long after freshness ends. Default false; HTTP's own directive is honoured in any case (RFC 5861, 3). */
  staleWhileRevalidate?: boolean | Duration
  /** The last good version when nothing better is to be had; a duration is its `maxStale`. Default true. */
  fallback?: boolean | Duration | FallbackOptions
  timeouts?: TimeoutOptions
  /** A number: tries in all. `false`: one try. */
  retry?: false | number | RetryOptions
  /**
   * 'whole': stored, then answered (a failure can still fall back). 'streaming': handed out while it arrives. 'live': passed through,
   * not stored, and ended by the caller's signal, which no other answer is tied to once it is handed out. text/event-stream, and
   * application/x-ndjson and multipart/x-mixed-replace without Content-Length, are live without asking. Default 'whole'.
   */
  delivery?: 'whole' | 'streaming' | 'live'
  /**
   * Resume broken bodies. 'auto': the first request offers gzip, as fetch does; an uncoded answer is resumed as it is, a coded one that
   * breaks is asked for again from zero as identity. true: identity from the first request. false: never. Default 'auto'.
   */
  resume?: 'auto' | boolean
  /**
   * Refuses what does not fit it: a Standard Schema (zod, valibot, arktype) over the parsed JSON. It is asked of what was downloaded, and not
   * again of hits and 304s. As with `check`, its refusal is the entry's: kept as 'failed' for all callers.
   */
  schema?: StandardSchema
  /**
   * Throw to refuse this version: it is kept as 'failed' with the reason, the same bytes are refused again without asking you, and the
   * last good version is served. No ticket, lease or transaction is held meanwhile. Bounded by `timeouts.deadline`: one that fetches its own
   * URL under that same check waits for itself, and ends in HOOK. Asked of what was downloaded, not again of hits and 304s. The refusal is the entry's, for
   * callers without a check too: other bytes heal it at the next refresh, and `fetch.entry(url).unlabel('failed', { version })` takes it back.
   */
  check?: Check
  /**
   * Admission without configuration, by comparison with the version before. format 'refuse': HTML where there was none, JSON that does
   * not parse whose predecessor did. shrink 'warn': empty, or below half. shape 'warn': other JSON keys, another CSV header. With nothing
   * to fall back to a guard only warns; where it is this call alone that wants no fallback, the version is kept as `failed`, so that it is
   * current for nobody. `false`: all off.
   */
  guards?: false | { format?: Guard; shrink?: Guard; shape?: Guard }
  /** Known in advance: the digest in hex or base64, the size in bytes. `init.integrity` (SRI) is honoured too. */
  expect?: { digest?: `${Expectation['algorithm']}:${string}`; size?: number }
  /** What is downloaded is a packed file: the answer's body is what is in it, derived once and kept beside the original. Bombs end with TOO_LARGE. */
  unpack?: 'gzip' | 'deflate' | 'br'
  /**
   * Other places of the same bytes, for GET: tried in order when the one before gives up, or its 200 is refused by a digest, a guard, a
   * `schema` or a `check`. One `timeouts.deadline` holds for all of them. Credentials stay at their origin. Behind an https URL a source
   * over http is passed by, with a warning, unless `expect.digest` or `init.integrity` says what is right.
   */
  sources?: (string | URL)[]
  /** This version if it is stored, else as without. */
  prefer?: Select
  /** This version and no other; the network is never asked. HoldfastError VERSION_NOT_FOUND where it is not there. */
  require?: Select
  /** Groups for invalidation, at most 32. They are added to those that the entry has; of more than 64 those given longest ago are forgotten. */
  tags?: string[]
  /** Any JSON, at most 16 KB, stored with the entry: why it was fetched, where its documentation is. The last one given counts. */
  meta?: unknown
  /** Sandbox: part of the key. Default 'default'. */
  group?: string
  /** Names the principal instead of the digest of the credential headers; null: the same answer for all. */
  partition?: string | null
  /** Replaces method, URL and body as identity; partition, group and Vary stay. */
  key?: string
  /** A POST (or QUERY) that only asks: cacheable by explicit freshness or `ttl`, the body's digest and type in the key, re-sent on each attempt. */
  safe?: boolean
  /**
   * Work without a caller: what this process has asked for is refreshed in the background, by one process of several, behind those who
   * wait. `every`: so long after the origin last confirmed it, at least '1s'. `cron`: five fields, or six with seconds first; `timezone`
   * (default 'UTC') by its IANA name; `runAtStart` (default true): what was missed while no process ran is done once, when the entry is
   * first asked for; false: it waits for its next time. It goes on until the entry is deleted, or `false` is said; no timer keeps the
   * process alive; a failure is the event `refresh-failed`. At most 10,000 entries, those asked for last. Default: none.
   */
  refresh?: false | { every: Duration } | { cron: string; timezone?: string; runAtStart?: boolean }
  onProgress?: (progress: Progress) => void
  /**
   * Higher first in the queue of the host; among equals who came first. It may be any number. Default: 10 for a caller, 0 for work that
   * nobody waits for.
   */
  priority?: number
  /** The largest body kept. Default: what the tiers take. */
  maxEntryBytes?: Size
}

export interface Rule extends Omit<CallOptions, 'onProgress'> {
  /** URLPattern syntax, a URLPattern, or a predicate. */
  match: string | URLPattern | ((request: Request) => boolean)
  respect?: 'resilient' | 'standard'
  versions?: VersionsOptions
}

/**
 * Which versions are kept. What is beyond the newest `keep` and older than `keepFor` goes; never the current version, the last good one,
 * a pinned one, or one that is being read.
 */
export interface VersionsOptions {
  /** The newest of each variant. Default 2. */
  keep?: number
  /** Those beyond stay until they are this old. Default: none. */
  keepFor?: Duration
  /** The newest of those that were refused. Default 3. */
  keepFailed?: number
  /** Versions of one entry that may be pinned at a time; a further pin throws. Default: no limit. */
  maxPinned?: number
}

/** What holds for the hosts that `match`; what is left out here is as in `limits`. */
export interface HostLimit {
  /** A host name or a glob in which `*` is any run of characters, with `:port` where that matters. The most specific counts, and it alone. */
  match: string
  /** 'host': each host that matches has a bucket of its own. 'pattern': one for all of them. Default 'host'. */
  share?: 'host' | 'pattern'
  /** Requests in flight. Default: that of `limits`. */
  concurrency?: number
  /** Requests that may start in each `per`, attempts after the first and revalidations included. Default: no limit. */
  rate?: number
  /** At most 24 days. Default '1s'. */
  per?: Duration
  /**
   * 1: evenly spaced. n: n at once, as often as they fit whole into `rate`; no sliding `per` ever holds more than `rate` starts. Default 1.
   */
  burst?: number
  /**
   * Requests in a day or a month (UTC). What is beyond is answered with the last good version, or rejects with RETRY_AFTER. It is counted in
   * the nearest durable tier; without one, and while that is away, in memory, and so anew in each process.
   */
  quota?: { calls: number; per: 'day' | 'month' }
  /**
   * true: `/robots.txt` of each origin is asked for before its first request, and its `Crawl-delay` (for `holdfast`, else for `*`; at most
   * 5 minutes) is the least distance between two starts, beside `rate`: the slower wins. Where hosts share a bucket, the longest of theirs
   * counts. It is kept in memory while it is fresh, at least an hour, at most a day. One that is missing, fails, is larger than 500 KiB or
   * takes longer than 5 s means no delay, for an hour. The request for it counts for `rate` and `quota`. `Disallow` is not obeyed.
   * Default false.
   */
  robots?: boolean
}

/**
 * Where several processes meet, so that a `rate` holds for all of them together: Redis (a URL, or a client of ioredis, which is to be
 * installed), or a SQLite file for processes of one machine. Starts are evenly spaced there, whatever `burst` says. While it cannot be
 * reached each process keeps the rate by itself, and a `warning` tells.
 */
export type SharedLimits = { redis: string | object } | { sqlite: string }

/** How hosts (names with ports) are treated. What they say themselves (Retry-After, RateLimit, 429 and 503) is obeyed in any case. */
export interface LimitOptions {
  /** Requests in flight per host; halved by each 429 or 503, and grown back by one with each round of good answers. Default 6. */
  concurrency?: number
  /** Requests in flight over all hosts; the urgent first, then hosts in turn. Default: no limit. */
  total?: number
  /** How fast the bodies of one host may come, all together. Default: no limit. */
  bytesPerSecond?: Size
  /** Requests that may wait for one host; one more falls back at once, or rejects with RETRY_AFTER. Default: no limit. */
  queue?: number
  hosts?: HostLimit[]
  /** Of `rate` only. Default: each process for itself. */
  shared?: SharedLimits
}

/** What {@link createCachedFetch} takes. Nested objects merge key by key; lists replace. */
export interface Options extends CallOptions {
  /** Nearest first. A Keyv instance may stand here; of `[]` nothing is kept. Default: memory (64 MB) and SQLite in the user's cache folder. */
  tiers?: (Store | object)[]
  /** 'resilient': the last good version also against must-revalidate and no-cache, heuristic freshness capped. 'standard': RFC 9111 to the letter. Default 'resilient'. */
  respect?: 'resilient' | 'standard'
  /** The environment variable HOLDFAST_MODE overrides it. 'offline' sends nothing at all. Default 'online'. */
  mode?: 'online' | 'prefer-offline' | 'offline'
  /** For every request, under the caller's. */
  headers?: NonNullable<RequestInit['headers']>
  /** Headers that partition the key, never cross origins and are never logged. Default Authorization, Cookie, Proxy-Authorization, X-API-Key, X-Auth-Token, Private-Token. */
  credentialHeaders?: string[]
  limits?: LimitOptions
  versions?: VersionsOptions
  /** The first match wins. */
  rules?: Rule[]
  /** For each call of a store. Default '250ms' for remote stores, '2s' for local ones. */
  storeTimeout?: Duration
  /** Another transport. What it cannot show (framing, coded bytes) makes a version `proven: false`. Default: node:http(s), or a `globalThis.fetch` that has been replaced or is guided by a dispatcher (undici's `setGlobalDispatcher`). */
  fetch?: typeof globalThis.fetch
  clock?: Clock
  /** In [0, 1), as Math.random. */
  random?: () => number
  /** Serverless: told of every promise that outlives the call. */
  waitUntil?: (work: Promise<unknown>) => void
}

/** Legal for plain fetch at run time too. `dispatcher` is obeyed as there: its own request leaves by it. */
export type Init = RequestInit & { holdfast?: CallOptions }

export type Input = string | URL | Request
