import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { type Column, figures } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const LIMIT = 'limit-map:response'
const MEMORY = 'holdfast:memory'
const SQLITE = 'holdfast:sqlite'
const ROWS = 'limit-sqlite:response'
const CLIENTS = [LIMIT, ROWS, MEMORY, SQLITE]

/** A million takes minutes, and gigabytes: only where it is asked for. */
const IS_FULL = process.env.BENCH_FULL === '1'
const ENTRIES = [1_000, 10_000, 100_000, ...(IS_FULL ? [1_000_000] : [])]
const VERSIONS = [1, 10, 100, 1_000]

const entriesOf = (count: number): string => `${count.toLocaleString('en')} entries`
const versionsOf = (count: number): string => `${count.toLocaleString('en')} versions`
const latest = IS_FULL ? 1_200_000 : 400_000

const MEASURES: readonly Measure[] = [
  ...ENTRIES.map((entries) => ({
    name: entriesOf(entries),
    task: 'growth',
    setting: { entries, ms: 400, latest },
    clients: CLIENTS,
  })),
  ...VERSIONS.map((count) => ({
    name: versionsOf(count),
    task: 'versions',
    setting: { count, ms: 300, latest },
    clients: [MEMORY, SQLITE],
  })),
]

function grown(client: string, most: number): Pick<Target, 'client' | 'measure' | 'fact' | 'base' | 'others'> {
  const base = { client, measure: entriesOf(1_000), fact: 'p50' }
  return { ...base, measure: entriesOf(most), base, others: 'none' }
}

const among = { measure: entriesOf(10_000), fact: 'p50' }
const each = { measure: entriesOf(10_000), fact: 'each' }
const TARGETS: readonly Target[] = [
  {
    name: 'memory per entry of 1 KB, at 10,000',
    client: MEMORY,
    ...each,
    base: { client: LIMIT, ...each },
    gate: 1,
    stretch: 0.75,
  },
  // Hits on one place are in memory and sqlite: what is looked at again and again may be held decoded, and this is the other case.
  {
    name: 'hit among 10,000, each in its turn, SQLite, p50',
    client: SQLITE,
    ...among,
    base: { client: ROWS, ...among },
    gate: 1.3,
    stretch: 0.7,
  },
  { name: 'hit at 100,000 entries over 1,000, memory, p50', ...grown(MEMORY, 100_000), gate: 1.6 },
  { name: 'hit at 100,000 entries over 1,000, SQLite, p50', ...grown(SQLITE, 100_000), gate: 1.3 },
]

export const growth: Scenario<Measured> = {
  name: 'growth',
  question: 'what does a hit cost among many entries, and many versions?',
  run: (run) => inRounds({ measures: MEASURES, versionOf, origin: '', rounds: 1 }, run),
  table: (lines) => [...judged(lines, TARGETS), '', ...entriesTable(lines), '', ...versionsTable(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(lines, TARGETS),
}

function entriesTable(lines: readonly Measured[]): string[] {
  const columns = ENTRIES.flatMap((count): Column[] => {
    const measure = entriesOf(count)
    return [
      { title: `${measure}: p50 µs`, measure, fact: 'p50', base: LIMIT },
      { title: 'B each', measure, fact: 'each', base: LIMIT },
      { title: 'on disk', measure, fact: 'disk' },
      { title: 'filled per s', measure, fact: 'perSecond' },
    ]
  })
  return figures(lines, columns, [
    { title: 'body', fact: 'body', right: 'exact' },
    { title: 'origin asked', fact: 'asked', right: 0 },
  ])
}

function versionsTable(lines: readonly Measured[]): string[] {
  const columns = VERSIONS.flatMap((count): Column[] => {
    const measure = versionsOf(count)
    return [
      { title: `${measure}: hit p50 µs`, measure, fact: 'p50' },
      { title: 'one more, CPU µs', measure, fact: 'change' },
    ]
  })
  return figures(
    lines.filter(({ client }) => client.startsWith('holdfast')),
    columns,
  )
}
