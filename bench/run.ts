// holdfast beside other clients: `npm run bench`, or `npm run bench -- --only broken`.
// Each scenario leaves its measurements in bench/results/: as JSON lines, and as the Markdown table that is printed too.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { circumstances } from './measure/circumstances.ts'
import { compared, recorded } from './measure/recorded.ts'
import type { Run, Scenario, Verdict } from './scenario.ts'
import { broken } from './scenarios/broken.ts'
import { cut } from './scenarios/cut.ts'
import { functions } from './scenarios/functions.ts'
import { growth } from './scenarios/growth.ts'
import { large } from './scenarios/large.ts'
import { memory } from './scenarios/memory.ts'
import { miss } from './scenarios/miss.ts'
import { outage } from './scenarios/outage.ts'
import { politeness } from './scenarios/politeness.ts'
import { processes } from './scenarios/processes.ts'
import { redis } from './scenarios/redis.ts'
import { revalidation } from './scenarios/revalidation.ts'
import { sqlite } from './scenarios/sqlite.ts'
import { stampede } from './scenarios/stampede.ts'
import { startup } from './scenarios/startup.ts'
import { tiered } from './scenarios/tiered.ts'
import { upkeep } from './scenarios/upkeep.ts'

const SCENARIOS = [
  broken,
  upkeep,
  memory,
  functions,
  miss,
  sqlite,
  stampede,
  startup,
  tiered,
  redis,
  outage,
  large,
  revalidation,
  cut,
  growth,
  processes,
  politeness,
]
const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

function wanted(only: readonly string[]): readonly (typeof SCENARIOS)[number][] {
  const unknown = only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
  if (unknown.length > 0) {
    throw new Error(`no scenario is called ${unknown.join(', ')}; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}`)
  }
  return only.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => only.includes(name))
}

async function measure<L extends Scenario>({ name, question, run, table, verdicts }: L, how: Run): Promise<readonly Verdict[]> {
  console.error(`${name}: ${question}`)
  const startedAt = performance.now()
  const lines = await run(how)
  const markdown = `${circumstances(name)}\n\n${table(lines)}`
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}${name}.jsonl`, lines.map((line) => `${JSON.stringify({ scenario: name, ...line })}\n`).join(''))
  writeFileSync(`${RESULTS}${name}.md`, markdown)
  console.log(markdown)
  console.error(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s, in ${RESULTS}`)
  return verdicts?.(lines) ?? []
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    clients: { type: 'string' },
    rounds: { type: 'string' },
    check: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const names = values.clients?.split(',')
const how: Run = {
  tell: (news) => console.error(`  ${news}`),
  rounds: values.rounds === undefined ? undefined : Number(values.rounds),
  // What others are compared with always takes part.
  takes: (client) =>
    names === undefined || [...names, 'limit', 'plain', 'base', 'by-hand'].some((name) => client.startsWith(name)),
}
const found: Verdict[] = []
for (const scenario of wanted(values.only.flatMap((list) => list.split(',')))) found.push(...(await measure(scenario, how)))
if (values.record) recorded(found)
if (values.check && !compared(found)) process.exitCode = 1
