import { memory } from '../../../adapters/stores/memory.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Options } from '../../../src/index.ts'
import { type Origin, startOrigin } from '../../helpers/origin/index.ts'

/** An origin and an instance on one hand-turned clock. Nobody listens to look-ups: who is told of each has each caller look. */
export interface Given extends AsyncDisposable {
  readonly clock: ManualClock
  readonly origin: Origin
  readonly fetch: CachedFetch
}

export async function given(options: Options = {}): Promise<Given> {
  const clock = manualClock()
  const origin = await startOrigin({ clock })
  const fetch = createCachedFetch({ tiers: [memory()], clock, random: () => 0, ttl: 0, ...options })
  return {
    clock,
    origin,
    fetch,
    async [Symbol.asyncDispose]() {
      origin.kill()
      await fetch.close()
      await origin.close()
    },
  }
}

export const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n))
