import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { seen } from '../measure/origin.ts'
import { Comparison } from '../origin/comparison.ts'

/** A large body whose connection breaks three times. Setting: `path`, `size`. */
export async function cut({ client, setting, origin, folder }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder })
  const url = `${origin}${setting.path}`
  const size = Number(setting.size)
  const comparison = new Comparison()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  let end = 'whole'
  try {
    if (cache.stream === undefined) comparison.take(await cache.bytes(url))
    else for await (const chunk of await cache.stream(url)) comparison.take(chunk)
  } catch (error) {
    end = `fails: ${(error as Error).message.slice(0, 60)}`
  }
  const s = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const { requests, bytes } = await seen(url)
  const body = end === 'whole' ? comparison.told(size) : end
  return { s, cpu: (user + system) / 1e6, requests, sent: bytes / size, body }
}
