// One of several processes whose functions have one store: node worker.ts HOW WHERE, with HOW one of redis, sqlite, folder. Calls what it is
// told to, and says what came of it.
import { folder } from '../../../../adapters/stores/folder.ts'
import { memory } from '../../../../adapters/stores/memory.ts'
import { redis } from '../../../../adapters/stores/redis.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'

export type Order =
  | { readonly do: 'rich' | 'me' | 'invalidate'; readonly id: string }
  | { readonly do: 'many'; readonly ids: readonly string[] }

const [, , how = '', where = ''] = process.argv
const STORES = { redis, sqlite, folder }
if (!(how in STORES)) throw new Error(`there is no store ${how}`)
const store = STORES[how as keyof typeof STORES](where)
const fetch = createCachedFetch({ tiers: [memory(), store], storeTimeout: '5s' })
let runs = 0

const rich = fetch.buffered(
  async (query: { id: string; at: Date; of: Map<string, Set<bigint>> }) => {
    runs++
    return {
      by: process.pid,
      run: runs,
      at: query.at,
      of: query.of,
      bytes: new Uint8Array([1, 2]),
      none: undefined,
      id: query.id,
    }
  },
  { name: 'rich', tags: ['all'], v: 2 },
)

class Github {
  readonly token: string
  constructor(token: string) {
    this.token = token
  }
  async me(): Promise<string> {
    runs++
    return `${this.token} by ${process.pid}`
  }
}
const me = fetch.buffered(Github.prototype.me, { name: 'me', instanceKey: ({ token }: Github) => token })

const count = fetch.buffered(
  async (id: string) => {
    runs++
    return { id, by: process.pid }
  },
  { name: 'count' },
)

/** Equal to those of every other process, though its properties come in another order. */
const query = (id: string): Parameters<typeof rich>[0] =>
  process.pid % 2 === 0
    ? { id, at: new Date(7), of: new Map([['a', new Set([2n ** 70n])]]) }
    : { of: new Map([['a', new Set([2n ** 70n])]]), at: new Date(7), id }

async function done(order: Order): Promise<unknown> {
  if (order.do === 'many') return Promise.all(order.ids.map((id) => count(id)))
  if (order.do === 'me') return me.call(new Github(order.id))
  if (order.do === 'invalidate') {
    await fetch.cache.invalidate({ tag: 'all' })
    return 'done'
  }
  const { by, run, at, of, bytes, ...rest } = await rich(query(order.id))
  return { by, run, at: at.getTime(), big: String([...(of.get('a') ?? [])][0]), bytes: [...bytes], has: 'none' in rest }
}

process.on('message', (order: Order) => {
  const before = runs
  done(order)
    .then(async (result) => {
      await fetch.idle()
      return { result, runs: runs - before }
    })
    .then(
      (answer) => process.send?.(answer),
      (error) => process.send?.({ error: String(error) }),
    )
})
await fetch.cache.ready()
process.send?.('ready')
