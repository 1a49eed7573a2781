import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Prints the totals of the last `CI=true npm test`, from vitest's own report: the last line of a CI run. */

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[]
}

const file = fileURLToPath(new URL('../coverage/test-report.json', import.meta.url))
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report

/** A file that broke before or after its tests has no failed test to be counted by. */
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every((result) => result.status !== 'failed'),
)

console.log(`tests: ${numPassedTests} passed, ${numFailedTests + brokenFiles.length} failed`)
