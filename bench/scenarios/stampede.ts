import { versionOf as cacheVersion } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import { versionOf as memoVersion } from '../memos/roster.ts'
import type { Scenario } from '../scenario.ts'

const FETCHING = [
  'plain:undici',
  'limit-map:flight',
  'holdfast:memory',
  'holdfast:sqlite',
  'undici-cache:memory',
  'cacheable-net:memory',
  'node-fetch-cache:memory',
  'axios-cache:memory',
  'got-cache:memory',
  'make-fetch-happen:disk',
]
const CALLING = [
  'limit:entry',
  'holdfast:share',
  'holdfast:copy',
  'lru-cache',
  'p-memoize',
  'memoizee',
  'bentocache',
  'cacheable',
  'cache-manager',
]

const setting = { callers: 1_000, wait: 200 }
const FETCH: Measure = { name: 'fetch', task: 'stampede', setting, clients: FETCHING }
const CALL: Measure = { name: 'function', task: 'function-stampede', setting, clients: CALLING }

const of = (client: string, measure: string, fact: string): Pick<Target, 'client' | 'measure' | 'fact'> => ({
  client,
  measure,
  fact,
})
const TARGETS: readonly Target[] = [
  { name: 'stampede, fetch, origin calls', ...of('holdfast:memory', 'fetch', 'calls'), gate: 1 },
  {
    name: 'stampede, fetch, time over 200 ms',
    ...of('holdfast:memory', 'fetch', 'times'),
    tells: 'machine',
    gate: 1.2,
    stretch: 1.12,
  },
  { name: 'stampede, fetch, SQLite, origin calls', ...of('holdfast:sqlite', 'fetch', 'calls'), gate: 1 },
  {
    name: 'stampede, fetch, SQLite, time over 200 ms',
    ...of('holdfast:sqlite', 'fetch', 'times'),
    tells: 'machine',
    gate: 1.2,
    stretch: 1.12,
  },
  { name: 'stampede, fetch, (200 ms + CPU) over 200 ms', ...of('holdfast:memory', 'fetch', 'alone'), gate: 1.2, stretch: 1.12 },
  { name: 'stampede, function, calls', ...of('holdfast:share', 'function', 'calls'), gate: 1 },
  { name: 'stampede, function, time over 200 ms', ...of('holdfast:share', 'function', 'times'), tells: 'machine', gate: 1.05 },
  { name: 'stampede, function, (200 ms + CPU) over 200 ms', ...of('holdfast:share', 'function', 'alone'), gate: 1.05 },
]

export const stampede: Scenario<Measured> = {
  name: 'stampede',
  question: '1,000 callers at once, and an origin that takes 200 ms: how often is it asked, and how long do they wait?',
  run: async (run) => {
    await using origin = await startOrigin()
    const plan = { origin: origin.url, rounds: 3 }
    const fetching = await inRounds({ ...plan, measures: [FETCH], versionOf: cacheVersion }, run)
    return [...fetching, ...(await inRounds({ ...plan, measures: [CALL], versionOf: memoVersion }, run))]
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines, 'fetch'), '', ...tableOf(lines, 'function'), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

function tableOf(lines: readonly Measured[], measure: string): string[] {
  return figures(
    lines.filter((line) => line.measure === measure),
    [
      { title: `${measure}: calls`, measure, fact: 'calls' },
      { title: 'ms', measure, fact: 'ms' },
      { title: 'over 200 ms', measure, fact: 'times' },
      { title: '(200 ms + CPU) over 200 ms', measure, fact: 'alone' },
      { title: 'wrong or failed', measure, fact: 'wrong' },
    ],
  )
}
