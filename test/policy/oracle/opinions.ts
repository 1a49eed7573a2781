import CachePolicy from 'http-cache-semantics'
import type { HeaderList } from '../../../src/model/headers.ts'
import type { ResponseFacts } from '../../../src/model/response-facts.ts'
import { ageOf, lifetimeOf } from '../../../src/policy/freshness.ts'
import { judge } from '../../../src/policy/judge.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import { mayServeStale } from '../../../src/policy/staleness.ts'
import { storability } from '../../../src/policy/storability.ts'
import { storedHeaders } from '../../../src/policy/stored-headers.ts'
import { conditionalHeaders, confirms, updatedHeaders } from '../../../src/policy/validation.ts'
import { variantOf } from '../../../src/policy/vary.ts'
import { headers, NOON, settings } from '../given.ts'
import { type Asked, type Case, fieldsOf, type Message } from './case.ts'

/** How each of the two answers one question about a case. */
interface Opinions {
  readonly ours: (given: Case) => unknown
  readonly theirs: (given: Case) => unknown
}

const URL = 'https://example.org/data'
const STANDARD = settings({ respect: 'standard' })
const NO_FALLBACK = settings({ respect: 'standard', fallback: false })
const NONE: ReadonlySet<string> = new Set()

const listOf = (message: Message): HeaderList => headers(fieldsOf(message))
const asked = (request: Asked) => ({ method: request.method, url: URL, headers: listOf(request) })
const factsIn = ({ answer }: Case): ResponseFacts => factsOf({ status: answer.status, headers: listOf(answer) }, NOON)
const candidateIn = (given: Case) => ({ facts: factsIn(given), requestedAt: NOON - given.delay, checkedAt: NOON })

export function keeps(given: Case): boolean {
  return storability(asked(given.first), factsIn(given), STANDARD).store
}

function ourLifetime(given: Case): number {
  const facts = factsIn(given)
  // Here such a response has a lifetime, and is validated all the same.
  const bound = !keeps(given) || facts.noCache === 'all' || facts.vary.includes('*')
  return bound ? 0 : Math.round(lifetimeOf(facts, STANDARD))
}

const ourAge = (given: Case): number => ageOf(factsIn(given), candidateIn(given), NOON + given.elapsed)

function ourConfirmation(given: Case): boolean {
  const reply = factsOf({ status: 304, headers: listOf(given.reply) }, NOON)
  return confirms(reply, factsIn(given), 'standard') === 'confirmed'
}

const valuesOf = (vary: readonly string[], given: Parameters<typeof asked>[0]): string =>
  variantOf(vary, { ...asked(given), credentialHeaders: NONE })

function ourReuse(given: Case): string {
  const { first, second, elapsed } = given
  const candidate = candidateIn(given)
  const { vary } = candidate.facts
  const matches = valuesOf(vary, first) === valuesOf(vary, second)
  const request = { ...asked(second), cache: 'default' as const, settings: STANDARD }
  const { name } = judge(matches ? candidate : undefined, request, NOON + elapsed)
  return name === 'fresh' || name === 'stale-while-revalidate' ? name : 'ask'
}

class Oracle extends CachePolicy {
  clock = NOON
  override now(): number {
    // The first call comes from the constructor that this extends.
    return this.clock ?? NOON
  }
}

const presented = (request: Asked) => ({
  method: request.method,
  url: URL,
  headers: { host: 'example.org', ...fieldsOf(request) },
})

function oracleOn({ first, answer, elapsed }: Case): Oracle {
  const answered = { status: answer.status, headers: fieldsOf(answer) }
  const oracle = new Oracle(presented(first), answered, { shared: false, immutableMinTimeToLive: 0 })
  oracle.clock = NOON + elapsed
  return oracle
}

function theirReuse(given: Case): string {
  const { response, revalidation } = oracleOn(given).evaluateRequest(presented(given.second))
  return revalidation === undefined ? 'fresh' : response === undefined ? 'ask' : 'stale-while-revalidate'
}

const confirmed = (given: Case) =>
  oracleOn(given).revalidatedPolicy(presented(given.first), { status: 304, headers: fieldsOf(given.reply) })

/** Both write Date and Age anew whenever they answer, and Warning is no more (RFC 9111 5.5). */
const OF_EACH_ANSWER: readonly string[] = ['date', 'age', 'warning']

const sorted = (fields: readonly (readonly [string, string])[]): unknown =>
  fields
    .filter(([name]) => !OF_EACH_ANSWER.includes(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort()

export type Question =
  | 'storable'
  | 'lifetime'
  | 'age'
  | 'reuse'
  | 'stale on error'
  | 'conditions'
  | 'confirmed'
  | 'updated'
  | 'kept'

export const QUESTIONS: Readonly<Record<Question, Opinions>> = {
  storable: { ours: keeps, theirs: (given) => oracleOn(given).storable() },
  lifetime: { ours: ourLifetime, theirs: (given) => Math.round(oracleOn(given).maxAge() * 1000) },
  age: {
    ours: ourAge,
    theirs: (given) => oracleOn(given).age() * 1000,
  },
  reuse: { ours: ourReuse, theirs: theirReuse },
  'stale on error': {
    ours: (given) =>
      mayServeStale(candidateIn(given), { ...asked(given.second), settings: NO_FALLBACK }, NOON + given.elapsed) === 'allowed',
    theirs: (given) => oracleOn(given).revalidatedPolicy(presented(given.second), { status: 500, headers: {} }).matches,
  },
  conditions: {
    ours: (given) => sorted(conditionalHeaders(factsIn(given))),
    theirs: (given) => {
      const sent = oracleOn(given).revalidationHeaders(presented(given.first))
      return sorted(Object.entries(sent).filter(([name]) => name.startsWith('if-')))
    },
  },
  confirmed: {
    ours: ourConfirmation,
    // It answers with what it compared last, which may be nothing at all.
    theirs: (given) => Boolean(confirmed(given).matches),
  },
  updated: {
    ours: (given) =>
      sorted(updatedHeaders(storedHeaders(listOf(given.answer), STANDARD, 'as received'), listOf(given.reply), STANDARD)),
    theirs: (given) => sorted(Object.entries(confirmed(given).policy.responseHeaders())),
  },
  kept: {
    ours: (given) => sorted(storedHeaders(listOf(given.answer), STANDARD, 'as received')),
    theirs: (given) => sorted(Object.entries(oracleOn(given).responseHeaders())),
  },
}

/** Whether the question can be asked: of what is not stored, nothing follows; what is fresh is not served stale. */
export function arises(about: Question, given: Case): boolean {
  switch (about) {
    case 'storable':
    case 'lifetime':
    case 'age':
    case 'kept':
      return true
    case 'stale on error':
      return keeps(given) && ourAge(given) >= ourLifetime(given)
    case 'updated':
      return keeps(given) && ourConfirmation(given)
    case 'reuse':
    case 'conditions':
    case 'confirmed':
      return keeps(given)
  }
}
