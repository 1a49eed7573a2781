import { type Clock, nextRound, pause } from '../../model/clock.ts'
import { HoldfastError } from '../../model/errors.ts'
import type { Lease, Store } from '../../model/store.ts'

/** Milliseconds after which the turn of a writer that was killed passes on. */
export const TURN = 1_000

/**
 * Rounds of the event loop in which another instance of this process is likely to be done with all that it has to say; between two looks
 * they double, up to so many.
 */
const ROUNDS = 2_000
const MOST_AT_ONCE = 64

/** Milliseconds between two looks at what a writer in another process does. */
const LOOK_EVERY = 10

/** Milliseconds to wait in all: longer than a turn, so that a dead writer's is over by then. */
const PATIENCE = 3_000

/** Of these a look takes no more, however long ago the one before it was: a process that was stopped has not waited. */
const LONGEST_LOOK = 300

/** How often a write is begun anew whose turn ran out under it: the process was stopped, or has too much to do. */
const TURNS = 3

const NEVER = new AbortController().signal

interface Step<T> {
  readonly clock: Clock
  /** Is given the lease, for the fence of the write; undefined where the store has none, or could not say. */
  readonly write: (lease: Lease | undefined) => Promise<T>
}

/**
 * Read, merge and set as one step among processes, where the store has leases. It is the merge that makes a write right; the turn sees to it
 * that two of them do not overwrite one another. A store that cannot say whose turn it is does not hold the write up. One whose turn had
 * passed on before it was written begins anew: what it read is old.
 */
export async function inTurn<T>(store: Store, storeKey: string, { clock, write }: Step<T>): Promise<T> {
  for (let left = TURNS; ; left--) {
    const lease = await turnOf(store, `h1:w:${storeKey}`, clock)
    try {
      return await write(lease)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'FENCED' || left === 0) throw error
    } finally {
      // One that cannot be given back runs out by itself.
      await lease?.release().catch(() => undefined)
    }
  }
}

/** @throws HoldfastError STORE where others have had it all the time: who wrote beside them would take back what they say. */
async function turnOf(store: Store, key: string, clock: Clock): Promise<Lease | undefined> {
  if (store.lease === undefined || store.live !== undefined) return undefined
  let left = PATIENCE
  try {
    for (let rounds = 0, wait = 1, at = clock.monotonic(); left > 0; rounds += wait, wait = Math.min(2 * wait, MOST_AT_ONCE)) {
      // Asked twice: a store that is only locked for long, by who was stopped in the middle of a write, can say.
      const lease = await store.lease(key, TURN).catch(() => store.lease?.(key, TURN))
      const last = at
      at = clock.monotonic()
      left -= Math.min(at - last, LONGEST_LOOK)
      if (lease !== undefined) return lease
      if (rounds >= ROUNDS) await pause(clock, LOOK_EVERY, NEVER)
      else for (let n = 0; n < wait; n++) await nextRound()
    }
  } catch {
    // Told as `tier-error` by the guard.
    return undefined
  }
  throw new HoldfastError('STORE', `${store.name}: others had the turn all the time`)
}
