import type { Cache } from '../caches/cache.ts'
import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { seen } from '../measure/origin.ts'
import { held, latency, processorTime } from '../measure/sampling.ts'
import { bodyAt } from '../origin/body.ts'

/** Milliseconds after the first answer: writes behind are down then. */
const SETTLES = 60

/** What a hit costs. Setting: `path`, `read` ('json' or 'bytes'), `cost` ('latency', 'cpu' or 'held'), `ms`. */
export async function hit({ client, setting, origin, folder, redis }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder, redis })
  const url = `${origin}${setting.path}`
  const call = setting.read === 'json' ? () => cache.json(url) : () => cache.bytes(url)
  for (let left = 3; left > 0; left--) {
    await call()
    await new Promise((resolve) => setTimeout(resolve, SETTLES))
  }
  const body = await sameAs(cache, { url, path: String(setting.path), read: String(setting.read) })
  const before = await seen(url)
  const facts = await costOf(call, setting)
  const after = await seen(url)
  return { ...facts, body, asked: after.requests - before.requests }
}

async function costOf(call: () => Promise<unknown>, { cost, ms }: Job['setting']): Promise<Facts> {
  const sampling = { ms: Number(ms) }
  if (cost === 'latency') return latency(call, sampling)
  if (cost === 'cpu') return processorTime(call, sampling)
  return { held: await held(call) }
}

/** Compared byte for byte, with what the origin has there. */
async function sameAs(cache: Cache, { url, path, read }: { url: string; path: string; read: string }): Promise<string> {
  const right = bodyAt(path)
  const got = read === 'json' ? Buffer.from(JSON.stringify(await cache.json(url))) : Buffer.from(await cache.bytes(url))
  return got.equals(right) ? 'exact' : 'corrupt'
}
