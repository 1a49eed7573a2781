import type { Selection } from '../model/select.ts'
import type {
  CacheMode,
  FallbackCause,
  FallbackSettings,
  GuardSettings,
  Retention,
  RetrySettings,
  Settings,
  TimeoutSettings,
} from '../model/settings.ts'
import type { StandardSchema } from '../model/standard-schema.ts'
import type { Dispatcher } from '../model/transport.ts'
import { ADMISSION_READERS } from './admission-options.ts'
import {
  callback,
  count,
  duration,
  flag,
  listOf,
  oneOf,
  type Reader,
  type Readers,
  readObject,
  size,
  text,
  wrong,
} from './option-readers.ts'
import { refresh } from './refresh-options.ts'
import { selection } from './select-options.ts'
import { meta, tags } from './tag-options.ts'

/** One source of options (instance, rule, entry, call), read but not yet merged: what was not said is absent. */
export interface Layer {
  ttl?: 'http' | number
  defaultTtl?: number
  staleWhileRevalidate?: number
  fallback?: false | Partial<FallbackSettings>
  timeouts?: Partial<TimeoutSettings>
  retry?: Partial<RetrySettings>
  delivery?: Settings['delivery']
  group?: string
  partition?: string | null
  key?: string
  safe?: boolean
  onProgress?: Settings['onProgress']
  maxEntryBytes?: number
  schema?: StandardSchema
  check?: Settings['check']
  guards?: Partial<GuardSettings>
  expect?: Settings['expect']
  sources?: string[]
  resume?: Settings['resume']
  unpack?: Settings['unpack']
  refresh?: Settings['refresh']
  tags?: string[]
  meta?: unknown
  versions?: Partial<Retention>
  prefer?: Selection
  require?: Selection
  respect?: Settings['respect']
  mode?: Settings['mode']
  priority?: number
}

const status: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 100 || value > 599)
    throw wrong(path, value, 'Give a status from 100 to 599.')
  return value
}

const CAUSES = ['network', 'timeout', 'rejected', '4xx', '5xx'] as const

const cause: Reader<FallbackCause> = (value, path) => {
  if (typeof value === 'number') return status(value, path)
  const known = CAUSES.find((name) => name === value)
  if (known === undefined) throw wrong(path, value, `Give a status, such as 503, or one of '${CAUSES.join("', '")}'.`)
  return known
}

const FALLBACK: Readers = { maxStale: duration, after: duration, cooldown: duration, on: listOf(cause) }

const fallback: Reader = (value, path) => {
  if (value === false) return false
  if (value === true) return {}
  if (typeof value === 'object') return readObject(value, FALLBACK, path)
  return { maxStale: duration(value, path) }
}

const TIMEOUTS: Readers = {
  connect: duration,
  headers: duration,
  stall: duration,
  deadline: duration,
  total: duration,
  minRate: size,
}

const RETRY: Readers = {
  attempts: count(1),
  minDelay: duration,
  maxDelay: duration,
  maxRetryAfter: duration,
  statusCodes: listOf(status),
  shouldRetry: callback,
}

const retry: Reader = (value, path) => {
  if (value === false) return { attempts: 0 }
  if (typeof value === 'number') return { attempts: count(1)(value, path) }
  if (typeof value === 'object') return readObject(value, RETRY, path)
  throw wrong(path, value, 'Give false, the number of tries, or an object such as { attempts: 6 }.')
}

const staleWhileRevalidate: Reader<number> = (value, path) => {
  if (typeof value === 'boolean') return value ? Number.POSITIVE_INFINITY : 0
  return duration(value, path)
}

const priority: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw wrong(path, value, 'Give a number: a caller is 10, background work 0, and higher is first.')
  return value
}

const ttl: Reader = (value, path) => {
  if (value === 'http') return value
  try {
    return duration(value, path)
  } catch (error) {
    throw new TypeError(`${(error as Error).message} Or say 'http', for what HTTP says.`)
  }
}

/** Readers of what is legal per call, in a rule and on the instance. */
export const CALL_READERS: Readers = {
  ttl,
  defaultTtl: duration,
  staleWhileRevalidate,
  fallback,
  timeouts: (value, path) => readObject(value, TIMEOUTS, path),
  retry,
  delivery: oneOf('whole', 'streaming', 'live'),
  group: text,
  partition: (value, path) => (value === null ? null : text(value, path)),
  key: text,
  safe: flag,
  onProgress: callback,
  priority,
  maxEntryBytes: size,
  tags,
  meta,
  ...ADMISSION_READERS,
  prefer: selection,
  require: selection,
  refresh,
}

/** `init.holdfast` → a layer. */
export function readCallOptions(given: unknown): Layer {
  return readObject(given, CALL_READERS, 'holdfast')
}

const CACHE_MODES: readonly CacheMode[] = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached']

/** `init.cache`: read before a Request is built, since Request refuses 'only-if-cached' outside of same-origin mode. */
export function readCacheMode(given: unknown): CacheMode {
  return given === undefined ? 'default' : oneOf(...CACHE_MODES)(given, 'init.cache')
}

export function readDispatcher(given: Dispatcher): Dispatcher {
  if (typeof given.dispatch === 'function') return given
  // Not the value itself: the URL of a proxy may hold a password.
  throw wrong('init.dispatcher', typeof given, 'Give one of undici, such as a ProxyAgent.')
}
