import { test } from 'vitest'
import { join } from 'node:path'
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { folder as folderStore } from '../../../../adapters/stores/folder.ts'
import { keyv } from '../../../../adapters/stores/keyv.ts'
import { redis } from '../../../../adapters/stores/redis.ts'
import Keyv from 'keyv'
import { startRedis } from '../../../helpers/redis.ts'
import { anOrigin, folder } from '../given.ts'
import { run, type Mishap } from './runs.ts'
import { SCENARIOS } from './scenarios.ts'

test('try', async () => {
  const origin = await anOrigin()
  const kind = process.env.KIND ?? 'file'
  const server = kind === 'redis' ? await startRedis() : undefined
  const store = kind === 'file' || kind === 'both' ? sqlite(join(folder(), 'c.db')) : kind === 'mem' ? sqlite(':memory:') : kind === 'folder' ? folderStore(folder()) : kind === 'keyv' ? keyv(new Keyv()) : redis(server!.url)
  const tiers = kind === 'both' ? (s: any) => [memory(), s] : (s: any) => [s]
  const mishaps = (process.env.MISHAPS ?? 'throw,hang,lie,stale,other,flip,truncate,twice').split(',')
  const bad = new Map<string, number>()
  let total = 0
  for (const scenario of SCENARIOS) {
    if (process.env.SC && !scenario.name.includes(process.env.SC)) continue
    const since = performance.now()
    let count = 0
    for (const mishap of mishaps as Mishap[]) {
      for (let n = 1; n < 80; n += 1) {
        const o = await run({ store, tiers, origin }, scenario, { mishap, n })
        count++
        if (n === 1 && mishap === 'throw' && process.env.SHOW) console.log(scenario.name, o)
        if (o.caller !== scenario.gives) console.log(`CALLER ${scenario.name} / ${mishap} ${n} ${o.operation}: ${o.caller}`)
        const last = o.later.at(-1) ?? ''
        if ((!['old', 'new'].includes(last) || o.later.length > 1) && !(scenario.had === 'nothing' && last.includes('NOT_CACHED'))) console.log(`later ${scenario.name} / ${mishap} ${n} ${o.operation}: ${o.later.join(' | ').slice(0, 250)}`)
        if (o.struck === 0) break
      }
    }
    total += count
    console.log(`-- ${scenario.name}: ${count} runs, ${Math.round(performance.now() - since)} ms`)
  }
  await store.close()
  await server?.[Symbol.asyncDispose]()
  console.log(total)
}, 300_000)
