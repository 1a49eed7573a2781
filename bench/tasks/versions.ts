import { createCachedFetch } from 'holdfast'
import { tiersOf } from '../caches/holdfast.ts'
import type { Facts, Job } from '../measure/job.ts'
import { latency, processorTime } from '../measure/sampling.ts'
import { jsonOf } from '../origin/body.ts'

const URL = 'http://host.example/changing'

/** One entry of so many versions: a hit, and one version more. Setting: `count`, `ms`. */
export async function versions({ client, setting, folder }: Job): Promise<Facts> {
  const [, tiers = ''] = client.split(':')
  let version = 0
  const headers = { 'cache-control': 'max-age=3600', 'content-type': 'application/json' }
  const origin = (): Promise<Response> => Promise.resolve(new Response(jsonOf(`${version}`, 1024), { headers }))
  const count = Number(setting.count)
  await using fetch = createCachedFetch({ tiers: await tiersOf(tiers, { folder }), fetch: origin, versions: { keep: count } })
  const change = async (): Promise<void> => {
    version++
    await (await fetch(URL, { cache: 'reload' })).arrayBuffer()
  }
  for (let left = count; left > 0; left--) await change()
  const stored = await fetch.entry(URL).versions({ limit: 0 })
  if (stored.length !== count) throw new Error(`${stored.length} versions are kept, of ${count}`)
  const { p50 } = await latency(async () => (await fetch(URL)).arrayBuffer(), { ms: Number(setting.ms) })
  const { cpu } = await processorTime(change, { ms: Number(setting.ms) })
  return { p50, change: cpu }
}
