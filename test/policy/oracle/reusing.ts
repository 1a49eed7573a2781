import { MINUTE } from '../given.ts'
import { type Case, directives } from './case.ts'
import type { Difference } from './difference.ts'
import { directive, ofSecond, withDirective, withFields, withoutDirectives, withoutFields } from './mending.ts'
import { QUESTIONS } from './opinions.ts'

const isFresh = (given: Case): boolean => Number(QUESTIONS.age.theirs(given)) < Number(QUESTIONS.lifetime.theirs(given))

const asking = (given: Case): Case => ofSecond(given, (second) => withDirective(second, { name: 'no-cache' }))

/** One spelling for each set of preferences that the cases use; the others stand for themselves. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['fr,en', 'en, fr'],
  ['EN ,fr;q=1.0', 'en, fr'],
])

function oneSpelling(given: Case): Case {
  const spelled = <M extends Case['first']>(message: M): M => {
    const language = message.fields['accept-language']
    return language === undefined ? message : withFields(message, { 'accept-language': SAME.get(language) ?? language })
  }
  return { ...given, first: spelled(given.first), second: spelled(given.second) }
}

const hasField = ({ second }: Case, ...names: readonly string[]): boolean =>
  names.some((name) => second.fields[name] !== undefined)

const wants = ({ second }: Case, name: string): boolean => directive(second, name) !== undefined

/** Whether a stored response answers a later request. */
export const REUSING: readonly Difference[] = [
  {
    name: 'preferences in another order, case or spelling',
    wrong: 'neither',
    clause: 'RFC 9111 4.1',
    why: 'a cache may know that two values mean the same; theirs are compared by character',
    touches: ['reuse'],
    mended: oneSpelling,
    example: {
      about: 'reuse',
      first: { fields: { 'accept-language': 'en, fr' } },
      answer: { directives: directives('max-age=60'), fields: { vary: 'accept-language' } },
      second: { fields: { 'accept-language': 'fr,en' } },
    },
  },
  {
    name: 'HEAD of what GET brought',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4, RFC 9110 9.3.2',
    why: 'a stored answer to GET answers HEAD too',
    touches: ['reuse'],
    mended: (given) => (given.second.method === 'HEAD' ? ofSecond(given, (second) => ({ ...second, method: 'GET' })) : given),
    example: { about: 'reuse', answer: { directives: directives('max-age=60') }, second: { method: 'HEAD' } },
  },
  {
    name: 'Pragma beside Cache-Control',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.4',
    why: 'it counts only where there is no Cache-Control',
    touches: ['reuse'],
    mended: (given) =>
      given.second.directives.length > 0 ? ofSecond(given, (second) => withoutFields(second, 'pragma')) : given,
    example: {
      about: 'reuse',
      answer: { directives: directives('max-age=60') },
      second: { directives: directives('max-age=60'), fields: { pragma: 'no-cache' } },
    },
  },
  {
    name: 'no-store of a request',
    wrong: 'neither',
    clause: 'RFC 9111 5.2.1.5',
    why: 'it forbids to store; whether what is stored may answer is left open, and we stand aside, but where nobody may be asked',
    touches: ['reuse'],
    mended: (given) => (wants(given, 'no-store') && !wants(given, 'only-if-cached') ? asking(given) : given),
    example: { about: 'reuse', answer: { directives: directives('max-age=60') }, second: { directives: directives('no-store') } },
  },
  {
    name: 'If-Match and If-Unmodified-Since',
    wrong: 'neither',
    clause: 'RFC 9111 4.3.2',
    why: 'they do not apply to a cache; a program that sends one wants the origin’s word',
    touches: ['reuse'],
    mended: (given) => (hasField(given, 'if-match', 'if-unmodified-since') ? asking(given) : given),
    example: { about: 'reuse', answer: { directives: directives('max-age=60') }, second: { fields: { 'if-match': '"1"' } } },
  },
  {
    name: 'immutable and the max-age of a request',
    wrong: 'http-cache-semantics',
    clause: 'RFC 8246 2',
    why: 'while it is fresh, a reload is no reason to ask',
    touches: ['reuse'],
    mended: (given) =>
      directive(given.answer, 'immutable') !== undefined && isFresh(given)
        ? ofSecond(given, (second) => withoutDirectives(second, 'max-age'))
        : given,
    example: {
      about: 'reuse',
      answer: { directives: directives('max-age=3600, immutable') },
      elapsed: MINUTE,
      second: { directives: directives('max-age=0') },
    },
  },
]
