import { NOT_CONDITIONAL } from './answer.ts'
import type { ExpectedField, RequestDefinition } from './definition.ts'
import { find, partOf } from './finding.ts'
import { wireValue } from './magic.ts'

/** What the client was given for one request. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Asked {
  readonly definition: RequestDefinition
  /** From 1. */
  readonly number: number
  readonly token: string
  /** How many requests up to this one the definition sends to the origin. */
  readonly travelled: number
}

const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Throws a finding where the answer is not what the definition of its request says. */
export function judgeAnswer(answer: Answer, asked: Asked): void {
  judgeRepetition(answer, asked)
  judgeType(answer, asked)
  judgeStatus(answer, asked)
  for (const expected of asked.definition.expected_response_headers ?? []) judgeField(expected, answer, asked)
  judgeAbsence(answer, asked)
  judgeInterim(asked)
  judgeBody(answer, asked)
}

/** A request that came twice makes the numbers of all later ones mean nothing. */
function judgeRepetition({ headers }: Answer, { number }: Asked): void {
  const numbers = headers.get('Request-Numbers')?.split(' ') ?? []
  if (new Set(numbers).size < numbers.length)
    find('setup', `before answer ${number}, a request was sent again: ${numbers.join(' ')}`)
}

function judgeType({ status, headers }: Answer, { definition, number, travelled }: Asked): void {
  const during = partOf(definition, 'expected_type')
  if (headers.has(NOT_CONDITIONAL)) find(during, `request ${number} should have been conditional`)
  const origin = Number(headers.get('Client-Request-Count') ?? Number.NaN)
  if (definition.expected_type === 'cached') {
    // A 304 need not carry what the origin numbers its answers with.
    if (status === 304 && Number.isNaN(origin)) return
    if (!(origin < number)) find(during, `answer ${number} does not come from the cache`)
  }
  if (definition.expected_type === 'not_cached') {
    if (origin !== number) find(during, `answer ${number} comes from the cache`)
    const count = headers.get('Server-Request-Count')
    if (Number(count) !== travelled) find(during, `answer ${number}: the origin has seen ${count} requests, not ${travelled}`)
  }
}

function judgeStatus({ status }: Answer, { definition, number }: Asked): void {
  const { expected_status: expected, response_status: sent } = definition
  if (expected === null) return
  const due = expected ?? sent?.[0] ?? 200
  const during = expected === undefined ? 'setup' : partOf(definition, 'expected_status')
  if (status !== due) find(during, `answer ${number} has the status ${status}, not ${due}`)
}

function judgeField(expected: ExpectedField, { headers }: Answer, { definition, number }: Asked): void {
  const during = partOf(definition, 'expected_response_headers')
  const name = typeof expected === 'string' ? expected : expected[0]
  const value = headers.get(name)
  if (value === null) find(during, `answer ${number} has no ${name}`)
  if (typeof expected === 'string') return
  const wrong = (due: string) => find(during, `answer ${number} has ${name}: ${value}, not ${due}`)
  if (expected.length === 2) {
    const anchor = { now: Number(headers.get('Server-Now')), path: headers.get('Server-Base-Url') ?? '' }
    const due = wireValue(expected, anchor, definition)
    if (value !== due) wrong(due)
  } else if (expected[1] === '=') {
    const other = headers.get(expected[2])
    if (value !== other) wrong(`the value of ${expected[2]}: ${other}`)
  } else if (!(Number.parseInt(value, 10) > expected[2])) wrong(`more than ${expected[2]}`)
}

function judgeAbsence({ headers }: Answer, { definition, number }: Asked): void {
  const during = partOf(definition, 'expected_response_headers_missing')
  for (const absent of definition.expected_response_headers_missing ?? []) {
    const [name, part] = typeof absent === 'string' ? [absent, ''] : absent
    const value = headers.get(name)
    if (value?.includes(part) === true) find(during, `answer ${number} has ${name}: ${value}`)
  }
}

/** Fetch has no way to hand an interim response on: its caller receives none. */
function judgeInterim({ definition, number }: Asked): void {
  const due = definition.expected_interim_responses?.length ?? 0
  if (due > 0)
    find(partOf(definition, 'expected_interim_responses'), `answer ${number}: fetch shows none of ${due} interim responses`)
}

function judgeBody({ status, body }: Answer, { definition, number, token }: Asked): void {
  if (definition.check_body === false) return
  const { expected_response_text: expected, response_body: sent } = definition
  if (expected === null) return
  const bodiless = BODILESS.has(status) || definition.request_method === 'HEAD'
  const due = expected ?? sent ?? (bodiless ? body : token)
  const during = expected === undefined ? 'setup' : partOf(definition, 'expected_response_text')
  if (body !== due) find(during, `answer ${number} has the body ${JSON.stringify(body)}, not ${JSON.stringify(due)}`)
}
