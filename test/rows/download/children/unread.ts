// Keeps Responses that it does not read, and says how much more memory that came to be, and what it reads out of one of them then.
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch, type Init } from '../../../../src/index.ts'

export interface Order {
  readonly url: string
  readonly count: number
  readonly delivery: 'whole' | 'streaming'
  /** What is larger is taken by no tier. */
  readonly maxEntryBytes?: number
}

export interface Report {
  readonly grownMiB: number
  /** SHA-256 of the first of them, which its tier has let go long ago. */
  readonly first: string
  /** Files that are open although nobody has any of the Responses, more than at the start; 0 where the machine does not tell. */
  readonly openFiles: number
}

const MIB = 1024 * 1024
const fetch = createCachedFetch({ tiers: [memory({ maxBytes: '16MB' })], ttl: '1h' })

async function alive(): Promise<number> {
  for (let n = 0; n < 8; n += 1) {
    globalThis.gc?.()
    await setImmediate()
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / MIB
}

function files(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

async function kept({ url, count, ...options }: Order): Promise<{ grownMiB: number; first: string }> {
  const init: Init = { holdfast: options }
  const before = await alive()
  const responses: Response[] = []
  for (let n = 0; n < count; n += 1) responses.push(await fetch(`${url}?${n}`, init))
  await fetch.idle()
  const grownMiB = (await alive()) - before
  const bytes = (await responses[0]?.bytes()) ?? new Uint8Array(0)
  return { grownMiB, first: createHash('sha256').update(bytes).digest('hex') }
}

process.on('message', (order: Order) => {
  void (async () => {
    await (await fetch(`${order.url}?warm`)).bytes()
    const before = files()
    const report = await kept(order)
    await alive()
    // Those of sockets and of the collector come and go.
    process.send?.({ ...report, openFiles: files() - before } satisfies Report)
  })()
})
process.send?.('ready')
