import { AttemptFailure } from '../../model/attempt-failure.ts'
import { type Clock, pause } from '../../model/clock.ts'
import type { HostRules, Quota } from '../../model/limits.ts'
import type { Lease, Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { periodOf } from '../../policy/quota-period.ts'

/** Milliseconds for which one request's count may hold up another process's. */
const TURN = 2_000
/** Milliseconds between two tries to have the turn, and how many there are: then two processes may count one request once. */
const AGAIN = 10
const TRIES = 50

type Kept = Pick<Store, 'get' | 'set' | 'lease'>

interface Count {
  calls: number
  readonly allowed: number
}

/** Counts requests by the day or the month, where that outlives the process. Each is counted before it is sent, whatever becomes of it. */
export class Quotas {
  readonly #store: Kept | undefined
  readonly #clock: Clock
  /** Of each bucket, in the day and the month that are now: those of one that is over go all at once, for hosts may be ever new. */
  readonly #counts = new Map<Quota['per'], { readonly period: string; readonly of: Map<string, Count> }>()
  /** One at a time for each bucket, in this process. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(store: Kept | undefined, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Counts one request. @throws AttemptFailure RETRY_AFTER when the quota is used up. */
  async take({ bucket, quota }: HostRules, signal: AbortSignal): Promise<void> {
    if (quota === undefined) return
    this.refuse({ bucket, quota })
    const before = this.#turns.get(bucket)
    const counting = (async () => {
      await before?.catch(() => undefined)
      signal.throwIfAborted()
      await this.#count(bucket, quota, signal)
    })()
    this.#turns.set(bucket, counting)
    try {
      await counting
    } finally {
      if (this.#turns.get(bucket) === counting) this.#turns.delete(bucket)
    }
  }

  /** What is known to be used up needs no queue. @throws AttemptFailure RETRY_AFTER */
  refuse({ bucket, quota }: Pick<HostRules, 'bucket' | 'quota'>): void {
    if (quota === undefined) return
    const now = this.#clock.now()
    const { name, ends } = periodOf(quota.per, now)
    if (this.#countOf(bucket, quota, name).calls < quota.calls) return
    throw new AttemptFailure(
      'RETRY_AFTER',
      `the quota of ${quota.calls} calls a ${quota.per} for ${bucket} is used up until ${new Date(ends).toISOString()}`,
      { retry: 'never', retryAfter: ends - now },
    )
  }

  /** Those whose quota is known to be used up, and until when, by the clock on the wall. */
  get usedUp(): ReadonlyMap<string, number> {
    const now = this.#clock.now()
    return new Map(
      [...this.#counts].flatMap(([per, { period, of }]) => {
        const { name, ends } = periodOf(per, now)
        const spent = period === name ? [...of].filter(([, { calls, allowed }]) => calls >= allowed) : []
        return spent.map(([bucket]): [string, number] => [bucket, ends])
      }),
    )
  }

  async #count(bucket: string, quota: Quota, signal: AbortSignal): Promise<void> {
    const { name, ends } = periodOf(quota.per, this.#clock.now())
    const count = this.#countOf(bucket, quota, name)
    const key = `h1:q:${sha256(bucket)}:${name}`
    for (let n = 0; ; n++) {
      const lease = await this.#turn(key, signal)
      try {
        count.calls = Math.max(count.calls, await this.#read(key))
        this.refuse({ bucket, quota })
        const calls = new TextEncoder().encode(String(count.calls + 1))
        const how = { expires: ends, ...(lease !== undefined && { fence: lease }) }
        const failure = await this.#store?.set(key, calls, how).catch((error: unknown) => error as { code?: unknown })
        // Stopped for longer than its turn: what others have counted meanwhile must not be overwritten.
        if (failure?.code === 'FENCED' && n < TRIES) continue
        // A tier that is away is no reason to stop: the count goes on in memory, and its own events tell.
        count.calls += 1
        return
      } finally {
        await lease?.release().catch(() => undefined)
      }
    }
  }

  async #read(key: string): Promise<number> {
    const bytes = await this.#store?.get(key).catch(() => undefined)
    const text = bytes === undefined ? '' : new TextDecoder().decode(bytes)
    return /^\d{1,15}$/.test(text) ? Number(text) : 0
  }

  async #turn(key: string, signal: AbortSignal): Promise<Lease | undefined> {
    if (this.#store?.lease === undefined) return undefined
    for (let n = 0; n < TRIES; n++) {
      const lease = await this.#store.lease(key, TURN).catch(() => 'away' as const)
      if (lease === 'away') return undefined
      if (lease !== undefined) return lease
      await pause(this.#clock, AGAIN, signal)
    }
    return undefined
  }

  #countOf(bucket: string, { per, calls: allowed }: Quota, period: string): Count {
    const known = this.#counts.get(per)
    const now = known?.period === period ? known : { period, of: new Map<string, Count>() }
    this.#counts.set(per, now)
    const count = now.of.get(bucket) ?? { calls: 0, allowed }
    now.of.set(bucket, count)
    return count
  }
}
