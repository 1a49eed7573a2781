import type { Call } from '../model/call.ts'
import type { HeaderList } from '../model/headers.ts'
import { isBlockedPort } from './blocked-port.ts'
import { ALWAYS_CREDENTIALS } from './cache-key.ts'
import { textOf } from './octets.ts'
import { withNextReferer } from './referrer.ts'

/** Fetch standard, HTTP-redirect fetch, step 7. */
const MOST_REDIRECTS = 20

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface RedirectQuestion {
  readonly status: number
  readonly location: string | undefined
  readonly from: URL
  readonly method: string
  readonly mode: Call['redirect']
  readonly body: 'with a body' | 'without'
  /** How many were followed so far. */
  readonly redirects: number
}

export type RedirectVerdict =
  /** The answer is the answer. */
  | { readonly name: 'none' }
  /** Ask there. Without `keepsBody` neither the body nor the headers that describe it go along. */
  | { readonly name: 'follow'; readonly url: URL; readonly method: string; readonly keepsBody: boolean }
  | {
      readonly name: 'error'
      readonly cause: 'mode' | 'too many' | 'url' | 'scheme' | 'credentials' | 'body'
      readonly reason: string
    }

/** What a response's status and Location ask for (Fetch standard 4.4, HTTP-redirect fetch). */
export function redirectOf({ status, location, from, method, body, mode, redirects }: RedirectQuestion): RedirectVerdict {
  if (!REDIRECT_STATUSES.has(status) || mode === 'manual') return { name: 'none' }
  if (mode === 'error') return failed('mode', `a redirect (${status}) came, and redirect is 'error'`)
  if (location === undefined) return { name: 'none' }
  // Text that is no ASCII is UTF-8, as servers send it and fetch reads it; a header field has an octet in each character.
  const url = URL.parse(textOf(location), from.href)
  if (url === null) return failed('url', 'the redirect leads to what is not a URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return failed('scheme', `the redirect leads to ${url.protocol}, which is not followed`)
  if (mode === 'same-origin' && url.origin !== from.origin)
    return failed('mode', "the redirect leads to another origin, and mode is 'same-origin'")
  // What was asked for in secret is not read in clear, and what is read there anybody may have written.
  if (from.protocol === 'https:' && url.protocol === 'http:')
    return failed('scheme', 'the redirect leads from https to http, which is not followed')
  if (isBlockedPort(url)) return failed('url', `the redirect leads to port ${url.port}, where no web server is`)
  if (redirects >= MOST_REDIRECTS) return failed('too many', `more than ${MOST_REDIRECTS} redirects`)
  // As Node's fetch: a password in a Location is somebody's trap, or a secret that the next server's log would show.
  if (url.username !== '' || url.password !== '')
    return failed('credentials', 'the redirect leads to a URL with a user name or password')
  if (url.hash === '') url.hash = from.hash
  const becomesGet = (status <= 302 && method === 'POST') || (status === 303 && method !== 'GET' && method !== 'HEAD')
  // What was written for one origin is not told to another that it names.
  if (!becomesGet && body === 'with a body' && url.origin !== from.origin)
    return failed('body', 'the redirect leads to another origin, which is not sent the body')
  return { name: 'follow', url, method: becomesGet ? 'GET' : method, keepsBody: !becomesGet }
}

function failed(cause: (RedirectVerdict & { name: 'error' })['cause'], reason: string): RedirectVerdict {
  return { name: 'error', cause, reason }
}

/** Never sent to another origin, whatever the settings call a credential (Fetch standard, step 13, and more). */
const NEVER_ACROSS: ReadonlySet<string> = new Set([...ALWAYS_CREDENTIALS, 'cookie2', 'host'])

/**
 * The headers that may go along from one URL to the next: all within an origin, else all but credentials. https to http on the same
 * host is another origin. A Referer that is holdfast's own is written anew for each.
 */
export function alongTo(
  headers: HeaderList,
  hop: { readonly from: URL; readonly to: URL },
  { credentialHeaders, referrerPolicy }: Pick<Call, 'credentialHeaders' | 'referrerPolicy'>,
): HeaderList {
  const { from, to } = hop
  const kept =
    from.origin === to.origin ? headers : headers.filter(([name]) => !NEVER_ACROSS.has(name) && !credentialHeaders.has(name))
  return referrerPolicy === undefined ? kept : withNextReferer(kept, referrerPolicy, to)
}
