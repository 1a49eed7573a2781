import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { BodyFiles, CompareOptions, KnownValue, Lease, Store, StoreEntry } from '../../model/store.ts'
import { Breaker } from './breaker.ts'
import type { BreakerFacts } from './breaker-facts.ts'

/** Names asked for at a time in a listing. */
const SLICE = 100

/** Milliseconds for a slice of a listing: nobody's answer waits for it, and some back ends gather all their keys before the first. */
const LISTING = 30_000

export interface GuardFacts {
  readonly clock: Clock
  readonly report: Report
  /** As events and inspections name it. */
  readonly name: string
  /** Milliseconds; undefined: 250 for a remote store, 2,000 for a local one. */
  readonly timeout: number | undefined
}

/** A listing, asked for in slices, so that a store that hangs in the middle of one is noticed. */
async function* listed(breaker: Breaker, operation: string, names: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = names[Symbol.asyncIterator]()
  try {
    for (;;) {
      const slice = await breaker.call('read', operation, () => taken(iterator), Math.max(LISTING, breaker.limit))
      yield* slice
      if (slice.length < SLICE) return
    }
  } finally {
    // One that hangs would hang here too.
    iterator.return?.().catch(() => undefined)
  }
}

async function taken(iterator: AsyncIterator<string>): Promise<string[]> {
  const slice: string[] = []
  while (slice.length < SLICE) {
    const { done, value } = await iterator.next()
    if (done === true) break
    slice.push(value)
  }
  return slice
}

function guardedBodies(bodies: BodyFiles, breaker: Breaker): BodyFiles {
  return {
    append: (id, bytes) => breaker.call('write', 'bodies.append', () => bodies.append(id, bytes)),
    read: (id, from, to, room) => breaker.call('read', 'bodies.read', () => bodies.read(id, from, to, room)),
    size: (id) => breaker.call('read', 'bodies.size', () => bodies.size(id)),
    delete: (ids) => breaker.freeing('bodies.delete', () => bodies.delete(ids)),
    ids: () => listed(breaker, 'bodies.ids', bodies.ids()),
  }
}

/** Who has it answers somebody who waits, and gives it back before that: a store that is silent by then is waited for no longer than for any call. */
class BoundedLease implements Lease {
  /** What the store itself gave, and knows. */
  readonly own: Lease
  readonly #breaker: Breaker

  constructor(own: Lease, breaker: Breaker) {
    this.own = own
    this.#breaker = breaker
  }

  get key(): string {
    return this.own.key
  }

  get generation(): number {
    return this.own.generation
  }

  extend(ms: number): Promise<boolean> {
    return this.own.extend(ms)
  }

  release(): Promise<void> {
    return this.#breaker.bounded('release', () => this.own.release())
  }
}

function leasing(store: Store, breaker: Breaker): Pick<Store, 'lease'> {
  const { lease } = store
  if (lease === undefined) return {}
  return {
    lease: async (key, ms) => {
      const own = await breaker.call('write', 'lease', () => lease.call(store, key, ms))
      return own && new BoundedLease(own, breaker)
    },
  }
}

function owned<T extends { fence?: Lease }>(options: T | undefined): T | undefined {
  const fence = options?.fence
  return fence instanceof BoundedLease ? ({ ...options, fence: fence.own } as T) : options
}

/** A store whose calls still reject on failure, but soon, and not unheard. */
export interface Guarded extends Store {
  readonly health: Pick<Breaker, 'state' | 'error' | 'unheard' | 'starting' | 'onClosed' | 'check'>
}

/** Read and written to find out whether a store works; the value means nothing. */
const PROBE = 'h1:g:probe'
const PROBE_KEPT_FOR = 60_000

function probesOf(store: Store, clock: Clock): BreakerFacts['probes'] {
  const write = (): Promise<void> => store.set(PROBE, new Uint8Array([1]), { expires: Math.floor(clock.now()) + PROBE_KEPT_FOR })
  return { read: () => store.get(PROBE), write: store.readOnly === true ? undefined : write }
}

/** The same store behind a {@link Breaker}. */
export function guarded(store: Store, { clock, report, name, timeout }: GuardFacts): Guarded {
  const { remote, compareAndSet } = store
  const limit = timeout ?? (remote ? 250 : 2_000)
  const breaker = new Breaker({ clock, report, name, limit, remote, probes: probesOf(store, clock) })
  return {
    name,
    durable: store.durable,
    shared: store.shared,
    remote,
    readOnly: store.readOnly ?? false,
    ...(store.maxEntryBytes !== undefined && { maxEntryBytes: store.maxEntryBytes }),
    get: (key) => breaker.call('read', 'get', () => store.get(key)),
    getMany: (keys, options) => breaker.call('read', 'getMany', () => store.getMany(keys, options)),
    ...(store.glance !== undefined && {
      glance: (keys: readonly string[]) => (breaker.mayRead ? store.glance?.(keys) : undefined),
    }),
    ...(store.stamp !== undefined && { stamp: () => (breaker.mayRead ? store.stamp?.() : undefined) }),
    ...(store.tell !== undefined && {
      tell: (word: string) => {
        if (breaker.state === 'closed') store.tell?.(word)
      },
    }),
    ...(store.listen !== undefined && { listen: store.listen.bind(store) }),
    set: (key, value, options) => breaker.call('write', 'set', () => store.set(key, value, owned(options))),
    setMany: (entries, options) => breaker.call('write', 'setMany', () => store.setMany(entries, owned(options))),
    ...(compareAndSet !== undefined && {
      compareAndSet: (known: KnownValue, entries: StoreEntry[], options?: CompareOptions) =>
        breaker.call('write', 'compareAndSet', () => compareAndSet.call(store, known, entries, owned(options))),
    }),
    delete: (keys, options) => breaker.call('write', 'delete', () => store.delete(keys, owned(options))),
    keys: (prefix, options) => listed(breaker, 'keys', store.keys(prefix, options)),
    ...leasing(store, breaker),
    ...(store.live !== undefined && { live: store.live }),
    ...(store.bodies !== undefined && { bodies: guardedBodies(store.bodies, breaker) }),
    close: () => breaker.last(() => store.close()),
    health: breaker,
  }
}
