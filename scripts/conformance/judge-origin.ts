import type { ExpectedType, NamedField, RequestDefinition } from './definition.ts'
import { find, partOf } from './finding.ts'
import type { Answer } from './judge-answer.ts'
import type { Seen, Visit } from './visit.ts'

const CONDITIONS: Partial<Record<ExpectedType, string>> = { etag_validated: 'if-none-match', lm_validated: 'if-modified-since' }

interface Passage {
  readonly definition: RequestDefinition
  readonly number: number
  readonly answer: Answer | undefined
  /** The request that should be this one; undefined if none came. */
  readonly seen: Seen | undefined
}

/** Throws a finding where the origin did not see what the definitions say, or the client did not get what the origin sent. */
export function judgeOrigin({ requests, seen }: Visit, answers: readonly Answer[]): void {
  let next = 0
  for (const [index, definition] of requests.entries()) {
    // The origin is not to see what the cache answers.
    if (definition.expected_type === 'cached') continue
    const passage = { definition, number: index + 1, answer: answers[index], seen: seen[next++] }
    judgeArrival(passage)
    for (const field of definition.expected_request_headers ?? []) judgePresence(field, passage)
    for (const field of definition.expected_request_headers_missing ?? []) judgeAbsence(field, passage)
    judgeDelivery(passage)
    judgeMethod(passage)
  }
}

function judgeArrival({ definition, number, seen }: Passage): void {
  const { expected_type: type } = definition
  if (type === undefined) return
  const during = partOf(definition, 'expected_type')
  if (seen === undefined) find(during, `request ${number} was not sent to the origin`)
  if (type === 'not_cached' && seen.number !== number) find(during, `the origin saw request ${seen.number} in place of ${number}`)
  const condition = CONDITIONS[type]
  if (condition !== undefined && !(condition in seen.headers)) find(during, `request ${number} has no ${condition}`)
}

const split = (field: NamedField): readonly [name: string, value?: string] => (typeof field === 'string' ? [field] : field)

function onWire({ headers }: Seen, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}

function judgePresence(field: NamedField, { definition, number, seen }: Passage): void {
  const during = partOf(definition, 'expected_request_headers')
  if (seen === undefined) find(during, `request ${number} was not sent to the origin`)
  const [name, due] = split(field)
  const value = onWire(seen, name)
  if (value === undefined) find(during, `request ${number} has no ${name}`)
  if (due !== undefined && value !== due) find(during, `request ${number} has ${name}: ${value}, not ${due}`)
}

function judgeAbsence(field: NamedField, { definition, number, seen }: Passage): void {
  const during = partOf(definition, 'expected_request_headers_missing')
  if (seen === undefined) find(during, `request ${number} was not sent to the origin`)
  const [name, unwanted] = split(field)
  const value = onWire(seen, name)
  if (value !== undefined && (unwanted === undefined || value === unwanted))
    find(during, `request ${number} has ${name}: ${value}`)
}

/** Every field that the origin set is to arrive, Date apart: that is the server's own. */
function judgeDelivery({ number, answer, seen }: Passage): void {
  for (const [name, { value, checked }] of seen?.sent ?? []) {
    if (!checked || name === 'date') continue
    const received = answer?.headers.get(name) ?? null
    if (received !== value) find('setup', `answer ${number} has ${name}: ${received}, not ${value}`)
  }
}

function judgeMethod({ definition, number, seen }: Passage): void {
  const due = definition.expected_method
  if (due !== undefined && seen?.method !== due)
    find(partOf(definition, 'expected_method'), `the origin saw ${seen?.method ?? 'nothing'} for request ${number}, not ${due}`)
}
