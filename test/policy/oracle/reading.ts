import { HOUR, NOON } from '../given.ts'
import { type Case, type DateName, type Directive, dated, directives, isDate, type Message, type Moment } from './case.ts'
import { BY_AGE, DECISIONS, type Difference } from './difference.ts'
import { eachDirective, everywhere, namedBy, ofAnswer, withDate, withFields, withoutFields } from './mending.ts'
import type { Question } from './opinions.ts'

const NUMBERS: ReadonlySet<string> = new Set(['max-age', 'min-fresh', 'stale-while-revalidate', 'stale-if-error'])
const MOST_SECONDS = 2 ** 31

const isNumbered = (name: string): boolean => NUMBERS.has(name) || name === 'max-stale'
const isNumber = (text: string): boolean => /^\d+$/.test(text)

/** For no-cache the widest form, whichever comes first: of two orders the stricter one. */
function oneOfEach({ directives }: Message): readonly Directive[] {
  const unqualified = directives.find((each) => each.name === 'no-cache' && namedBy(each) === 'all')
  const firsts = directives.filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at)
  return firsts.map((each) => (each.name === 'no-cache' ? (unqualified ?? each) : each))
}

function strictly(each: Directive): Directive {
  const { name, value = '' } = each
  // Alone it means any staleness, and is no number.
  if (name === 'max-stale' && value === '') return each
  return isNumbered(name) && !isNumber(value) ? { name, value: '0' } : each
}

function capped(each: Directive): Directive {
  const { name, value = '' } = each
  return isNumbered(name) && Number(value) > MOST_SECONDS ? { name, value: String(MOST_SECONDS) } : each
}

function strictDate<M extends Message>(message: M, name: DateName, about: Question): M {
  const moment = message.dates[name]
  if (moment === undefined) return message
  // A condition repeats the date as it was written.
  if (isDate(moment)) return about === 'conditions' ? message : withDate(message, name, dated(moment.at))
  // RFC 9111 5.3: an Expires that is no date is one in the past. A Date or Last-Modified that is none says nothing.
  return withDate(message, name, name === 'expires' ? dated(moment.at, 'word') : undefined)
}

function strictAge(given: Case): Case {
  const age = given.answer.fields.age
  if (age === undefined) return given
  const first = age.split(',', 1)[0]?.trim() ?? ''
  if (!isNumber(first)) return ofAnswer(given, (answer) => withoutFields(answer, 'age'))
  return ofAnswer(given, (answer) => withFields(answer, { age: String(Math.min(Number(first), MOST_SECONDS)) }))
}

const DATES: readonly DateName[] = ['date', 'expires', 'last-modified']

const ahead: Moment = dated(NOON + HOUR, 'iso')

/** How fields are read. These come first: the others look at directives and dates that are well-formed. */
export const READING: readonly Difference[] = [
  {
    name: 'names of directives in another case',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2',
    why: 'they are compared without regard to case',
    touches: DECISIONS,
    mended: (given) => eachDirective(given, ({ spelling, ...each }) => (spelling === 'quoted' ? { ...each, spelling } : each)),
    example: { about: 'storable', answer: { directives: [{ name: 'no-store', spelling: 'upper' }] } },
  },
  {
    name: 'commas inside of quotes',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 5.6.4',
    why: 'a quoted string is one value; what stands in it is no directive',
    touches: DECISIONS,
    mended: (given) => eachDirective(given, (each) => (each.name === 'ext' && each.value?.includes(',') ? undefined : each)),
    example: {
      about: 'storable',
      answer: { directives: [{ name: 'ext', value: 'a, no-store, b', spelling: 'quoted' }] },
    },
  },
  {
    name: 'a directive that stands twice',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.2.1',
    why: 'the first is to be used, or the response taken for stale; the last is neither',
    touches: DECISIONS,
    mended: (given) => everywhere(given, (message) => ({ ...message, directives: oneOfEach(message) })),
    example: { about: 'lifetime', answer: { directives: directives('max-age=0, max-age=60') } },
  },
  {
    name: 'an equals sign with nothing behind it',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.2.2.5, 4.2.1',
    why: 'it takes the directive for absent; a no-store with a slip of the pen still forbids',
    touches: DECISIONS,
    mended: (given) =>
      eachDirective(given, (each) =>
        each.value !== '' ? each : isNumbered(each.name) ? { name: each.name, value: '0' } : { name: each.name },
      ),
    example: { about: 'storable', answer: { directives: directives('no-store=') } },
  },
  {
    name: 'numbers with more than digits',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 1.2.2, 4.2.1',
    why: 'delta-seconds are digits alone; a response with another max-age is to be taken for stale, not for fresh as far as digits go',
    touches: DECISIONS,
    mended: (given) => eachDirective(given, strictly),
    example: { about: 'lifetime', answer: { directives: directives('max-age=60abc') } },
  },
  {
    name: 'numbers beyond 2^31',
    wrong: 'neither',
    clause: 'RFC 9111 1.2.2',
    why: 'what a cache cannot represent is 2^31; we can, and take that all the same, so that sums stay exact',
    touches: DECISIONS,
    mended: (given) => eachDirective(given, capped),
    example: { about: 'lifetime', answer: { directives: directives('max-age=99999999999') } },
  },
  {
    name: 'dates as JavaScript reads them',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 5.6.7, RFC 9111 4.2, 5.3',
    why: 'only three forms are dates, in GMT; asctime is in no local time',
    touches: [...DECISIONS, 'age', 'confirmed'],
    mended: (given, about) =>
      everywhere(given, (message) => DATES.reduce((strict, name) => strictDate(strict, name, about), message)),
    example: { about: 'lifetime', answer: { dates: { date: dated(NOON), expires: ahead } } },
  },
  {
    name: 'Age with more than digits',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 5.1',
    why: 'a negative age makes a response younger than it is; what is no number of seconds is ignored',
    touches: BY_AGE,
    mended: strictAge,
    example: { about: 'age', answer: { fields: { age: '-5' } } },
  },
]
