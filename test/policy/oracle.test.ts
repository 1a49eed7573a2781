import { describe, expect, test } from 'vitest'
import { caseOf } from './oracle/case.ts'
import { DIFFERENCES, mended } from './oracle/differences.ts'
import { cases } from './oracle/generated.ts'
import { arises, QUESTIONS, type Question } from './oracle/opinions.ts'
import { fc } from './property.ts'

/*
 * http-cache-semantics 4.3.0 as a second opinion, for a private cache and `respect: 'standard'`. Where it decides differently, and why,
 * stands in oracle/: reading, storing, freshness, reusing, tolerating, validating. Each entry says what the oracle would have to be told to decide
 * as the RFC asks. So nothing is left out of the comparison: told so, it must agree on every case.
 */

describe('a listed difference exists, and its entry explains it', () => {
  test.each(DIFFERENCES.map((difference) => [difference.name, difference] as const))('%s', (_name, difference) => {
    const { about, ...told } = difference.example
    const given = caseOf(told)
    const { ours, theirs } = QUESTIONS[about]
    expect(theirs(given)).not.toEqual(ours(given))
    expect(theirs(difference.mended(given, about))).toEqual(ours(given))
    expect(difference.touches).toContain(about)
    expect(difference.clause).toMatch(/^RFC \d{4} \d/)
  })

  test('none stands twice', () => {
    expect(new Set(DIFFERENCES.map(({ name }) => name)).size).toBe(DIFFERENCES.length)
  })

  test('wherever we are wrong, it is known to be', () => {
    expect(DIFFERENCES.filter(({ wrong }) => wrong === 'holdfast').map(({ name }) => name)).toEqual([])
  })
})

/** So many cases must have had another answer than the usual one; agreement on a single answer would show nothing. */
const ENOUGH = 50
const RUNS = 5000

describe('http-cache-semantics agrees in all else', () => {
  test.each(Object.keys(QUESTIONS) as Question[])('%s', (about) => {
    const { ours, theirs } = QUESTIONS[about]
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(cases, (given) => {
        fc.pre(arises(about, given))
        const answer = ours(given)
        const shown = JSON.stringify(answer)
        seen.set(shown, (seen.get(shown) ?? 0) + 1)
        expect(theirs(mended(given, about))).toEqual(answer)
      }),
      { numRuns: RUNS },
    )
    expect(RUNS - Math.max(...seen.values())).toBeGreaterThan(ENOUGH)
    // The rarest of the three.
    if (about === 'reuse') expect(seen.get('"stale-while-revalidate"')).toBeGreaterThan(ENOUGH)
  })
})
