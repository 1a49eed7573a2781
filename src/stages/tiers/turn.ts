import { type Clock, nextRound, pause } from '../../model/clock.ts'
import type { Lease, Store } from '../../model/store.ts'

/** Milliseconds after which the turn of a writer that was killed passes on. */
const TURN = 1_000

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

const NEVER = new AbortController().signal

/** The right to write one record now. */
export interface Turn {
  /** For the fence of the write; undefined where the store has no leases, or could not say. */
  readonly lease: Lease | undefined
  /**
   * The last write, which is under way: the turn passes on with it. A store that is here does what it is told in order, so it is told both
   * at once, and commits both at once; over a network the one might overtake the other.
   */
  last(writing: Promise<void>): Promise<void>
}

/**
 * Read, merge and set as one step among processes, where the store has leases. It is the merge that makes a write right; the turn sees to it
 * that two of them do not overwrite one another. A store that cannot say whose turn it is does not hold the write up.
 */
export async function inTurn<T>(
  store: Store,
  storeKey: string,
  { clock, write }: { clock: Clock; write: (turn: Turn) => Promise<T> },
): Promise<T> {
  const lease = await turnOf(store, `h1:w:${storeKey}`, clock)
  let passing: Promise<void> | undefined
  // One that cannot be given back runs out by itself.
  const pass = (): Promise<void> => (passing ??= lease?.release().catch(() => undefined) ?? Promise.resolve())
  const last = (writing: Promise<void>): Promise<void> => {
    if (!store.remote) void pass()
    return writing
  }
  try {
    return await write({ lease, last })
  } finally {
    await pass()
  }
}

async function turnOf(store: Store, key: string, clock: Clock): Promise<Lease | undefined> {
  if (store.lease === undefined || store.live !== undefined) return undefined
  const until = clock.monotonic() + PATIENCE
  try {
    for (let rounds = 0, wait = 1; ; rounds += wait, wait = Math.min(2 * wait, MOST_AT_ONCE)) {
      const lease = await store.lease(key, TURN)
      if (lease !== undefined || clock.monotonic() >= until) return lease
      if (rounds >= ROUNDS) await pause(clock, LOOK_EVERY, NEVER)
      else for (let n = 0; n < wait; n++) await nextRound()
    }
  } catch {
    // Told as `tier-error` by the guard.
    return undefined
  }
}
