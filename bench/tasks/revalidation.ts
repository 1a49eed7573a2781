import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { seen } from '../measure/origin.ts'
import { latency } from '../measure/sampling.ts'
import { bodyAt } from '../origin/body.ts'

/** An answer that is asked about each time, and has not changed. Setting: `path`, `ms`. */
export async function revalidation({ client, setting, origin, folder }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder })
  const url = `${origin}${setting.path}`
  await cache.bytes(url)
  const before = await seen(url)
  let calls = 0
  const call = (): Promise<Uint8Array> => {
    calls++
    return cache.bytes(url)
  }
  const { p50, cpu } = await latency(call, { ms: Number(setting.ms) })
  const after = await seen(url)
  const body = bodyAt(String(setting.path)).equals(await cache.bytes(url)) ? 'exact' : 'corrupt'
  return {
    p50,
    cpu,
    notModified: (after.notModified - before.notModified) / calls,
    asked: (after.requests - before.requests) / calls,
    body,
  }
}
