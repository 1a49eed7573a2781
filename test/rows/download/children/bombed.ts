// Fetches what it is told to, and says how it ended, how long it took and how much more memory the process came to have.
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch, type Init } from '../../../../src/index.ts'

export interface Order {
  readonly url: string
  /** A small answer under the same coding, so that what is loaded once is loaded. */
  readonly warm: string
  readonly init?: Init
}

export interface Report {
  readonly code: string
  /** Of the processor, over all threads. */
  readonly ms: number
  readonly grownMiB: number
}

const MIB = 1024 * 1024
const fetch = createCachedFetch({ tiers: [memory()], retry: false })

async function read(url: string, init: Init = {}): Promise<number> {
  const response = await fetch(url, init)
  let length = 0
  for await (const piece of response.body ?? []) length += piece.length
  return length
}

/** The highest that it ever was. */
const peak = (): number => process.resourceUsage().maxRSS / 1024

process.on('message', ({ url, warm, init }: Order) => {
  void (async () => {
    await read(warm)
    const [before, began] = [peak(), process.cpuUsage()]
    const code = await read(url, init).then(
      (length) => `${(length / MIB).toFixed(0)} MiB`,
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )
    const { user, system } = process.cpuUsage(began)
    const report: Report = { code, ms: (user + system) / 1_000, grownMiB: peak() - before }
    process.send?.(report)
  })()
})
process.send?.('ready')
