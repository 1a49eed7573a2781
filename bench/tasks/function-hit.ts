import { basename } from 'node:path'
import type { Facts, Job } from '../measure/job.ts'
import { latency } from '../measure/sampling.ts'
import type { Value } from '../memos/memo.ts'
import { memoized } from '../memos/roster.ts'
import { jsonOf } from '../origin/body.ts'

/** So many calls between two looks at the clock, which take as long as the fastest of them. */
const BATCH = 20

/** A hit of a function whose results are kept, over so many keys in turn. Setting: `keys`, `size` of the value as JSON, `ms`. */
export async function functionHit({ client, setting, folder, redis }: Job): Promise<Facts> {
  let runs = 0
  const resultOf = (id: string): Value => JSON.parse(jsonOf(id, Number(setting.size))) as Value
  const call = await memoized(
    client,
    (id) => {
      runs++
      return Promise.resolve(resultOf(id))
    },
    { folder, redis },
  )
  // Nobody else's: all clients and rounds of a scenario share one Redis.
  const ids = Array.from({ length: Number(setting.keys) }, (_, number) => `${basename(folder)}-${number}`)
  for (const id of ids) await call(id)
  const [first = ''] = ids
  const right = JSON.stringify(await call(first)) === JSON.stringify(resultOf(first))
  const [one, two] = [await call(first), await call(first)]
  const before = runs
  let turn = 0
  const facts = await latency(() => call(ids[turn++ % ids.length] ?? ''), { ms: Number(setting.ms), batch: BATCH })
  return {
    p50: 1000 * facts.p50,
    p99: 1000 * facts.p99,
    cpu: 1000 * facts.cpu,
    body: right ? 'exact' : 'wrong',
    asked: runs - before,
    object: one === two ? 'same' : 'copy',
  }
}
