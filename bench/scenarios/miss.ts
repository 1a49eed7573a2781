import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { type Column, figures } from '../measure/table.ts'
import { judged, overBase, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const BASE = 'plain:undici'
const CLIENTS = [
  BASE,
  'limit-map:response',
  'limit-sqlite:response',
  'limit-sqlite:batched',
  'holdfast:memory',
  'holdfast:sqlite',
  'holdfast:memory~paced',
  'undici-cache:memory',
  'undici-cache:sqlite',
  'cacheable-net:memory',
  'node-fetch-cache:memory',
  'axios-cache:memory',
  'got-cache:memory',
  'make-fetch-happen:disk',
]

const ALONE = 'one after the other'
const BESIDE = '8 at once'
const MEASURES: readonly Measure[] = [
  { name: ALONE, task: 'miss', setting: { count: 2_000, atOnce: 1, latest: 200_000 }, clients: CLIENTS },
  { name: BESIDE, task: 'miss', setting: { count: 2_000, atOnce: 8, latest: 200_000 }, clients: CLIENTS },
]

const memory = overBase('holdfast:memory', BASE)
const sqlite = overBase('holdfast:sqlite', BASE)
const TARGETS: readonly Target[] = [
  { name: `miss 1 KB, memory tier, ${ALONE}, CPU`, ...memory(ALONE, 'cpu'), gate: 1.45, stretch: 1 },
  { name: `miss 1 KB, memory tier, ${BESIDE}, CPU`, ...memory(BESIDE, 'cpu'), gate: 1.45, stretch: 1 },
  { name: `miss 1 KB, SQLite tier, ${ALONE}, CPU`, ...sqlite(ALONE, 'cpu'), gate: 1.9, stretch: 1.4 },
  { name: `miss 1 KB, SQLite tier, ${BESIDE}, CPU`, ...sqlite(BESIDE, 'cpu'), gate: 1.9, stretch: 1.4 },
]

const COLUMNS: readonly Column[] = [
  { title: `${ALONE}: CPU µs`, measure: ALONE, fact: 'cpu', base: BASE },
  { title: 'per s', measure: ALONE, fact: 'perSecond' },
  { title: `${BESIDE}: CPU µs`, measure: BESIDE, fact: 'cpu', base: BASE },
  { title: 'per s', measure: BESIDE, fact: 'perSecond' },
]

export const miss: Scenario<Measured> = {
  name: 'miss',
  question: 'what does a download of 1 KB cost that is kept?',
  run: async (run) => {
    await using origin = await startOrigin()
    return await inRounds({ measures: MEASURES, versionOf, origin: origin.url, rounds: 3 }, run)
  },
  table: (lines) =>
    [...judged(lines, TARGETS), '', ...figures(lines, COLUMNS, [{ title: 'body', fact: 'body', right: 'exact' }]), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}
