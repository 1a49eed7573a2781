import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { seen } from '../measure/origin.ts'
import { memoized } from '../memos/roster.ts'
import { bodyAt, jsonOf } from '../origin/body.ts'

/** Callers who come before, to another place that answers at once: code is compiled, a connection stands. */
const WARM_UP = 50

/** All callers at once. Setting: `callers`, `wait` of the origin in ms. */
export async function stampede({ client, setting, origin, folder, redis }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder, redis })
  const read = (path: string) => async (): Promise<Buffer> => Buffer.from(await cache.bytes(`${origin}${path}`))
  await Promise.all(Array.from({ length: WARM_UP }, read('/json/1024/warm')))
  // Neither clients nor rounds share a path: the origin counts for this one alone.
  const path = `/json/1024/${encodeURIComponent(folder)}`
  const asked = `${path}?wait=${setting.wait}`
  const all = await together(read(asked), { callers: Number(setting.callers), right: bodyAt(path), wait: Number(setting.wait) })
  return { ...all, calls: (await seen(`${origin}${asked}`)).requests }
}

/** The same of a function. */
export async function functionStampede({ client, setting, folder, redis }: Job): Promise<Facts> {
  let calls = 0
  const wait = Number(setting.wait)
  const slow = async (id: string): Promise<object> => {
    if (id === 'warm') return {}
    calls++
    await new Promise((resolve) => setTimeout(resolve, wait))
    return JSON.parse(jsonOf(id, 1024)) as object
  }
  const call = await memoized(client, slow, { folder, redis })
  await Promise.all(Array.from({ length: WARM_UP }, () => call('warm')))
  const read = async (): Promise<Buffer> => Buffer.from(JSON.stringify(await call('cold')))
  return {
    ...(await together(read, { callers: Number(setting.callers), right: Buffer.from(jsonOf('cold', 1024)), wait })),
    calls,
  }
}

async function together(
  read: () => Promise<Buffer>,
  { callers, right, wait }: { callers: number; right: Buffer; wait: number },
): Promise<{ ms: number; times: number; alone: number; wrong: number }> {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const came = await Promise.allSettled(Array.from({ length: callers }, read))
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  // What it would take on a machine of its own: the wait, and the processor's time.
  const alone = (wait + (user + system) / 1000) / wait
  const wrong = came.filter((one) => one.status === 'rejected' || !one.value.equals(right)).length
  return { ms, times: ms / wait, alone, wrong }
}
