import { versionOf } from '../caches/roster.ts'
import type { Measured } from '../measure/measured.ts'
import { startOrigin } from '../measure/origin.ts'
import { withRedis } from '../measure/redis.ts'
import { inRounds } from '../measure/rounds.ts'
import { figures } from '../measure/table.ts'
import { judged, overBase, type Target, verdicts } from '../measure/target.ts'
import type { Scenario } from '../scenario.ts'
import { HIT_MEASURES, hitColumns, PROOF } from './hits.ts'

const LIMIT = 'limit-redis:response'
const CLIENTS = [LIMIT, 'holdfast:redis', 'cacheable-net:redis', 'got-cache:redis']

const over = overBase('holdfast:redis', LIMIT)
const TARGETS: readonly Target[] = [
  { name: 'Redis hit 1 KB .json(), p50', ...over('1 KB json', 'p50'), gate: 1.3, stretch: 1 },
  { name: 'Redis hit 1 KB .arrayBuffer(), p50', ...over('1 KB bytes', 'p50'), gate: 1.3, stretch: 1 },
  { name: 'Redis hit 1 KB .arrayBuffer(), CPU', ...over('1 KB bytes', 'cpu'), gate: 1.3, stretch: 1 },
  { name: 'Redis hit 100 KB, p50', ...over('100 KB, p50', 'p50'), gate: 1.3, stretch: 1 },
]

export const redis: Scenario<Measured> = {
  name: 'redis',
  question: 'what does a hit in Redis cost?',
  run: (run) =>
    withRedis(run, async (redis) => {
      await using origin = await startOrigin()
      const latency = { path: '/bytes/102400/a', read: 'bytes', cost: 'latency', ms: 500 }
      const measures = [...HIT_MEASURES, { name: '100 KB, p50', task: 'hit', setting: latency }]
      const all = measures.map((measure) => ({ ...measure, clients: CLIENTS }))
      return await inRounds({ measures: all, versionOf, origin: origin.url, redis, rounds: 3 }, run)
    }),
  table: (lines) => {
    const columns = [
      ...hitColumns(LIMIT),
      { title: '100 KB p50 µs', measure: '100 KB, p50', fact: 'p50', base: LIMIT },
      { title: '1 KB bytes CPU µs', measure: '1 KB bytes', fact: 'cpu', base: LIMIT },
    ]
    return [...judged(lines, TARGETS), '', ...figures(lines, columns, PROOF), ''].join('\n')
  },
  verdicts: (lines) => verdicts(lines, TARGETS),
}
