import { MINUTE, NOON } from '../given.ts'
import { type Case, dated, directives } from './case.ts'
import { BY_AGE, type Difference } from './difference.ts'
import { namedBy, ofAnswer, withDirective, withFields, withoutDirectives, withoutFields } from './mending.ts'
import type { Question } from './opinions.ts'

/** RFC 9111 5.2.2.4: what the qualified form names is not given out; the rest may be. */
function qualifiedNoCache(given: Case, about: Question): Case {
  const named = given.answer.directives.filter(({ name }) => name === 'no-cache').map(namedBy)
  if (named.length === 0) return given
  const names = named.includes('all') ? [] : named.flat()
  if (about === 'kept' || about === 'updated') return ofAnswer(given, (answer) => withoutFields(answer, ...names))
  return ofAnswer(given, (answer) =>
    names.length > 0 ? withoutDirectives(answer, 'no-cache') : withDirective(answer, { name: 'no-cache' }),
  )
}

/** corrected_initial_age, by our clock at noon. */
function initialAge({ answer, delay }: Case): number {
  const date = answer.dates.date?.at ?? NOON
  return Math.max(0, NOON - date, Number(answer.fields.age ?? 0) * 1000 + delay)
}

function ofWhichAge(given: Case): Case {
  return ofAnswer(given, (answer) => withFields(answer, { age: String(initialAge(given) / 1000) }))
}

/** How long it is fresh, and how old it is. */
export const FRESHNESS: readonly Difference[] = [
  {
    name: 'no-cache with names of fields',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.2.4',
    why: 'only the fields that it names must not be given out unasked',
    touches: ['lifetime', 'reuse', 'stale on error', 'kept', 'updated'],
    mended: qualifiedNoCache,
    example: { about: 'lifetime', answer: { directives: directives('no-cache=x-a, max-age=60') } },
  },
  {
    name: 'Vary: * among names',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.1',
    why: 'a list with a star matches no request, so nothing is fresh',
    touches: ['lifetime', 'reuse', 'stale on error', 'conditions'],
    mended: (given) =>
      given.answer.fields.vary?.includes('*') === true ? ofAnswer(given, (answer) => withFields(answer, { vary: '*' })) : given,
    example: { about: 'lifetime', answer: { directives: directives('max-age=60'), fields: { vary: 'a, *' } } },
  },
  {
    name: 'Pragma of a response',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.4',
    why: 'it has a meaning in requests only',
    touches: ['lifetime', 'reuse', 'stale on error'],
    mended: (given) => ofAnswer(given, (answer) => withoutFields(answer, 'pragma')),
    example: {
      about: 'lifetime',
      answer: { dates: { date: dated(NOON), expires: dated(NOON + MINUTE) }, fields: { pragma: 'no-cache' } },
    },
  },
  {
    name: 'Date and the time that the answer took',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.2.3',
    why: 'both belong to the age: a cache on the way that sends no Age would make everything new',
    touches: BY_AGE,
    mended: ofWhichAge,
    example: { about: 'age', delay: 5000 },
  },
  {
    name: 'a clock that was set back',
    wrong: 'neither',
    clause: 'RFC 9111 4.2.3',
    why: 'resident_time cannot be negative; what we cannot know we take for as old as the step, so that nothing is fresh for ever',
    touches: BY_AGE,
    mended: (given) => ({ ...given, elapsed: Math.abs(given.elapsed) }),
    example: { about: 'age', elapsed: -MINUTE },
  },
]
