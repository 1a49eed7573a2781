import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call, RequestFacts } from '../model/call.ts'
import { type HeaderList, headerOf } from '../model/headers.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { normalisedUrl } from './cache-key.ts'
import { keepable } from './keeping.ts'
import { textOf } from './octets.ts'

/** RFC 9110 9.2.1. A method that nobody knows is not safe. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/**
 * The URLs whose stored answers an answer makes doubtful (RFC 9111 4.4): after an unsafe method and a status that is no error, the
 * target, and what Location and Content-Location name on the same origin. Another origin's are not this one's to spoil.
 */
export function invalidatedUrls(
  request: RequestFacts,
  response: { readonly status: number; readonly headers: HeaderList },
): readonly string[] {
  if (SAFE.has(request.method) || response.status < 200 || response.status > 399) return []
  const target = new URL(request.url)
  const urls = new Set([normalisedUrl(target)])
  for (const name of ['location', 'content-location']) {
    const value = headerOf(response.headers, name)
    const url = value === undefined ? null : URL.parse(textOf(value), target.href)
    if (url !== null && url.origin === target.origin) urls.add(normalisedUrl(url))
  }
  return [...urls]
}

/**
 * Which answers became doubtful, and those asked for until when (epoch ms). An answer to POST that is kept for its URL (RFC 9110 9.3.3)
 * is none of them: it was asked for last.
 */
export function invalidation(call: Call, head: ResponseHead, now: number): { urls: readonly string[]; at: number } {
  const urls = head.redirects === undefined ? invalidatedUrls(call, head) : behind(call, head)
  return { urls, at: urls.length > 0 && keepable(call, head).store ? head.requestedAt - 1 : now }
}

/** What a redirect led to is another question: the unsafe one went well. It was sent on to there (307, 308), or there one sees what it did. */
function behind(call: Call, { headers, redirects }: Pick<ResponseHead, 'headers' | 'redirects'>): readonly string[] {
  const own = invalidatedUrls(call, { status: 303, headers })
  const { origin } = new URL(call.url)
  const led = own.length === 0 ? undefined : redirects?.urls.filter((url) => new URL(url).origin === origin)
  return [...own, ...(led ?? [])]
}

/**
 * Whether an answer that is not kept makes the stored one doubtful all the same: a deletion, or a page that is `no-store` by now. Behind a
 * stale answer nobody else would ever see it. An outage says nothing of what is stored.
 */
export function displaces({ method, cache }: Call, { status }: ResponseHead): boolean {
  return method === 'GET' && cache !== 'no-store' && status < 500 && status !== 429 && status !== 206
}

/** The request had gone out, and may have been obeyed. */
const UNKNOWN_END: ReadonlySet<string> = new Set(['TIMEOUT', 'STALLED', 'TRUNCATED', 'PROTOCOL', 'BAD_ENCODING', 'REDIRECT'])

/** The same of an unsafe request that got no answer: nobody knows what it has done. One that was redirected went well, whatever was there. */
export function unanswered(call: Call, error: unknown, now: number): ReturnType<typeof invalidation> {
  const failure = error instanceof AttemptFailure ? error : undefined
  if (failure?.redirects !== undefined) return { urls: behind(call, { headers: [], redirects: failure.redirects }), at: now }
  const isOpen = failure !== undefined && UNKNOWN_END.has(failure.code)
  return { urls: isOpen ? invalidatedUrls(call, { status: 204, headers: [] }) : [], at: now }
}
