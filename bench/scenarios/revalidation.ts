import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, overBase, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const BASE = 'by-hand:etag'
const CLIENTS = [
  BASE,
  'plain:undici',
  'holdfast:memory',
  'holdfast:sqlite',
  'undici-cache:memory',
  'undici-cache:sqlite',
  'cacheable-net:memory',
  'axios-cache:memory',
  'got-cache:memory',
  'make-fetch-happen:disk',
]
const NAME = '304'
const MEASURES: readonly Measure[] = [
  { name: NAME, task: 'revalidation', setting: { path: '/bytes/102400/a?cache=no-cache', ms: 600 }, clients: CLIENTS },
]

const of = (client: string, fact: string): Pick<Target, 'client' | 'measure' | 'fact'> => ({ client, measure: NAME, fact })
const TARGETS: readonly Target[] = [
  { name: 'revalidation 100 KB, memory, p50', ...overBase('holdfast:memory', BASE)(NAME, 'p50'), gate: 1.25, stretch: 1.1 },
  { name: 'revalidation 100 KB, memory, CPU', ...overBase('holdfast:memory', BASE)(NAME, 'cpu'), gate: 1.25, stretch: 1.1 },
  { name: 'revalidation 100 KB, memory, requests per call', ...of('holdfast:memory', 'asked'), gate: 1 },
  { name: 'revalidation 100 KB, SQLite, p50', ...overBase('holdfast:sqlite', BASE)(NAME, 'p50'), gate: 1.25, stretch: 1.1 },
]

export const revalidation: Scenario<Measured> = {
  name: 'revalidation',
  question: 'what does it cost to be told that 100 KB have not changed?',
  run: async (run) => {
    await using origin = await startOrigin()
    return await inRounds({ measures: MEASURES, versionOf, origin: origin.url, rounds: 3 }, run)
  },
  table: (lines) => [...judged(lines, TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

function tableOf(lines: readonly Measured[]): string[] {
  return figures(
    lines,
    [
      { title: 'p50 µs', measure: NAME, fact: 'p50', base: BASE },
      { title: 'CPU µs', measure: NAME, fact: 'cpu', base: BASE },
      { title: '304 per call', measure: NAME, fact: 'notModified' },
      { title: 'requests per call', measure: NAME, fact: 'asked' },
    ],
    [{ title: 'body', fact: 'body', right: 'exact' }],
  )
}
