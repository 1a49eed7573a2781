import type { Call } from '../model/call.ts'
import { type HeaderList, headerOf } from '../model/headers.ts'

export type ReferrerPolicy = Request['referrerPolicy']

type Told = 'page' | 'origin' | 'nothing'

const STRICT = ['page', 'origin', 'nothing'] as const

/** What is told to the page's own origin, to another, and to one in clear by a page under https (Referrer Policy, 3). */
const TOLD: Readonly<Record<ReferrerPolicy, readonly [Told, Told, Told]>> = {
  '': STRICT,
  'no-referrer': ['nothing', 'nothing', 'nothing'],
  'no-referrer-when-downgrade': ['page', 'page', 'nothing'],
  origin: ['origin', 'origin', 'origin'],
  'origin-when-cross-origin': ['page', 'origin', 'origin'],
  'same-origin': ['page', 'nothing', 'nothing'],
  'strict-origin': ['origin', 'origin', 'nothing'],
  'strict-origin-when-cross-origin': STRICT,
  'unsafe-url': ['page', 'page', 'page'],
}

/** The longest page that is told (Referrer Policy, 8.3 step 7); of a longer one, its origin. */
const LONGEST = 4096

/** What is sent there does not leave the machine (Secure Contexts, 3.1). */
const HERE = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function toldOf(page: URL, policy: ReferrerPolicy, to: URL): Told {
  const [own, other, inClear] = TOLD[policy]
  if (page.origin === to.origin) return own
  return page.protocol === 'https:' && to.protocol === 'http:' && !HERE.test(to.hostname) ? inClear : other
}

/** What the server at `to` is told of a page; undefined: nothing. 'about:client', '' and what is no page on the web are never told. */
export function refererOf(from: string, policy: ReferrerPolicy, to: URL): string | undefined {
  const page = /^https?:/.test(from) ? new URL(from) : undefined
  const told = page === undefined ? 'nothing' : toldOf(page, policy, to)
  if (page === undefined || told === 'nothing') return undefined
  page.username = page.password = page.hash = ''
  return told === 'page' && page.href.length <= LONGEST ? page.href : `${page.origin}/`
}

/** The headers of a request, with what its `referrer` and `referrerPolicy` come to; a Referer that the caller wrote himself stays as it is. */
export function withReferer(request: Request, to: URL): Pick<Call, 'headers' | 'referrerPolicy'> {
  const { headers, referrer, referrerPolicy } = request
  const referer = headers.has('referer') ? undefined : refererOf(referrer, referrerPolicy, to)
  return referer === undefined ? { headers: [...headers] } : { headers: [...headers, ['referer', referer]], referrerPolicy }
}

/** The headers for the next server: it is told no more than the one before was (Fetch standard 4.1, main fetch). */
export function withNextReferer(headers: HeaderList, policy: ReferrerPolicy, to: URL): HeaderList {
  const next = refererOf(headerOf(headers, 'referer') ?? '', policy, to)
  return [...headers.filter(([name]) => name !== 'referer'), ...(next === undefined ? [] : [['referer', next] as const])]
}
