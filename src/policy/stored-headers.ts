import { type HeaderList, headerOf } from '../model/headers.ts'
import type { Settings } from '../model/settings.ts'
import { noCacheOf, parseCacheControl } from './cache-control.ts'

/** RFC 9111 3.1 with RFC 9110 7.6.1: they speak of one connection, or of the proxy on the way, not of the response. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
])

/** `Connection` may not name what is for every recipient (RFC 9110 7.6.1); without these a response would be reused more freely. */
const FOR_EVERY_RECIPIENT: ReadonlySet<string> = new Set([
  'cache-control',
  'vary',
  'age',
  'date',
  'expires',
  'etag',
  'last-modified',
])

/** Of the coded bytes on the wire; wrong beside a decoded body. */
const OF_THE_CODING: ReadonlySet<string> = new Set(['content-encoding', 'content-length'])

const COOKIES: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2'])
const NONE: ReadonlySet<string> = new Set()

/** 'decoded': the stored body is no longer what `Content-Encoding` and `Content-Length` speak of. */
export type Coding = 'decoded' | 'as received'

/** What is stored of a response's headers (RFC 9111 3.1). The rest that the fetching caller may see is {@link ownHeaders}. */
export function storedHeaders(headers: HeaderList, settings: Settings, coding: Coding): HeaderList {
  const own = onlyForTheFetcher(headers, settings)
  const named = namedByConnection(headers)
  return headers.filter(
    ([name]) =>
      !OF_THE_CONNECTION.has(name) &&
      !named.includes(name) &&
      !own.has(name) &&
      (coding === 'as received' || !OF_THE_CODING.has(name)),
  )
}

/** Headers for the caller whose request brought them, and for nobody later: Set-Cookie, and what `no-cache="…"` names. */
export function ownHeaders(headers: HeaderList, settings: Settings): HeaderList {
  const own = onlyForTheFetcher(headers, settings)
  if (!headers.some(([name]) => own.has(name))) return []
  const named = namedByConnection(headers)
  return headers.filter(([name]) => own.has(name) && !OF_THE_CONNECTION.has(name) && !named.includes(name))
}

function namedByConnection(headers: HeaderList): readonly string[] {
  const named = headerOf(headers, 'connection')?.toLowerCase().split(',') ?? []
  return named.map((name) => name.trim()).filter((name) => !FOR_EVERY_RECIPIENT.has(name))
}

function onlyForTheFetcher(headers: HeaderList, { respect }: Settings): ReadonlySet<string> {
  // RFC 9111 5.2.2.4: a field that no-cache names must not be reused without validation; the response without it may be.
  const field = headerOf(headers, 'cache-control')
  if (field === undefined || !/no-cache/i.test(field)) return respect === 'resilient' ? COOKIES : NONE
  const named = noCacheOf(parseCacheControl(field))
  const own = new Set(named === 'all' ? [] : named)
  for (const name of FOR_EVERY_RECIPIENT) own.delete(name)
  // RFC 9111 7.3 lets a cache keep Set-Cookie; to replay one user's cookies to another is an attack.
  if (respect === 'resilient') for (const name of COOKIES) own.add(name)
  return own
}
