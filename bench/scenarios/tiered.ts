import type { Measured } from '../measure/measured.ts'
import { withRedis } from '../measure/redis.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { type Column, figures } from '../measure/table.ts'
import { judged, overBase, type Target, verdicts } from '../measure/target.ts'
import { versionOf } from '../memos/roster.ts'
import type { Scenario } from '../scenario.ts'

const LIMIT = 'limit:tiered'
const OURS = 'holdfast:share@memory+redis'
const CLIENTS = [LIMIT, OURS, 'holdfast:copy@memory+redis', 'bentocache:tiered', 'cacheable:tiered', 'cache-manager:tiered']

const SMALL = 1024
const LARGE = 100 * 1024
const MEASURES: readonly Measure[] = [
  { name: '1 KB in memory', task: 'function-hit', setting: { keys: 200, size: SMALL, ms: 300 }, clients: CLIENTS },
  { name: '1 KB in Redis', task: 'tiered-hit', setting: { keys: 1_500, size: SMALL }, clients: CLIENTS },
  { name: '100 KB in memory', task: 'function-hit', setting: { keys: 20, size: LARGE, ms: 300 }, clients: CLIENTS },
  { name: '100 KB in Redis', task: 'tiered-hit', setting: { keys: 200, size: LARGE }, clients: CLIENTS },
]

const over = overBase(OURS, LIMIT)
const TARGETS: readonly Target[] = [
  {
    name: 'tiered, 1 KB in memory, p50',
    client: OURS,
    measure: '1 KB in memory',
    fact: 'p50',
    gate: 600,
    stretch: 250,
    unit: ' ns',
    tells: 'machine',
  },
  {
    name: 'tiered, 100 KB in memory, p50',
    client: OURS,
    measure: '100 KB in memory',
    fact: 'p50',
    gate: 600,
    stretch: 250,
    unit: ' ns',
    tells: 'machine',
  },
  { name: 'tiered, 1 KB in Redis, p50', ...over('1 KB in Redis', 'p50'), gate: 1.3, stretch: 1.1 },
  { name: 'tiered, 1 KB in Redis, CPU', ...over('1 KB in Redis', 'cpu'), gate: 1.3, stretch: 1.1 },
  { name: 'tiered, 100 KB in Redis, p50', ...over('100 KB in Redis', 'p50'), gate: 1.3, stretch: 1.1 },
]

export const tiered: Scenario<Measured> = {
  name: 'tiered',
  question: 'what does a hit of a function cost whose results are in memory before Redis?',
  run: (run) => withRedis(run, (redis) => inRounds({ measures: MEASURES, versionOf, origin: '', redis, rounds: 3 }, run)),
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

function tableOf(lines: readonly Measured[]): string[] {
  const columns = MEASURES.flatMap(({ name: measure }): Column[] => {
    const unit = measure.endsWith('Redis') ? 'µs' : 'ns'
    return [
      { title: `${measure}, p50 ${unit}`, measure, fact: 'p50', base: LIMIT },
      { title: `CPU ${unit}`, measure, fact: 'cpu', base: LIMIT },
    ]
  })
  return figures(lines, columns, [
    { title: 'value', fact: 'body', right: 'exact' },
    { title: 'runs', fact: 'asked', right: 0 },
  ])
}
