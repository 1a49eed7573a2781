import { judge, type Verdict } from '../../../src/policy/judge.ts'
import { DEFAULT_SETTINGS } from '../../../src/policy/precedence.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import { sharing } from '../../../src/policy/sharing.ts'
import { storability } from '../../../src/policy/storability.ts'
import { type Subject, subject } from '../subject.ts'
import { NOW, validDate } from './dates.ts'

/** One line of the text for each. */
const FIELDS: readonly string[] = ['cache-control', 'age', 'date', 'expires', 'last-modified', 'etag', 'vary', 'set-cookie']
const STANDARD = { ...DEFAULT_SETTINGS, respect: 'standard' as const }

function verdictOn(text: string): Verdict {
  const [asked = '', ...values] = text.split('\n', FIELDS.length + 1)
  const headers = values.flatMap((value, at) => (value === '' ? [] : [[FIELDS[at] ?? '', value] as const]))
  const request = { method: 'GET', url: 'https://example.org/', headers: asked === '' ? [] : [['cache-control', asked] as const] }
  const facts = factsOf({ status: 200, headers }, NOW)
  storability(request, facts, STANDARD)
  sharing({ headers }, 'for all')
  return judge({ facts, requestedAt: NOW, checkedAt: NOW }, { ...request, cache: 'default', settings: STANDARD }, NOW + 60_000)
}

/** All of a response, and what a request asks: whatever they say, the verdict is one that can be counted with. */
const verdict: Subject = subject<Verdict>({
  name: 'what follows from all of them',
  pieces: [
    '\n',
    '\n',
    'max-age=60',
    'max-age=',
    'no-cache',
    'min-fresh=',
    'max-stale',
    '60',
    '0',
    '*',
    'a',
    '"1"',
    ', ',
    '=',
    '-1',
    'GMT',
  ],
  parse: verdictOn,
  fault({ age, lifetime, staleFor }) {
    const spans = Object.entries({ age, lifetime, staleFor })
    const wrong = spans.find(([, ms]) => !(Number.isFinite(ms) && ms >= 0))
    return wrong === undefined ? undefined : `${wrong[0]} is ${wrong[1]}`
  },
  shown: ({ name, age, lifetime }) => `${name} ${age} ${lifetime}`,
  valid(chance) {
    const [maxAge, age] = [chance.below(200), chance.below(200)]
    const { text: lastModified } = validDate(chance)
    const weighed = { age: (age + 60) * 1000, lifetime: maxAge * 1000 }
    const name = weighed.age < weighed.lifetime ? 'fresh' : 'revalidate'
    const values = ['', `Max-Age=${maxAge}`, String(age), '', '0', lastModified, '"1"', '', 'a=b']
    return { text: values.join('\n'), means: { ...weighed, name, reason: 'fresh', staleFor: 0 } }
  },
})

export const VERDICT: readonly Subject[] = [verdict]
