import type { SuiteTest } from './definition.ts'

/** What one test said by itself. */
export interface Judged {
  readonly name: 'held' | 'not held' | 'setup failed' | 'harness error'
  readonly reason?: string
}

/** What it says in its suite: a check answers a question and cannot fail. */
export type OutcomeName = 'pass' | 'fail' | 'yes' | 'no' | 'setup failed' | 'harness error' | 'dependency failed'

export interface Outcome {
  readonly test: SuiteTest
  readonly name: OutcomeName
  readonly reason?: string
}

export const isGood = ({ name }: Outcome): boolean => name === 'pass' || name === 'yes'

/**
 * Brings the verdicts of tests that build on each other together. A test that was not run has no outcome, and one that the export
 * does not hold stops nobody: an export may be a part of the suite.
 */
export function settle(tests: readonly SuiteTest[], verdicts: ReadonlyMap<string, Judged>): Outcome[] {
  const byId = new Map(tests.map((test) => [test.id, test]))
  const settled = new Map<string, Outcome | undefined>()
  const outcomeOf = (test: SuiteTest): Outcome | undefined => {
    if (settled.has(test.id)) return settled.get(test.id)
    // A ring of dependencies ends here.
    settled.set(test.id, undefined)
    const verdict = verdicts.get(test.id)
    if (verdict === undefined) return undefined
    const broken = test.dependsOn.find((id) => {
      const dependency = byId.get(id)
      const outcome = dependency && outcomeOf(dependency)
      return outcome !== undefined && !isGood(outcome)
    })
    const outcome =
      broken === undefined ? alone(test, verdict) : { test, name: 'dependency failed' as const, reason: `needs ${broken}` }
    settled.set(test.id, outcome)
    return outcome
  }
  return tests.map(outcomeOf).filter((outcome) => outcome !== undefined)
}

function alone(test: SuiteTest, { name, reason }: Judged): Outcome {
  const said = reason === undefined ? {} : { reason }
  if (name !== 'held' && name !== 'not held') return { test, name, ...said }
  const words = test.kind === 'check' ? (['yes', 'no'] as const) : (['pass', 'fail'] as const)
  return { test, name: words[name === 'held' ? 0 : 1], ...said }
}
