import { setTimeout as pause } from 'node:timers/promises'
import { createCachedFetch } from 'holdfast'
import { memory } from 'holdfast/memory'

/** The same for all: eight tries, exponential back-off with full jitter. */
const TRIES = 8
const DELAY = { min: 100, max: 2_000 }

interface Client extends AsyncDisposable {
  /** The status in the end. */
  ask(url: string): Promise<number>
}

export interface Caller {
  readonly name: string
  open(): Promise<Client>
}

async function tried(url: string): Promise<number> {
  for (let n = 0; ; n++) {
    const response = await fetch(url)
    await response.arrayBuffer()
    if (response.status !== 429 || n + 1 >= TRIES) return response.status
    await pause(Math.random() * Math.min(DELAY.max, DELAY.min * 2 ** n))
  }
}

/** A fixed limit around each call, as a program has it that has read some documentation. */
function limited(most: number): Caller {
  return {
    name: `plain:${most} at a time`,
    open: async () => {
      let inside = 0
      const waiting: (() => void)[] = []
      const ask = async (url: string): Promise<number> => {
        if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
        else inside += 1
        try {
          return await tried(url)
        } finally {
          const next = waiting.shift()
          if (next === undefined) inside -= 1
          else next()
        }
      }
      return { ask, [Symbol.asyncDispose]: async () => undefined }
    },
  }
}

const unlimited: Caller = {
  name: 'plain:no limit',
  open: async () => ({ ask: tried, [Symbol.asyncDispose]: async () => undefined }),
}

const ours: Caller = {
  name: 'holdfast:at most 16',
  open: async () => {
    const fetch = createCachedFetch({
      tiers: [memory()],
      limits: { concurrency: 16 },
      retry: { attempts: TRIES, minDelay: DELAY.min, maxDelay: DELAY.max },
    })
    const ask = async (url: string): Promise<number> => {
      const response = await fetch(url, { cache: 'no-store' })
      await response.arrayBuffer()
      return response.status
    }
    return { ask, [Symbol.asyncDispose]: () => fetch.close() }
  },
}

export const CALLERS: readonly Caller[] = [unlimited, limited(16), limited(3), ours]
