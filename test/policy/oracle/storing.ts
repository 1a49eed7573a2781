import { NOON } from '../given.ts'
import { type Case, dated, directives } from './case.ts'
import { DECISIONS, type Difference } from './difference.ts'
import { directive, ofAnswer, withDirective, withFields, withoutDirectives, withoutFields } from './mending.ts'
import type { Question } from './opinions.ts'

/** All of http-cache-semantics: a status outside is none that it stores. */
const SHORT_LIST: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501])

/** Statuses of RFC 9110 and its companions that a case may have; the others nobody has heard of. */
const HEARD_OF: ReadonlySet<number> = new Set([...SHORT_LIST, 201, 400, 403, 429, 451, 500, 503])

const TARGET = '/data'

const hasExplicitFreshness = ({ answer }: Case): boolean =>
  directive(answer, 'max-age') !== undefined || answer.dates.expires !== undefined

function unstorable(given: Case): Case {
  return ofAnswer(given, (answer) => withDirective(withoutDirectives(answer, 'must-understand'), { name: 'no-store' }))
}

function understood(given: Case): Case {
  if (directive(given.answer, 'must-understand') === undefined) return given
  return HEARD_OF.has(given.answer.status)
    ? ofAnswer(given, (answer) => withoutDirectives(answer, 'no-store'))
    : unstorable(given)
}

/** A later GET is answered from it, so it must look as if a GET had brought it. */
function postAsGet(given: Case): Case {
  if (given.first.method !== 'POST') return given
  const { answer } = given
  const standsForGet = answer.fields['content-location'] === TARGET && hasExplicitFreshness(given) && answer.status < 300
  return standsForGet ? { ...given, first: { ...given.first, method: 'GET' } } : unstorable(given)
}

/** RFC 9111 3.1, RFC 9110 7.6.1, 11.7: of the connection, and not known to http-cache-semantics. */
const UNKNOWN_HOPS: readonly string[] = ['proxy-connection', 'proxy-authentication-info']

const BOUNDS_REUSE: readonly string[] = ['cache-control', 'vary', 'age', 'date', 'expires', 'etag', 'last-modified']

function strictConnection(given: Case, about: Question): Case {
  const { connection } = given.answer.fields
  if (connection === undefined) return given
  const names = connection.split(',').map((name) => name.trim().toLowerCase())
  const dropped = names.filter((name) => !BOUNDS_REUSE.includes(name))
  // It spoke of the first connection, not of the one that the 304 came by.
  if (about === 'updated') return ofAnswer(given, (answer) => withoutFields(answer, 'connection', ...dropped))
  return ofAnswer(given, (answer) => withFields(answer, { connection: dropped.join(', ') }))
}

/** What may be stored, and what of it. */
export const STORING: readonly Difference[] = [
  {
    name: 'answers to POST',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 9.3.3',
    why: 'they are stored only with explicit freshness and a Content-Location that is the request’s URL, and then they answer GET',
    touches: DECISIONS,
    mended: postAsGet,
    example: { about: 'storable', first: { method: 'POST' }, answer: { directives: directives('max-age=60') } },
  },
  {
    name: 'must-understand',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.2.3',
    why: 'beside it, no-store is not for a cache that knows the status, and without no-store an unknown status is not stored',
    touches: DECISIONS,
    mended: understood,
    example: { about: 'storable', answer: { directives: directives('must-understand, no-store, max-age=60') } },
  },
  {
    name: 'private',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 3, 5.2.2.7',
    why: 'it lets a private cache store what is not cacheable by default',
    touches: DECISIONS,
    mended: (given) =>
      directive(given.answer, 'private') === undefined
        ? given
        : ofAnswer(given, (answer) => withDirective(withoutDirectives(answer, 'private'), { name: 'public' })),
    example: { about: 'storable', answer: { status: 302, directives: directives('private') } },
  },
  {
    name: 'statuses outside of a short list',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 3',
    why: 'any final status may be stored where its response says for how long it is fresh, or is public',
    touches: DECISIONS,
    mended: (given) =>
      SHORT_LIST.has(given.answer.status) || given.answer.status === 206
        ? given
        : ofAnswer(given, (answer) => ({ ...answer, status: 302 })),
    example: { about: 'storable', answer: { status: 403, directives: directives('max-age=60') } },
  },
  {
    name: 'an empty Expires',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.3',
    why: 'a field that is there and no date is one in the past, not an absent one that lets the cache guess',
    touches: DECISIONS,
    mended: (given) =>
      given.answer.dates.expires?.form === 'nothing'
        ? ofAnswer(given, (answer) => ({ ...answer, dates: { ...answer.dates, expires: dated(NOON, 'word') } }))
        : given,
    example: { about: 'storable', answer: { status: 302, dates: { expires: dated(NOON, 'nothing') } } },
  },
  {
    name: 'answers to HEAD',
    wrong: 'neither',
    clause: 'RFC 9110 9.3.2',
    why: 'a cache may store them; we let them freshen or stale what GET brought instead',
    touches: DECISIONS,
    mended: (given) => (given.first.method === 'HEAD' ? unstorable(given) : given),
    example: { about: 'storable', first: { method: 'HEAD' } },
  },
  {
    name: 'fields that Connection may not name',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 7.6.1',
    why: 'what bounds reuse is for every recipient, and names of fields have no case',
    touches: ['kept', 'updated'],
    mended: strictConnection,
    example: { about: 'kept', answer: { fields: { connection: 'etag', etag: '"1"' } } },
  },
  {
    name: 'hop-by-hop fields of proxies',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 3.1, RFC 9110 7.6.1',
    why: 'these two speak of one connection too',
    touches: ['kept', 'updated'],
    mended: (given) => ofAnswer(given, (answer) => withoutFields(answer, ...UNKNOWN_HOPS)),
    example: { about: 'kept', answer: { fields: { 'proxy-connection': 'close' } } },
  },
]
