import type { Figure } from '../../measure/measured.ts'
import type { Column } from '../../measure/table.ts'
import type { Target } from '../../measure/target.ts'

export const BASE = 'base:disk'

/** What is warm is a ratio of the cold download by plain fetch, which has no other. */
function to(client: string, measure: string, fact: string): Figure & { base: Figure } {
  return { client, measure, fact, base: { client: BASE, measure: measure.replace('warm', 'cold'), fact } }
}

function targetsOf(client: string): Target[] {
  const [, tier = ''] = client.split(':')
  return [
    { name: `512 MB cold, ${tier}, time`, ...to(client, '512 MB cold', 's'), gate: 1.15, stretch: 0.85 },
    { name: `512 MB cold, ${tier}, peak RSS`, ...to(client, '512 MB cold', 'mb'), gate: 1.25, stretch: 1.1 },
    { name: `512 MB warm, ${tier}, time`, ...to(client, '512 MB warm', 's'), gate: 0.5, stretch: 0.3 },
    { name: `512 MB warm, ${tier}, peak RSS`, ...to(client, '512 MB warm', 'mb'), gate: 1.25, stretch: 1 },
  ]
}

function targetsAtThreeTimes(client: string): Target[] {
  const [, tier = ''] = client.split(':')
  return [
    { name: `1,536 MB cold, ${tier}, peak RSS`, ...to(client, '1,536 MB cold', 'mb'), gate: 1.25, stretch: 1.1 },
    { name: `1,000 readers, ${tier}, peak RSS`, ...to(client, 'readers cold', 'mb'), gate: 1.25 },
  ]
}

export const TARGETS: readonly Target[] = [
  ...['holdfast:folder', 'holdfast:sqlite', 'holdfast:folder~streaming', 'holdfast:sqlite~streaming'].flatMap(targetsOf),
  ...['holdfast:folder', 'holdfast:sqlite'].flatMap(targetsAtThreeTimes),
]

const cold = (measure: string): Column[] => [
  { title: `${measure} s`, measure, fact: 's', base: BASE },
  { title: 'CPU s', measure, fact: 'cpu', base: BASE },
  { title: 'peak RSS MB', measure, fact: 'mb', base: BASE },
  { title: 'loop delay p99 ms', measure, fact: 'delay' },
  { title: 'origin asked', measure, fact: 'asked' },
]

const warm = (measure: string): Column[] => [
  { title: `${measure} s`, measure, fact: 's' },
  { title: 'peak RSS MB', measure, fact: 'mb' },
  { title: 'origin asked', measure, fact: 'asked' },
]

export const COLUMNS: readonly Column[] = [
  ...cold('512 MB cold'),
  ...warm('512 MB warm'),
  ...cold('1,536 MB cold'),
  ...cold('readers cold'),
]
