import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { bodyAt } from '../origin/body.ts'

const AT_ONCE = 8

/** One of several processes that read the same places, each in an order of its own. Setting: `prefix`, `urls`, `passes`, `number`. */
export async function share({ client, setting, origin, folder }: Job): Promise<Facts> {
  await using cache = await openCache(client, { folder })
  const urls = Number(setting.urls)
  const paths = Array.from({ length: urls }, (_, at) => `/json/1024/${setting.prefix}-${at}`)
  const right = new Map(paths.map((path) => [path, bodyAt(path)]))
  const step = 2 * Number(setting.number) + 1
  const turns = Array.from({ length: urls * Number(setting.passes) }, (_, at) => paths[(at * step) % urls] ?? '').values()
  let wrong = 0
  let failed = 0
  let first = ''
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const lane = async (): Promise<void> => {
    for (const path of turns) {
      try {
        if (!right.get(path)?.equals(await cache.bytes(`${origin}${path}`))) wrong++
      } catch (error) {
        failed++
        first ||= `a call: ${String(error)}`
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const { user, system } = process.cpuUsage(cpu)
  const calls = urls * Number(setting.passes)
  return { s: (performance.now() - startedAt) / 1000, cpu: (user + system) / calls, calls, wrong, failed, first }
}
