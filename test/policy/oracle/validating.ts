import { DAY, NOON } from '../given.ts'
import { type Case, dated, isDate, type Message, type Moment } from './case.ts'
import type { Difference } from './difference.ts'
import { ofAnswer, ofReply, withDate, withFields, withoutFields } from './mending.ts'
import type { Question } from './opinions.ts'

function lastModified({ dates }: Message): Moment | undefined {
  const moment = dates['last-modified']
  return moment !== undefined && isDate(moment) ? moment : undefined
}

const hasValidator = (message: Message): boolean => message.fields.etag !== undefined || lastModified(message) !== undefined

/** Of the stored response beyond doubt, as http-cache-semantics sees it, and with the same outcome: what the 304 says stays. */
function confirming(given: Case): Case {
  const etag = given.reply.fields.etag ?? given.answer.fields.etag
  const date = given.reply.dates['last-modified'] ?? given.answer.dates['last-modified']
  const agreeing = <M extends Message>(message: M): M => {
    const dated = withDate(message, 'last-modified', date)
    return etag === undefined ? dated : withFields(dated, { etag })
  }
  return ofAnswer(ofReply(given, agreeing), agreeing)
}

const refusing = (given: Case): Case => ofReply(given, (reply) => withFields(reply, { etag: '"of another response"' }))

function withoutValidators(given: Case): Case {
  return hasValidator(given.reply) ? given : confirming(given)
}

function validatorOfAnotherKind(given: Case): Case {
  const { reply, answer } = given
  if (reply.fields.etag !== undefined) return answer.fields.etag === undefined ? refusing(given) : given
  return lastModified(reply) !== undefined && lastModified(answer) === undefined ? confirming(given) : given
}

function sameDate(given: Case): Case {
  const [stored, told] = [lastModified(given.answer), lastModified(given.reply)]
  return given.reply.fields.etag === undefined && told !== undefined && told.at === stored?.at ? confirming(given) : given
}

function strengthened(given: Case): Case {
  const [stored = '', told = ''] = [given.answer.fields.etag, given.reply.fields.etag]
  return stored.startsWith('W/') && !told.startsWith('W/') && stored === `W/${told}` ? refusing(given) : given
}

/** What is no tag is none: nothing is asked by it, and nothing compared with it. */
function withoutMalformedTag(given: Case, about: Question): Case {
  const isMalformed = ({ fields }: Case['answer']): boolean => fields.etag === '*'
  const stored = isMalformed(given.answer) ? ofAnswer(given, (answer) => withoutFields(answer, 'etag')) : given
  if (about === 'updated') return isMalformed(given.answer) || isMalformed(given.reply) ? confirming(given) : given
  return isMalformed(stored.reply) ? ofReply(stored, (reply) => withoutFields(reply, 'etag')) : stored
}

/** RFC 9111 3.2: what is described by these is not in the 304. */
const NEVER_UPDATED: readonly string[] = [
  'content-length',
  'content-encoding',
  'content-range',
  'transfer-encoding',
  'connection',
]

/** Each field that is only in the 304 stands in the stored response already, so that it is replaced. */
function withNewFields(given: Case): Case {
  const added = Object.keys(given.reply.fields).filter((name) => !(name in given.answer.fields) && !NEVER_UPDATED.includes(name))
  let answer = withFields(given.answer, Object.fromEntries(added.map((name) => [name, 'old'])))
  for (const name of ['expires', 'last-modified'] as const) {
    if (given.reply.dates[name] !== undefined && answer.dates[name] === undefined)
      answer = withDate(answer, name, dated(NOON - DAY))
  }
  if (given.reply.directives.length > 0 && answer.directives.length === 0) answer = { ...answer, directives: [{ name: 'old' }] }
  return { ...given, answer }
}

/** How a response is validated, and what a 304 changes. */
export const VALIDATING: readonly Difference[] = [
  {
    name: 'an ETag that is none',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 8.8.3, 13.1.2',
    why: 'a star without quotes would ask whether anything at all is there, and 304 would confirm bytes that are gone',
    touches: ['conditions', 'confirmed', 'updated'],
    mended: withoutMalformedTag,
    example: { about: 'conditions', answer: { fields: { etag: '*' } } },
  },
  {
    name: 'validation under Vary: *',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.1',
    why: 'such a response may not be used without validation; it may be validated',
    touches: ['conditions'],
    mended: (given) => (given.answer.fields.vary === '*' ? ofAnswer(given, (answer) => withoutFields(answer, 'vary')) : given),
    example: { about: 'conditions', answer: { fields: { vary: '*', etag: '"1"' } } },
  },
  {
    name: 'a 304 without a validator',
    wrong: 'neither',
    clause: 'RFC 9111 4.3.3, 4.3.4',
    why: 'one response was named to the origin, so it is that one; to the letter its headers are not renewed, for it has a validator itself',
    touches: ['confirmed', 'updated'],
    mended: withoutValidators,
    example: { about: 'confirmed', answer: { fields: { etag: '"1"' } } },
  },
  {
    name: 'a 304 with a validator of another kind',
    wrong: 'neither',
    clause: 'RFC 9111 4.3.4',
    why: 'a date says nothing against the tag that was sent; a tag where there was none is of another response',
    touches: ['confirmed', 'updated'],
    mended: validatorOfAnotherKind,
    example: {
      about: 'confirmed',
      answer: { fields: { etag: '"1"' } },
      reply: { dates: { 'last-modified': dated(NOON - DAY) } },
    },
  },
  {
    name: 'one date in two forms',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9110 5.6.7, 8.8.2',
    why: 'the validator is the date, not the way in which it is written',
    touches: ['confirmed', 'updated'],
    mended: sameDate,
    example: {
      about: 'confirmed',
      answer: { dates: { 'last-modified': dated(NOON - DAY) } },
      reply: { dates: { 'last-modified': dated(NOON - DAY, 'rfc850') } },
    },
  },
  {
    name: 'a weak tag that became strong',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 4.3.4, RFC 9110 8.8.3.2',
    why: 'a strong tag identifies only what has the same strong one (`resilient` takes it: servers that compress do this)',
    touches: ['confirmed'],
    mended: strengthened,
    example: { about: 'confirmed', answer: { fields: { etag: 'W/"1"' } }, reply: { fields: { etag: '"1"' } } },
  },
  {
    name: 'fields that are new in a 304',
    wrong: 'http-cache-semantics',
    clause: 'RFC 9111 3.2',
    why: 'they are added to the stored response, not only put in place of older ones',
    touches: ['updated'],
    mended: withNewFields,
    example: { about: 'updated', reply: { fields: { 'x-b': '1' } } },
  },
]
