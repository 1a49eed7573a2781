import { basename } from 'node:path'
import type { Facts, Job } from '../measure/job.ts'
import type { Fn, Value } from '../memos/memo.ts'
import { memoized } from '../memos/roster.ts'
import { jsonOf } from '../origin/body.ts'

/** Milliseconds after the filling: what is written behind is there then. */
const SETTLES = 500

/** Hits in the second tier: each key is read once, by an instance whose memory is empty. Setting: `keys`, `size`. */
export async function tieredHit({ client, setting, folder, redis }: Job): Promise<Facts> {
  let runs = 0
  const resultOf = (id: string): Value => JSON.parse(jsonOf(id, Number(setting.size))) as Value
  const fn: Fn = (id) => {
    runs++
    return Promise.resolve(resultOf(id))
  }
  // Nobody else's: all clients and rounds share one Redis.
  const ids = Array.from({ length: Number(setting.keys) }, (_, number) => `${basename(folder)}-${number}`)
  const filling = await memoized(client, fn, { folder, redis })
  for (const id of ids) await filling(id)
  await new Promise((resolve) => setTimeout(resolve, SETTLES))
  const before = runs
  const call = await memoized(client, fn, { folder, redis })
  const cpu = process.cpuUsage()
  const samples: number[] = []
  let wrong = 0
  for (const [number, id] of ids.entries()) {
    const startedAt = performance.now()
    const value = await call(id)
    samples.push(performance.now() - startedAt)
    if (number % 50 === 0 && JSON.stringify(value) !== JSON.stringify(resultOf(id))) wrong++
  }
  const { user, system } = process.cpuUsage(cpu)
  samples.sort((a, b) => a - b)
  const p50 = 1000 * (samples[samples.length >> 1] ?? Number.NaN)
  return { p50, cpu: (user + system) / samples.length, asked: runs - before, body: wrong === 0 ? 'exact' : 'wrong' }
}
