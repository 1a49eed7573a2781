import type { Measured } from '../measure/measured.ts'
import { overBase, type Target } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'
import { hitsOf } from './hits.ts'

const LIMIT = 'limit-sqlite:response'
const CLIENTS = [
  LIMIT,
  'holdfast:sqlite',
  'holdfast:folder',
  'undici-cache:sqlite',
  'node-fetch-cache:disk',
  'make-fetch-happen:disk',
]

const over = overBase('holdfast:sqlite', LIMIT)
const TARGETS: readonly Target[] = [
  { name: 'SQLite hit 1 KB .json(), p50', ...over('1 KB json', 'p50'), gate: 1.3, stretch: 0.7 },
  { name: 'SQLite hit 1 KB .arrayBuffer(), p50', ...over('1 KB bytes', 'p50'), gate: 1.3, stretch: 0.7 },
  { name: 'SQLite hit 100 KB, CPU', ...over('100 KB', 'cpu'), gate: 1.2, stretch: 0.4 },
  { name: 'SQLite hit 1 MB, CPU', ...over('1 MB', 'cpu'), gate: 1.2, stretch: 0.5 },
]

export const sqlite: Scenario<Measured> = {
  name: 'sqlite',
  question: 'what does a hit on disk cost?',
  ...hitsOf(CLIENTS, LIMIT, TARGETS),
}
