import type { Buffered } from './buffered.ts'
import type { CachedFetch } from './cached-fetch.ts'
import { lazyBuffered, lazyCachedFetch } from './instance.ts'

/**
 * The default instance, made at the first call: memory (64 MB), and SQLite at `<user cache>/holdfast/<package name>-<hash of its
 * folder>/cache.db` (folder 0700, files 0600). Memory only under a test runner, or where that cannot be written (one `warning` event).
 * HOLDFAST_DIR names another folder; '' means memory only.
 */
export const cachedFetch: CachedFetch = lazyCachedFetch()

/** Keeps the results of functions in the memory of this process. `createCachedFetch(...).buffered` keeps them in that instance's tiers. */
export const buffered: Buffered = lazyBuffered()

export type { Administration, Which } from './administration.ts'
export type { Buffered, BufferedFunction, BufferedOptions, Decorate } from './buffered.ts'
export type { CachedFetch } from './cached-fetch.ts'
export type { Entry, EntryHistory } from './entry.ts'
export type { EntryStats } from './entry-account.ts'
export type { FunctionCache } from './function-cache.ts'
export { createCachedFetch } from './instance.ts'
export type { Clock } from './model/clock.ts'
export type { Difference } from './model/difference.ts'
export type { Duration } from './model/duration.ts'
export { type Attempt, type ErrorCode, HoldfastError, HttpError } from './model/errors.ts'
export type { Events } from './model/events.ts'
export type { Inspection, VersionInfo } from './model/inspection.ts'
export type { HostState } from './model/limits.ts'
export type {
  CallOptions,
  HostLimit,
  Init,
  Input,
  LimitOptions,
  Options,
  Rule,
  SharedLimits,
  VersionsOptions,
} from './model/options.ts'
export type { Select } from './model/select.ts'
export type { Check, Guard, Progress } from './model/settings.ts'
export type { Size } from './model/size.ts'
export type { OutputOf, StandardSchema } from './model/standard-schema.ts'
export type {
  BodyFiles,
  CompareOptions,
  KnownValue,
  Lease,
  LiveRecords,
  ReadOptions,
  SetOptions,
  Store,
  StoreEntry,
} from './model/store.ts'
export type { PrefetchInput, PrefetchOptions } from './prefetch.ts'
export type { Prefetched } from './prefetch-run.ts'
export type { Health } from './readiness.ts'
export { fileNameOf, saveTo } from './save-to.ts'
export type { RunContext } from './stages/function/run.ts'
export { inspect } from './stages/response/held-response.ts'
export type { AuditReport, CopyReport, EntryInfo, SweepReport } from './stages/tiers/upkeep/upkeep.ts'
export type { Stats } from './stats.ts'
