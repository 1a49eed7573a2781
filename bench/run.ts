// holdfast beside other clients: `npm run bench`, or `npm run bench -- --only broken`.
// Each scenario leaves its measurements in bench/results/: as JSON lines, and as the Markdown table that is printed too.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Scenario } from './scenario.ts'
import { broken } from './scenarios/broken.ts'
import { politeness } from './scenarios/politeness.ts'
import { upkeep } from './scenarios/upkeep.ts'

const SCENARIOS = [broken, upkeep, politeness]
const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

function wanted(only: readonly string[]): readonly (typeof SCENARIOS)[number][] {
  const unknown = only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
  if (unknown.length > 0) {
    throw new Error(`no scenario is called ${unknown.join(', ')}; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}`)
  }
  return only.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => only.includes(name))
}

async function measure<L extends Scenario>({ name, question, run, table }: L): Promise<void> {
  console.error(`${name}: ${question}`)
  const startedAt = performance.now()
  const lines = await run((news) => console.error(`  ${news}`))
  const markdown = table(lines)
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}${name}.jsonl`, lines.map((line) => `${JSON.stringify({ scenario: name, ...line })}\n`).join(''))
  writeFileSync(`${RESULTS}${name}.md`, markdown)
  console.log(markdown)
  console.error(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s, in ${RESULTS}`)
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } })
for (const scenario of wanted(values.only.flatMap((names) => names.split(',')))) await measure(scenario)
