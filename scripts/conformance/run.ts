// Runs an export of the public suite http-tests/cache-tests against holdfast: `npm run conformance -- --suite FILE`.
// holdfast is a private cache inside a client, so it is asked what a browser's cache is asked, and also what browsers leave out;
// tests for a network's edge are not run. Exit 1 below the recorded floor.
import { readFileSync } from 'node:fs'
import { memory } from '../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../src/index.ts'
import type { SuiteTest } from './definition.ts'
import { runSuite, type Subject } from './engine.ts'
import { compare, type Floor } from './floor.ts'
import { type RunOptions, readOptions } from './options.ts'
import { type Outcome, settle } from './outcome.ts'
import { report } from './report.ts'
import { fingerprint, readSuite } from './suite.ts'
import { byProfile } from './tally.ts'

const PAUSE = 3_000

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** One attempt a request: to the suite, a request that comes twice is a broken run, and a 500 an answer like any other. */
function subject({ respect }: RunOptions): () => Subject {
  return () => {
    const fetch = createCachedFetch({ tiers: [memory()], respect, retry: false })
    return { fetch, [Symbol.asyncDispose]: () => fetch.close() }
  }
}

function wanted(tests: readonly SuiteTest[], only: string | undefined): SuiteTest[] {
  const found = tests.filter(({ id, area, profile }) => profile !== 'cdn' && (only === undefined || id === only || area === only))
  if (found.length === 0) throw new Error(`no test and no area to be run is called ${only}`)
  return found
}

function told(outcomes: readonly Outcome[]): object[] {
  return outcomes.map(({ test: { id, area, kind, profile }, name, reason }) => ({
    id,
    area,
    kind,
    profile,
    outcome: name,
    reason,
  }))
}

const options = readOptions(process.argv.slice(2), process.env)
const suite = readSuite(read(options.suite))
const tests = wanted(suite, options.only)
const startedAt = performance.now()
const verdicts = await runSuite(tests, { subject: subject(options), pause: PAUSE })
const outcomes = settle(tests, verdicts)
const logs = new Map([...verdicts].map(([id, { log }]) => [id, log]))
const profiles = byProfile(outcomes)
// The floor is that of the whole export, to the letter of the RFC.
const comparable = options.only === undefined && options.respect === 'standard'
const { below, told: notes } = comparable
  ? compare(read(options.floor) as Floor, { outcomes, profiles, fingerprint: fingerprint(suite) })
  : { below: [], told: ['the floor is not compared'] }
if (options.json)
  console.log(JSON.stringify({ profiles: Object.fromEntries(profiles), tests: told(outcomes), below, notes }, undefined, 2))
else {
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`${report(outcomes, options.verbose ? logs : undefined)}\n`)
  console.log(`${tests.length} tests of ${suite.length} in the export, respect: '${options.respect}', ${seconds} s`)
  for (const note of notes) console.log(note)
  for (const line of below) console.log(`BELOW THE FLOOR: ${line}`)
}
process.exitCode = below.length > 0 ? 1 : 0
