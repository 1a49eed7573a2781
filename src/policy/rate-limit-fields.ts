import { type HeaderList, headerOf } from '../model/headers.ts'
import { isRefusal } from './concurrency.ts'
import { parseHttpDate } from './http-date.ts'
import { LONGEST_WAIT, retryAfterMs } from './retry.ts'

/** A field that is longer says nothing: no server has that many policies. */
const LONGEST_FIELD = 4_096

interface Head {
  readonly status: number
  readonly headers: HeaderList
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

function field(headers: HeaderList, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = headerOf(headers, name)?.trim()
    if (value !== undefined && value !== '' && value.length <= LONGEST_FIELD) return value
  }
  return undefined
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function capped(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST_WAIT)
}

/** The moment that the server calls now: its own Date where it sent one, for its other dates are by the same clock. */
function serverNow({ headers, receivedAt }: Head): number {
  return parseHttpDate(headerOf(headers, 'date') ?? '', receivedAt) ?? receivedAt
}

/**
 * Milliseconds that an answer asks to be left alone, whatever its status: `retry-after-ms` (Azure and others), else Retry-After
 * (RFC 9110 10.2.3). undefined: it does not ask.
 */
export function askedWait(head: Head): number | undefined {
  const ms = field(head.headers, 'retry-after-ms')
  if (ms !== undefined && /^\d{1,15}(\.\d{1,9})?$/.test(ms)) return capped(Number(ms))
  return retryAfterMs(headerOf(head.headers, 'retry-after'), serverNow(head))
}

/** A policy's parameters, by its name: `"default";r=0;t=30` (draft-ietf-httpapi-ratelimit-headers-10, 4.1; RFC 9651 3.1). */
function policies(text: string): Map<string, Map<string, number>> {
  const read = new Map<string, Map<string, number>>()
  for (const member of text.split(',')) {
    const [name = '', ...parts] = member.split(';').map((part) => part.trim())
    const said = new Map<string, number>()
    for (const part of parts) {
      const [, key = '', digits] = /^([a-z]{1,8})=(\d{1,15})$/.exec(part) ?? []
      const value = whole(digits)
      if (value !== undefined) said.set(key, value)
    }
    read.set(name, said)
  }
  return read
}

/** Of the policies that have nothing left, the one that takes the longest; a policy's window is the most that it can be. */
function waitOfPolicies(text: string, windows: string | undefined): number | undefined {
  const known = policies(windows ?? '')
  let longest: number | undefined
  for (const [name, said] of policies(text)) {
    const seconds = said.get('t') ?? known.get(name)?.get('w')
    if (said.get('r') === 0 && seconds !== undefined) longest = Math.max(longest ?? 0, seconds * 1000)
  }
  return longest
}

/** `limit=100, remaining=0, reset=5`: the same field in drafts up to 07. */
function waitOfDictionary(text: string): number | undefined {
  const said = new Map(
    text.split(',').map((member) => {
      const [name = '', value] = member.split('=').map((part) => part.trim())
      return [name.toLowerCase(), whole(value)] as const
    }),
  )
  const reset = said.get('reset')
  return said.get('remaining') === 0 && reset !== undefined ? reset * 1000 : undefined
}

/** Seconds from now, or a moment: in seconds or milliseconds since 1970, or as a date. Which of them, only its size tells. */
function waitUntil(text: string, head: Head): number | undefined {
  if (/^\d{1,15}(\.\d{1,9})?$/.test(text)) {
    const value = Number(text)
    if (value >= 1e11) return value - serverNow(head)
    return value >= 1e9 ? value * 1000 - serverNow(head) : value * 1000
  }
  const date = parseHttpDate(text, head.receivedAt)
  return date === undefined ? undefined : date - serverNow(head)
}

/**
 * Milliseconds until the host may be asked again, where its answer says that nothing is left of what it allows; undefined where it does
 * not say so, or not understandably. `RateLimit` of the IETF draft, today's and earlier ones; `RateLimit-Remaining` and `-Reset`
 * (seconds); the `X-RateLimit-*` family (seconds, or a moment). A moment that has passed says nothing.
 */
export function exhaustedFor(head: Head): number | undefined {
  const { headers } = head
  const combined = field(headers, 'ratelimit')
  const wait =
    (combined === undefined
      ? undefined
      : (waitOfPolicies(combined, field(headers, 'ratelimit-policy')) ?? waitOfDictionary(combined))) ?? waitOfFamily(head)
  return wait === undefined || !(wait > 0) ? undefined : capped(wait)
}

const FAMILIES: readonly (readonly [string, string])[] = [
  ['ratelimit-remaining', 'ratelimit-reset'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['x-rate-limit-remaining', 'x-rate-limit-reset'],
]

function waitOfFamily(head: Head): number | undefined {
  for (const [remaining, reset] of FAMILIES) {
    const until = field(head.headers, reset)
    if (until === undefined || whole(field(head.headers, remaining)) !== 0) continue
    const wait = waitUntil(until, head)
    if (wait !== undefined) return wait
  }
  return undefined
}

/**
 * How long this answer makes its whole host wait; undefined: not at all. What it asks for in so many words is told as it is; what only its
 * counters say is capped by what the user would wait.
 */
export function learnedWait(
  head: Head,
  { maxRetryAfter, statusCodes }: { maxRetryAfter: number; statusCodes: readonly number[] },
): number | undefined {
  const { status } = head
  const asked = isRefusal(status) || statusCodes.includes(status) ? askedWait(head) : undefined
  if (asked !== undefined) return asked
  const exhausted = exhaustedFor(head)
  return exhausted === undefined ? undefined : Math.min(exhausted, maxRetryAfter)
}
