import { conduct, type Fetch, type Verdict } from './conduct.ts'
import type { SuiteTest } from './definition.ts'
import { Origin } from './origin.ts'

/** A cache that nobody has used yet, for one test. */
export interface Subject extends AsyncDisposable {
  readonly fetch: Fetch
}

export interface Engine {
  readonly subject: () => Subject
  /** Milliseconds that `pause_after` waits. The suite says 3000, and its lifetimes are cut to that. */
  readonly pause: number
}

/** Each test waits for most of its time; so many at once leave the machine time to be punctual. */
const AT_ONCE = 60

/** Runs each test against a cache of its own, at one origin. */
export async function runSuite(tests: readonly SuiteTest[], { subject, pause }: Engine): Promise<Map<string, Verdict>> {
  await using origin = await Origin.open()
  const verdicts = new Map<string, Verdict>()
  const queue = tests.values()
  const lane = async () => {
    for (const test of queue) {
      await using cache = subject()
      verdicts.set(test.id, await conduct(test, { origin, fetch: cache.fetch, pause }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return verdicts
}
