import 'bottleneck'
import 'p-queue'
import 'p-retry'
import { vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type CachedFetch, createCachedFetch, type Events, type Options } from '../../../src/index.ts'

/** One request that reached the stub. */
export interface Reached {
  readonly at: number
  readonly url: string
  readonly host: string
}

/** What the stub answers, or throws. It may take its time. */
export type Answering = (reached: Reached, index: number) => Response | Error | Promise<Response | Error>

export interface Stubbed extends AsyncDisposable {
  readonly fetch: CachedFetch
  readonly reached: Reached[]
  /** When requests started, of one host or of all. */
  starts(host?: string): number[]
  /** The most that were there at a time, of one host or of all. */
  peak(host?: string): number
  /** The most in flight at the same time so far, and who is. */
  readonly told: Events['host'][]
}

/**
 * An instance over a transport that is none, for fake timers: libraries that pace take no clock, so the time of the whole process is the
 * test's. Nothing fresh, no jitter.
 */
export function stubbed(options: Options, answering: Answering): Stubbed {
  const reached: Reached[] = []
  const inFlight = new Map<string, number>()
  const peaks = new Map<string, number>()
  const count = (name: string, by: number): void => {
    const now = (inFlight.get(name) ?? 0) + by
    inFlight.set(name, now)
    peaks.set(name, Math.max(peaks.get(name) ?? 0, now))
  }
  const fetch = createCachedFetch({
    tiers: [memory()],
    ttl: 0,
    random: () => 0,
    ...options,
    fetch: async (input: string | URL | Request) => {
      const { href, host } = new URL(input instanceof Request ? input.url : input)
      const one = { at: Date.now(), url: href, host }
      reached.push(one)
      for (const name of ['', host]) count(name, 1)
      const answer = await answering(one, reached.length - 1)
      for (const name of ['', host]) count(name, -1)
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  const told: Events['host'][] = []
  fetch.on('host', (event) => told.push(event))
  return {
    fetch,
    reached,
    told,
    starts: (host) => reached.filter((one) => host === undefined || one.host === host).map(({ at }) => at),
    peak: (host = '') => peaks.get(host) ?? 0,
    [Symbol.asyncDispose]: () => fetch.close(),
  }
}

/** Lets the faked time pass until the work is done. */
export async function until<T>(
  work: Promise<T>,
  { step = 10, limit = 3_600_000 }: { step?: number; limit?: number } = {},
): Promise<T> {
  let isDone = false
  const settle = (): void => {
    isDone = true
  }
  work.then(settle, settle)
  await vi.advanceTimersByTimeAsync(0)
  for (let passed = 0; !isDone; passed += step) {
    if (passed > limit) throw new Error(`it is not done after ${limit} ms`)
    await vi.advanceTimersByTimeAsync(step)
  }
  return work
}

/** Waits so long by the faked time. */
export const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
