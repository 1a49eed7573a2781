import { MINUTE } from '../given.ts'
import { type Case, directives } from './case.ts'
import type { Difference } from './difference.ts'
import { directive, ofAnswer, ofSecond, withDirective, withoutDirectives } from './mending.ts'
import type { Question } from './opinions.ts'

const wants = ({ second }: Case, name: string): boolean => directive(second, name) !== undefined

function insists(given: Case): boolean {
  return wants(given, 'no-cache') || (given.second.directives.length === 0 && given.second.fields.pragma === 'no-cache')
}

/** Nothing stale is given: neither by the response's word nor by the request's. */
function neverStale(given: Case): Case {
  const strict = ofAnswer(given, (answer) => withoutDirectives(answer, 'stale-while-revalidate', 'stale-if-error'))
  return ofSecond(strict, (second) => withoutDirectives(second, 'max-stale', 'stale-if-error'))
}

function strictOnlyWhenStale(given: Case): Case {
  if (directive(given.answer, 'must-revalidate') === undefined) return given
  return neverStale(ofAnswer(given, (answer) => withoutDirectives(answer, 'must-revalidate')))
}

/** «no more than» the seconds given; http-cache-semantics compares with «less than», and a number with a text. */
function justEnough(given: Case): Case {
  const value = directive(given.second, 'max-stale')?.value
  if (value === undefined) return given
  // None at all: also not in the one moment at which the age is the lifetime.
  if (Number(value) === 0) return ofSecond(given, (second) => withoutDirectives(second, 'max-stale'))
  return ofSecond(given, (second) => withDirective(second, { name: 'max-stale', value: `${value}.001` }))
}

function requestsStaleIfError(given: Case): Case {
  const seconds = (message: Case['second'] | Case['answer']): number => Number(directive(message, 'stale-if-error')?.value ?? 0)
  const most = Math.max(seconds(given.second), seconds(given.answer))
  return most === 0 ? given : ofAnswer(given, (answer) => withDirective(answer, { name: 'stale-if-error', value: String(most) }))
}

/** Whether a response that is stale, or must be validated, is given all the same. */
export const TOLERATING: readonly Difference[] = [
  {
    name: 'must-revalidate',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.2.2',
    why: 'it speaks of responses that are stale: it asks even while they are fresh, and after an error gives them when they are stale',
    touches: ['reuse', 'stale on error'],
    mended: strictOnlyWhenStale,
    example: { about: 'reuse', answer: { directives: directives('max-age=60, must-revalidate') } },
  },
  {
    name: 'no-cache against what tolerates stale',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.2.4, 4.2.4',
    why: 'what must not be used without validation is not given for stale-while-revalidate, stale-if-error or max-stale either',
    touches: ['reuse', 'stale on error'],
    mended: (given) => (directive(given.answer, 'no-cache') === undefined ? given : neverStale(given)),
    example: { about: 'reuse', answer: { directives: directives('no-cache, stale-while-revalidate=60') } },
  },
  {
    name: 'Vary: * against what tolerates stale',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.1',
    why: 'it matches no request, also none that an error answers',
    touches: ['reuse', 'stale on error'],
    mended: (given) => (given.answer.fields.vary === '*' ? neverStale(given) : given),
    example: { about: 'stale on error', answer: { directives: directives('stale-if-error=60'), fields: { vary: '*' } } },
  },
  {
    name: 'only-if-cached and stale-while-revalidate',
    wrong: 'neither',
    clause: 'RFC 9111 5.2.1.7, RFC 5861 3',
    why: 'who wants nothing to be sent gets no answer that is only given because something is sent behind it',
    touches: ['reuse'],
    mended: (given) =>
      wants(given, 'only-if-cached') ? ofAnswer(given, (answer) => withoutDirectives(answer, 'stale-while-revalidate')) : given,
    example: {
      about: 'reuse',
      answer: { directives: directives('max-age=0, stale-while-revalidate=60') },
      second: { directives: directives('only-if-cached') },
    },
  },
  {
    name: 'max-stale to the second',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.1.2',
    why: 'stale by no more than so many seconds, that many included',
    touches: ['reuse'],
    mended: justEnough,
    example: {
      about: 'reuse',
      answer: { directives: directives('max-age=0') },
      elapsed: MINUTE,
      second: { directives: directives('max-stale=60') },
    },
  },
  {
    name: 'stale-if-error of a request',
    wrong: 'http-cache-semantics',
    clause: 'RFC 5861 4',
    why: 'a request may say it too',
    touches: ['stale on error'],
    mended: requestsStaleIfError,
    example: {
      about: 'stale on error',
      answer: { directives: directives('max-age=0') },
      second: { directives: directives('stale-if-error=60') },
    },
  },
  {
    name: 'no-cache of a request, after an error',
    wrong: 'neither',
    clause: 'RFC 9111 5.2.1.4',
    why: 'who does not want an answer without validation does not want one because validation failed',
    touches: ['stale on error'],
    mended: (given, about: Question) => (about === 'stale on error' && insists(given) ? neverStale(given) : given),
    example: {
      about: 'stale on error',
      answer: { directives: directives('max-age=0, stale-if-error=60') },
      second: { directives: directives('no-cache') },
    },
  },
]
