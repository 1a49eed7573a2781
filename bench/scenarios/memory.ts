import type { Measured } from '../measure/measured.ts'
import { overBase, type Target } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'
import { hitsOf } from './hits.ts'

const LIMIT = 'limit-map:response'
const OURS = 'holdfast:memory'
const CLIENTS = [
  LIMIT,
  OURS,
  'undici-cache:memory',
  'cacheable-net:memory',
  'node-fetch-cache:memory',
  'axios-cache:memory',
  'got-cache:memory',
  'make-fetch-happen:disk',
]

const over = overBase(OURS, LIMIT)

const TARGETS: readonly Target[] = [
  { name: 'memory hit 1 KB .json(), p50', ...over('1 KB json', 'p50'), gate: 1.2, stretch: 0.6 },
  { name: 'memory hit 1 KB .arrayBuffer(), p50', ...over('1 KB bytes', 'p50'), gate: 1.2, stretch: 0.5 },
  { name: 'memory hit 100 KB, CPU', ...over('100 KB', 'cpu'), gate: 1.1, stretch: 0.35 },
  { name: 'memory hit 1 MB, CPU', ...over('1 MB', 'cpu'), gate: 1.1, stretch: 0.4 },
  { name: 'left on the heap by a hit', client: OURS, measure: 'left', fact: 'held', gate: 64, unit: ' B' },
]

export const memory: Scenario<Measured> = {
  name: 'memory',
  question: 'what does a hit in memory cost?',
  ...hitsOf(CLIENTS, LIMIT, TARGETS),
}
