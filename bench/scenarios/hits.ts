import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { inRounds, type Measure } from '../measure/rounds.ts'
import { type Column, figures, type Words } from '../measure/table.ts'
import { judged, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'

const task = 'hit'

/** What is measured of every tier. Where a body is large, collections are the cost, and a p50 would hide them. */
export const HIT_MEASURES: readonly Omit<Measure, 'clients'>[] = [
  { name: '1 KB json', task, setting: { path: '/json/1024/a', read: 'json', cost: 'latency', ms: 400 } },
  { name: '1 KB bytes', task, setting: { path: '/bytes/1024/a', read: 'bytes', cost: 'latency', ms: 400 } },
  { name: '100 KB', task, setting: { path: '/bytes/102400/a', read: 'bytes', cost: 'cpu', ms: 500 } },
  { name: '1 MB', task, setting: { path: '/bytes/1048576/a', read: 'bytes', cost: 'cpu', ms: 700 } },
  { name: 'left', task, setting: { path: '/bytes/1024/a', read: 'bytes', cost: 'held' }, every: 'once' },
]

export function hitColumns(base: string): Column[] {
  return [
    { title: '1 KB json p50 µs', measure: '1 KB json', fact: 'p50', base },
    { title: '1 KB bytes p50 µs', measure: '1 KB bytes', fact: 'p50', base },
    { title: '100 KB CPU µs', measure: '100 KB', fact: 'cpu', base },
    { title: '1 MB CPU µs', measure: '1 MB', fact: 'cpu', base },
    { title: 'left B a hit', measure: 'left', fact: 'held' },
  ]
}

/** The hits of these clients, beside an origin that counts; table and verdicts by `targets`. */
export function hitsOf(
  clients: readonly string[],
  base: string,
  targets: readonly Target[],
): Omit<Scenario<Measured>, 'name' | 'question'> {
  return {
    run: async (run) => {
      await using origin = await startOrigin()
      const measures = HIT_MEASURES.map((measure) => ({ ...measure, clients }))
      // Awaited here: the origin goes when this ends.
      return await inRounds({ measures, versionOf, origin: origin.url, rounds: 5 }, run)
    },
    table: (lines) => [...judged(lines, targets), '', ...figures(lines, hitColumns(base), PROOF), ''].join('\n'),
    verdicts: (lines) => verdicts(lines, targets),
  }
}

export const PROOF: readonly Words[] = [
  { title: 'body', fact: 'body', right: 'exact' },
  { title: 'origin asked', fact: 'asked', right: 0 },
]
