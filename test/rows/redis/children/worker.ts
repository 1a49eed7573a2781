// One of several processes that share a store: node worker.ts HOW WHERE, with HOW one of redis, sqlite. Does what it is told to, one after
// the other, and says what came of it. It lives until it is killed.
import { memory } from '../../../../adapters/stores/memory.ts'
import { redis } from '../../../../adapters/stores/redis.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect } from '../../../../src/index.ts'
import { sha256 } from '../../../helpers/digest.ts'

export type Order =
  | { readonly do: 'fetch'; readonly url: string }
  | { readonly do: 'put'; readonly urls: readonly string[] }
  | { readonly do: 'label'; readonly url: string; readonly labels: readonly string[] }

const [, , how = '', where = ''] = process.argv
const fetch = createCachedFetch({
  tiers: [memory(), how === 'redis' ? redis(where) : sqlite(where)],
  // Eight of them on a small machine are slow, and that is not what is asked here.
  storeTimeout: '5s',
})

async function done(order: Order): Promise<unknown> {
  if (order.do === 'fetch') {
    const response = await fetch(order.url)
    const digest = sha256(new Uint8Array(await response.arrayBuffer()))
    return { digest, outcome: inspect(response)?.outcome }
  }
  if (order.do === 'put') {
    const headers = { 'cache-control': 'public, max-age=3600' }
    for (const url of order.urls) await fetch.put(url, new Response(`the body of ${url}`, { headers }))
    await fetch.idle()
    return order.urls.length
  }
  for (const label of order.labels) await fetch.entry(order.url).label(label)
  await fetch.idle()
  return order.labels.length
}

process.on('message', (order: Order) => {
  done(order).then(
    (answer) => process.send?.(answer),
    (error) => process.send?.({ error: String(error) }),
  )
})
// A library that is imported at the first call takes its time, which is not what is asked here either.
await fetch.cache.ready()
process.send?.('ready')
