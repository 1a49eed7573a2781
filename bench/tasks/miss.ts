import type { Cache } from '../caches/cache.ts'
import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { bodyAt } from '../origin/body.ts'

/** So many before the clock runs: the code is compiled, and the connections stand. */
const WARM_UP = 1_000
/** Milliseconds after the last answer, in which what is written behind is part of the cost. */
const BEHIND = 30

/** Downloads of URLs of their own. Setting: `count`, `atOnce`. */
export async function miss({ client, setting, origin, folder, redis }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder, redis })
  const atOnce = Number(setting.atOnce)
  await inLanes(cache, { origin, atOnce, expected: expectedOf('warm', WARM_UP) })
  const expected = expectedOf('cold', Number(setting.count))
  const before = { cpu: process.cpuUsage(), wall: performance.now() }
  const wrong = await inLanes(cache, { origin, atOnce, expected })
  const wall = performance.now() - before.wall
  await new Promise((resolve) => setTimeout(resolve, BEHIND))
  const { user, system } = process.cpuUsage(before.cpu)
  const count = expected.size
  return { cpu: (user + system) / count, perSecond: (1000 * count) / wall, body: wrong === 0 ? 'exact' : 'corrupt' }
}

function expectedOf(name: string, count: number): Map<string, Buffer> {
  const paths = Array.from({ length: count }, (_, number) => `/json/1024/${name}-${number}`)
  return new Map(paths.map((path) => [path, bodyAt(path)]))
}

/** Resolves with how many bodies were not what the origin has. */
async function inLanes(
  cache: Cache,
  { origin, atOnce, expected }: { origin: string; atOnce: number; expected: ReadonlyMap<string, Buffer> },
): Promise<number> {
  // One iterator for all lanes: each takes the next one.
  const left = expected.entries()
  let wrong = 0
  const lane = async (): Promise<void> => {
    for (const [path, right] of left) if (!right.equals(await cache.bytes(`${origin}${path}`))) wrong++
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return wrong
}
