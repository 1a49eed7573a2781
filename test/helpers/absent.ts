/**
 * What a test needs and this machine lacks: the tests are skipped with a sentence; under `CI=true` that is a failure, since there it was to be
 * installed. `what` is a sentence's first half, `tests` those that are skipped.
 */
export function absent(what: string, tests: string): void {
  if (process.env.CI === 'true') throw new Error(`${what}: ${tests} cannot run.`)
  console.warn(`${what}: ${tests} are skipped.`)
}
