import { type CallOptions, createCachedFetch, type Options } from 'holdfast'
import { memory } from 'holdfast/memory'

export const everyOption: Options = {
  tiers: [memory()],
  respect: 'standard',
  mode: 'offline',
  headers: { 'user-agent': 'mine' },
  credentialHeaders: ['x-token'],
  limits: {
    concurrency: 2,
    total: 10,
    bytesPerSecond: '1MB',
    queue: 100,
    hosts: [
      { match: '*.example.org', share: 'pattern', concurrency: 1, rate: 3, per: '1s', burst: 3 },
      { match: 'api.example.org:8443', share: 'host', quota: { calls: 1_000, per: 'month' }, robots: true },
    ],
    shared: { redis: 'redis://localhost:6379' },
  },
  priority: 5,
  storeTimeout: '1s',
  fetch: globalThis.fetch,
  clock: { now: () => 0, monotonic: () => 0, setTimeout: () => ({ cancel: () => undefined }) },
  random: Math.random,
  waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined),
  rules: [
    { match: 'https://api.example.org/*', ttl: '1h', respect: 'standard' },
    { match: new URLPattern({ hostname: '*.example.org' }), fallback: { maxStale: '30d' }, versions: { keep: 1 }, tags: ['org'] },
    { match: (request: Request) => request.method === 'GET', group: 'others' },
  ],
  ttl: 'http',
  defaultTtl: 60_000,
  staleWhileRevalidate: '1m',
  fallback: { maxStale: '30d', after: '10s', cooldown: '30s', on: ['network', 'timeout', 'rejected', '5xx', 429] },
  timeouts: { connect: '10s', headers: '30s', stall: '30s', deadline: '2m', total: 3_600_000, minRate: '1KB' },
  retry: {
    attempts: 3,
    minDelay: '1s',
    maxDelay: '1m',
    maxRetryAfter: '5m',
    statusCodes: [503],
    shouldRetry: ({ status }) => status !== 503,
  },
  delivery: 'streaming',
  group: 'mine',
  partition: null,
  tags: ['prices'],
  meta: { why: ['any', 'JSON', 1, null] },
  versions: { keep: 5, keepFor: '7d', keepFailed: 1, maxPinned: 10 },
  key: 'rates',
  safe: true,
  maxEntryBytes: '64MB',
  refresh: { cron: '0 3 * * *', timezone: 'Europe/Berlin', runAtStart: false },
  onProgress: ({ bytes, total, bytesPerSecond, attempt }) => console.log(bytes, total, bytesPerSecond, attempt),
}

/** Short forms of one option. */
export const shortForms: CallOptions[] = [
  { ttl: Infinity, fallback: true, retry: false, staleWhileRevalidate: true },
  { ttl: 0, fallback: '30d', retry: 4, staleWhileRevalidate: 1_000 },
  { partition: 'user 7' },
  { refresh: { every: '6h' } },
  { refresh: { cron: '@daily' } },
  { refresh: false },
]

export const mistakes = [
  // @ts-expect-error an unknown option
  () => createCachedFetch({ staleIfError: true }),
  // @ts-expect-error an unknown option of one call
  () => createCachedFetch()('https://example.org/', { holdfast: { cacheFor: '5m' } }),
  // @ts-expect-error an unknown option one floor down
  () => createCachedFetch({ timeouts: { connection: '10s' } }),
  // @ts-expect-error the word is prefer-offline
  () => createCachedFetch({ mode: 'offline-first' }),
  // @ts-expect-error a duration is a number or a text
  () => createCachedFetch({ ttl: new Date() }),
  // @ts-expect-error a mode is the instance's, not one call's
  () => createCachedFetch()('https://example.org/', { holdfast: { mode: 'offline' } }),
  // @ts-expect-error a rule must match something
  () => createCachedFetch({ rules: [{ ttl: '1h' }] }),
  // @ts-expect-error progress is told to a call or an instance, not to a rule
  () => createCachedFetch({ rules: [{ match: '*', onProgress: () => undefined }] }),
  // @ts-expect-error a schema has ~standard
  () => createCachedFetch({ schema: {} }),
  // @ts-expect-error a guard is off, warn or refuse
  () => createCachedFetch({ guards: { format: 'yes' } }),
  // @ts-expect-error one way to name a version
  () => createCachedFetch()('https://example.org/', { holdfast: { require: { name: 'x' } } }),
  // @ts-expect-error what is kept is the instance's or a rule's word, not one call's
  () => createCachedFetch()('https://example.org/', { holdfast: { versions: { keep: 1 } } }),
  // @ts-expect-error versions are kept by number and by age, not by size
  () => createCachedFetch({ versions: { maxBytes: '1GB' } }),
  // @ts-expect-error a refresh says when
  () => createCachedFetch({ refresh: true }),
  // @ts-expect-error tags are a list
  () => createCachedFetch({ tags: 'prices' }),
  // @ts-expect-error a cause is one of five words, or a status
  () => createCachedFetch({ fallback: { on: ['404'] } }),
]

export const hostMistakes = [
  // @ts-expect-error a limit of hosts says which hosts
  () => createCachedFetch({ limits: { hosts: [{ rate: 1 }] } }),
  // @ts-expect-error a quota is by the day or by the month
  () => createCachedFetch({ limits: { hosts: [{ match: 'a.example', quota: { calls: 1, per: 'year' } }] } }),
  // @ts-expect-error robots is said or not
  () => createCachedFetch({ limits: { hosts: [{ match: 'a.example', robots: 'obey' }] } }),
  // @ts-expect-error one place, not two
  () => createCachedFetch({ limits: { shared: {} } }),
]
