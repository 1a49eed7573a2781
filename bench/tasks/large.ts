import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Cache } from '../caches/cache.ts'
import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { seen } from '../measure/origin.ts'
import { blockOf } from '../origin/body.ts'
import { Comparison } from '../origin/comparison.ts'

/** One large body, read to its end by as many as `readers`. Setting: `path`, `size`, `readers`. Peak RSS is of the whole process. */
export async function large({ client, setting, origin, folder }: Job): Promise<Facts> {
  const url = `${origin}${setting.path}`
  const { size, readers = 1 } = setting
  const before = await seen(url)
  const block = blockOf()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const start = { cpu: process.cpuUsage(), wall: performance.now() }
  const all = Array.from({ length: Number(readers) }, () => new Comparison(block))
  const bodies = await (client === 'base:disk'
    ? [await toDisk(url, join(folder, 'base'), Number(size))]
    : throughCache({ client, folder }, url, all).then(() => all.map((one) => one.told(Number(size)))))
  const s = (performance.now() - start.wall) / 1000
  const { user, system } = process.cpuUsage(start.cpu)
  delay.disable()
  const mb = process.resourceUsage().maxRSS / 1024
  const asked = (await seen(url)).requests - before.requests
  return {
    s,
    cpu: (user + system) / 1e6,
    mb,
    delay: delay.percentile(99) / 1e6,
    asked,
    body: bodies.every((body) => body === 'exact') ? 'exact' : 'corrupt',
  }
}

/** Plain fetch, piped to a file: what everything here is a ratio of. It does nothing else, and compares nothing but the length. */
async function toDisk(url: string, file: string, size: number): Promise<string> {
  const { body } = await fetch(url)
  if (body === null) throw new Error('the answer has no body')
  await pipeline(Readable.fromWeb(body), createWriteStream(file))
  return (await stat(file)).size === size ? 'exact' : 'corrupt'
}

async function throughCache(
  { client, folder }: Pick<Job, 'client' | 'folder'>,
  url: string,
  all: readonly Comparison[],
): Promise<void> {
  await using cache = await openCache(client, { folder })
  await Promise.all(all.map((comparison) => drained(cache, url, comparison)))
}

async function drained(cache: Cache, url: string, comparison: Comparison): Promise<void> {
  if (cache.stream === undefined) comparison.take(await cache.bytes(url))
  else for await (const chunk of await cache.stream(url)) comparison.take(chunk)
}
