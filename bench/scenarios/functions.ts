import { figureOf, type Measured } from '../measure/measured.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import { versionOf } from '../memos/roster.ts'
import type { Scenario } from '../scenario.ts'

const LIMIT = 'limit:map'
const SHARED = 'holdfast:share'
const COPIED = 'holdfast:copy'
/** The client under which the difference of two is told. */
const ADDED = 'holdfast:copy - holdfast:share'
const NAME = 'hit'
const CLIENTS = [
  LIMIT,
  'limit:entry',
  'limit:clone',
  SHARED,
  COPIED,
  'lru-cache',
  'p-memoize',
  'memoizee',
  'bentocache',
  'bentocache:noserialize',
  'cacheable:wrap',
  'cacheable',
  'cache-manager',
]

const MEASURES: readonly Measure[] = [
  { name: NAME, task: 'function-hit', setting: { keys: 1_000, size: 1024, ms: 400 }, clients: CLIENTS },
]

const figure = (client: string) => ({ client, measure: NAME, fact: 'p50' }) as const

const TARGETS: readonly Target[] = [
  { name: 'function hit, one object for all, p50', ...figure(SHARED), base: figure(LIMIT), gate: 4, stretch: 2.2 },
  { name: 'what copying adds, over structuredClone', ...figure(ADDED), gate: 1.2, others: 'none' },
]

/** What copying adds to a hit, over what structuredClone adds to a Map, by rounds. */
function withDifference(lines: readonly Measured[]): Measured[] {
  const rounds = [...new Set(lines.map(({ round }) => round))]
  const at = (client: string, round: number): number =>
    figureOf(
      lines.filter((line) => line.round === round),
      figure(client),
    ) ?? Number.NaN
  const added = rounds.map((round): Measured => {
    const ratio = (at(COPIED, round) - at(SHARED, round)) / (at('limit:clone', round) - at(LIMIT, round))
    return { client: ADDED, version: '', measure: NAME, round, facts: { p50: ratio } }
  })
  return [...lines, ...added]
}

export const functions: Scenario<Measured> = {
  name: 'functions',
  question: 'what does a hit of a function with kept results cost?',
  run: (run) => inRounds({ measures: MEASURES, versionOf, origin: '', rounds: 5 }, run),
  table: (lines) => [...judged(withDifference(lines), TARGETS), '', ...tableOf(lines), ''].join('\n'),
  verdicts: (lines) => verdicts(withDifference(lines), TARGETS),
}

function tableOf(lines: readonly Measured[]): string[] {
  return figures(
    lines,
    [
      { title: 'p50 ns', measure: NAME, fact: 'p50', base: LIMIT },
      { title: 'CPU ns', measure: NAME, fact: 'cpu', base: LIMIT },
      { title: 'p99 ns, of 20 calls', measure: NAME, fact: 'p99', base: LIMIT },
    ],
    [
      { title: 'value', fact: 'body', right: 'exact' },
      { title: 'runs', fact: 'asked', right: 0 },
      { title: 'object', fact: 'object', right: 'same' },
    ],
  )
}
