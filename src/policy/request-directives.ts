import type { HeaderList } from '../model/headers.ts'
import { deltaSeconds, parseCacheControl, secondsOf } from './cache-control.ts'

/** What a request's own headers ask of caches. Spans in milliseconds. */
export interface Wishes {
  /** RFC 9111 5.2.1.5 */
  readonly noStore: boolean
  /** RFC 9111 5.2.1.4, and `Pragma: no-cache` where there is no Cache-Control (5.4). */
  readonly noCache: boolean
  /** RFC 9111 5.2.1.7 */
  readonly onlyIfCached: boolean
  /** RFC 9111 5.2.1.1: no older than this. */
  readonly maxAge: number | undefined
  /** RFC 9111 5.2.1.3: fresh for at least this much longer. */
  readonly minFresh: number | undefined
  /** RFC 9111 5.2.1.2: stale for at most this; 0 for not at all. */
  readonly maxStale: number
  /** RFC 5861 4: with an error in place of an answer, stale for less than this; 0 for not at all. */
  readonly staleIfError: number
  /** If-Match or If-Unmodified-Since: only the origin can judge them (RFC 9111 4.3.2). */
  readonly needsOrigin: boolean
}

export const NOTHING_ASKED: Wishes = {
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: undefined,
  minFresh: undefined,
  maxStale: 0,
  staleIfError: 0,
  needsOrigin: false,
}

/** Undefined where the headers ask nothing, which is nearly always: a hit pays one walk over the names. */
export function wishesOf(headers: HeaderList): Wishes | undefined {
  let cacheControl: string | undefined
  let pragma: string | undefined
  let needsOrigin = false
  for (const [name, value] of headers) {
    if (name === 'cache-control') cacheControl = cacheControl === undefined ? value : `${cacheControl}, ${value}`
    else if (name === 'pragma') pragma = pragma === undefined ? value : `${pragma}, ${value}`
    else if (name === 'if-match' || name === 'if-unmodified-since') needsOrigin = true
  }
  return cacheControl === undefined && pragma === undefined && !needsOrigin
    ? undefined
    : wishes(cacheControl, pragma, { needsOrigin })
}

function wishes(cacheControl: string | undefined, pragma: string | undefined, also: Pick<Wishes, 'needsOrigin'>): Wishes {
  const directives = parseCacheControl(cacheControl ?? pragma)
  if (cacheControl === undefined) return { ...NOTHING_ASKED, noCache: directives.has('no-cache'), ...also }
  const maxStale = directives.get('max-stale')
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache'),
    onlyIfCached: directives.has('only-if-cached'),
    maxAge: secondsOf(directives, 'max-age'),
    minFresh: secondsOf(directives, 'min-fresh'),
    // Without an argument: stale by any time (RFC 9111 5.2.1.2). With one that is no number: not at all.
    maxStale: maxStale === undefined ? 0 : maxStale === '' ? anyStaleness(cacheControl) : (deltaSeconds(maxStale) ?? 0),
    staleIfError: secondsOf(directives, 'stale-if-error') ?? 0,
    ...also,
  }
}

/** `max-stale=` is no word without an argument, but one whose argument was lost. Of several the first counts (RFC 9111 4.2.1). */
function anyStaleness(cacheControl: string): number {
  return /(?:^|,)\s*max-stale\s*(=?)/i.exec(cacheControl)?.[1] === '=' ? 0 : Number.POSITIVE_INFINITY
}
