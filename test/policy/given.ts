import type { RequestFacts } from '../../src/model/call.ts'
import type { HeaderList } from '../../src/model/headers.ts'
import type { ResponseFacts } from '../../src/model/response-facts.ts'
import type { CacheMode, Settings } from '../../src/model/settings.ts'
import type { JudgedRequest } from '../../src/policy/judge.ts'
import { DEFAULT_SETTINGS } from '../../src/policy/precedence.ts'
import { factsOf } from '../../src/policy/response-facts.ts'

export const SECOND = 1000
export const MINUTE: number = 60 * SECOND
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** Sat, 21 Nov 2026 12:00:00 GMT. */
export const NOON: number = Date.UTC(2026, 10, 21, 12)

export const httpDate = (at: number): string => new Date(at).toUTCString()

/** Several values of one field as a list. */
export type Fields = Record<string, string | readonly string[]>

export function headers(fields: Fields): HeaderList {
  return Object.entries(fields).flatMap(([name, value]) => [value].flat().map((line) => [name, line as string] as const))
}

export function facts(
  fields: Fields,
  { status = 200, receivedAt = NOON }: { status?: number; receivedAt?: number } = {},
): ResponseFacts {
  return factsOf({ status, headers: headers(fields) }, receivedAt)
}

/** All of them, as an object without a past: what is read late is read now. */
export function plainFacts(facts: ResponseFacts): ResponseFacts {
  const { status, receivedAt, date, ageOnArrival, expires, lastModified, etag, vary, contentLocation, maxAge } = facts
  const { noStore, noCache, mustRevalidate, mustUnderstand, immutable, markedCacheable } = facts
  const { staleWhileRevalidate, staleIfError, redirectLifetime } = facts
  const times = {
    receivedAt,
    date,
    ageOnArrival,
    expires,
    lastModified,
    maxAge,
    staleWhileRevalidate,
    staleIfError,
    redirectLifetime,
  }
  const words = { noStore, noCache, mustRevalidate, mustUnderstand, immutable, markedCacheable }
  return { status, etag, vary, contentLocation, ...times, ...words }
}

export function settings(over: Partial<Settings> = {}): Settings {
  return { ...DEFAULT_SETTINGS, ...over }
}

export function request(
  fields: Fields = {},
  { method = 'GET', url = 'https://example.org/data' }: { method?: string; url?: string } = {},
): RequestFacts {
  return { method, url, headers: headers(fields) }
}

export function judged(
  over: { fields?: Fields; method?: string; cache?: CacheMode; settings?: Partial<Settings> } = {},
): JudgedRequest {
  const { fields = {}, method = 'GET', cache = 'default' } = over
  return { ...request(fields, { method }), cache, settings: settings(over.settings) }
}
