import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, type Target } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const CLIENT = 'holdfast:memory+redis'
const [REFUSES, SILENT] = ['it refuses', 'it is silent']
const MEASURES: readonly Measure[] = [
  { name: REFUSES, task: 'outage', setting: { how: 'refuses', count: 1_000 }, clients: [CLIENT] },
  { name: SILENT, task: 'outage', setting: { how: 'silent', count: 1_000 }, clients: [CLIENT] },
]

/** Times of one process against its own: the neighbours have both, and yet another day would not repeat them. */
const TARGETS: readonly Target[] = MEASURES.flatMap(({ name: measure }): Target[] => {
  const of = { client: CLIENT, measure, unit: ' ms', tells: 'machine', others: 'none' } as const
  return [
    { ...of, name: `a miss, Redis is left alone (${measure}): added p99`, fact: 'added99', gate: 2 },
    { ...of, name: `the same, of work (${measure})`, fact: 'work99', gate: 2 },
    { ...of, name: `a miss, before that (${measure}): the first one`, fact: 'first', gate: 500 },
  ]
})

export const outage: Scenario<Measured> = {
  name: 'outage',
  question: 'what does a miss cost while Redis is gone?',
  run: async (run) => {
    await using origin = await startOrigin()
    return await inRounds({ measures: MEASURES, versionOf, origin: origin.url, rounds: 5 }, run)
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
}

function tableOf(lines: readonly Measured[]): string[] {
  const columns = MEASURES.flatMap(({ name: measure }) => [
    { title: `${measure}: without Redis p50 ms`, measure, fact: 'alone50' },
    { title: 'added p50', measure, fact: 'added50' },
    { title: 'without p99 ms', measure, fact: 'alone99' },
    { title: 'added p99', measure, fact: 'added99' },
    { title: 'of work', measure, fact: 'work99' },
    { title: 'first ms', measure, fact: 'first' },
  ])
  return figures(lines, columns, [{ title: 'body', fact: 'body', right: 'exact' }])
}
