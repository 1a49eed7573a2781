import type { FallbackSettings, RetrySettings, Settings, TimeoutSettings } from '../model/settings.ts'
import type { Layer } from './call-options.ts'
import { DEFAULT_RETENTION } from './retention.ts'

export const DEFAULT_FALLBACK: FallbackSettings = {
  maxStale: Number.POSITIVE_INFINITY,
  after: 10_000,
  cooldown: 30_000,
  on: ['network', 'timeout', 429, '5xx', 'rejected'],
}

const DEFAULT_TIMEOUTS: TimeoutSettings = {
  connect: 10_000,
  headers: 30_000,
  stall: 30_000,
  deadline: 120_000,
  total: Number.POSITIVE_INFINITY,
  minRate: 1024,
}

const DEFAULT_RETRY: RetrySettings = {
  attempts: 6,
  minDelay: 500,
  maxDelay: 30_000,
  maxRetryAfter: 300_000,
  statusCodes: [408, 425, 429, 500, 502, 503, 504],
}

export const DEFAULT_SETTINGS: Settings = {
  ttl: 'http',
  ttlIsSpecific: false,
  defaultTtl: 0,
  staleWhileRevalidate: 0,
  fallback: DEFAULT_FALLBACK,
  timeouts: DEFAULT_TIMEOUTS,
  retry: DEFAULT_RETRY,
  delivery: 'whole',
  respect: 'resilient',
  mode: 'online',
  group: 'default',
  partition: undefined,
  key: undefined,
  safe: false,
  maxEntryBytes: Number.POSITIVE_INFINITY,
  tags: [],
  meta: undefined,
  versions: DEFAULT_RETENTION,
  schema: undefined,
  check: undefined,
  guards: { format: 'refuse', shrink: 'warn', shape: 'warn' },
  expect: undefined,
  sources: [],
  resume: 'auto',
  prefer: undefined,
  require: undefined,
  unpack: undefined,
  refresh: undefined,
  onProgress: undefined,
  priority: undefined,
}

/** Lays one layer over settings: nested objects key by key, lists and all else replaced. */
export function overlay(under: Settings, layer: Layer): Settings {
  const { fallback, timeouts, retry, guards, versions, ...plain } = layer
  return {
    ...under,
    ...plain,
    fallback: fallback === undefined ? under.fallback : overlayFallback(under.fallback, fallback),
    timeouts: timeouts === undefined ? under.timeouts : { ...under.timeouts, ...timeouts },
    versions: versions === undefined ? under.versions : { ...under.versions, ...versions },
    guards: guards === undefined ? under.guards : { ...under.guards, ...guards },
    retry: retry === undefined ? under.retry : { ...under.retry, ...retry },
  }
}

function overlayFallback(under: Settings['fallback'], over: false | Partial<FallbackSettings>): Settings['fallback'] {
  return over === false ? false : { ...(under === false ? DEFAULT_FALLBACK : under), ...over }
}

/** As {@link overlay}, for a rule, an entry or a call: its `ttl` is a statement on these requests, so it may store `no-store`. */
export function overlaySpecific(under: Settings, layer: Layer): Settings {
  const settled = overlay(under, layer)
  return layer.ttl === undefined ? settled : { ...settled, ttlIsSpecific: layer.ttl !== 'http' }
}
