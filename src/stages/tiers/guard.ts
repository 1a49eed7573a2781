import type { Clock } from '../../model/clock.ts'
import { HoldfastError } from '../../model/errors.ts'
import type { Report } from '../../model/events.ts'
import type { BodyFiles, Store } from '../../model/store.ts'

/** Failures in a row after which a store is left alone for a while. */
const OPEN_AFTER = 3

/** Milliseconds until a store that was left alone is tried again. */
const PROBE_AFTER = 5_000

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

/** Bounds each call of a store, tells of each failure, and leaves a store alone that keeps failing: a broken tier is a quick miss. */
class Breaker {
  readonly #facts: GuardFacts
  readonly limit: number
  #failures = 0
  /** Monotonic milliseconds. */
  #openUntil = 0

  constructor(store: Store, facts: GuardFacts) {
    this.#facts = facts
    this.limit = facts.timeout ?? (store.remote ? 250 : 2_000)
  }

  async call<T>(operation: string, run: () => Promise<T>, limit: number = this.limit): Promise<T> {
    this.#admit(operation)
    try {
      const value = await this.#bounded(operation, run, limit)
      this.#succeeded()
      return value
    } catch (error) {
      // A refused late writer is the store at its best, not a failure.
      if (!(error instanceof HoldfastError && error.code === 'FENCED')) this.#failed(operation, error as Error)
      throw error
    }
  }

  /** Bounded too, but tried whatever was before. */
  last<T>(operation: string, run: () => Promise<T>): Promise<T> {
    return this.#bounded(operation, run, this.limit)
  }

  #admit(operation: string): void {
    if (this.#failures < OPEN_AFTER) return
    if (this.#facts.clock.monotonic() < this.#openUntil) {
      throw new HoldfastError('STORE', `${this.#facts.name}.${operation}: the store keeps failing and is left alone for a while`)
    }
    // One probe; the others go on passing by until it has answered.
    this.#openUntil = this.#facts.clock.monotonic() + PROBE_AFTER
    this.#facts.report('tier-state', () => ({ tier: this.#facts.name, state: 'half-open' }))
  }

  #bounded<T>(operation: string, run: () => Promise<T>, limit: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = this.#facts.clock.setTimeout(() => {
        reject(new HoldfastError('STORE', `${this.#facts.name}.${operation} did not answer within ${limit} ms (storeTimeout)`))
      }, limit)
      run()
        .then(resolve, reject)
        .finally(() => timer.cancel())
    })
  }

  #succeeded(): void {
    if (this.#failures >= OPEN_AFTER) this.#facts.report('tier-state', () => ({ tier: this.#facts.name, state: 'closed' }))
    this.#failures = 0
  }

  #failed(operation: string, error: Error): void {
    this.#failures++
    this.#facts.report('tier-error', () => ({ tier: this.#facts.name, operation, error }))
    if (this.#failures !== OPEN_AFTER) return
    this.#openUntil = this.#facts.clock.monotonic() + PROBE_AFTER
    this.#facts.report('tier-state', () => ({ tier: this.#facts.name, state: 'open' }))
  }
}

/** A listing, asked for in slices, so that a store that hangs in the middle of one is noticed. */
async function* listed(breaker: Breaker, operation: string, names: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = names[Symbol.asyncIterator]()
  try {
    for (;;) {
      const slice = await breaker.call(operation, () => taken(iterator), Math.max(LISTING, breaker.limit))
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
    append: (id, bytes) => breaker.call('bodies.append', () => bodies.append(id, bytes)),
    read: (id, from, to) => breaker.call('bodies.read', () => bodies.read(id, from, to)),
    size: (id) => breaker.call('bodies.size', () => bodies.size(id)),
    delete: (ids) => breaker.call('bodies.delete', () => bodies.delete(ids)),
    ids: () => listed(breaker, 'bodies.ids', bodies.ids()),
  }
}

/** The same store behind a {@link Breaker}: its calls still reject on failure, but soon, and not unheard. */
export function guarded(store: Store, facts: GuardFacts): Store {
  const breaker = new Breaker(store, facts)
  const { lease } = store
  return {
    name: facts.name,
    durable: store.durable,
    shared: store.shared,
    remote: store.remote,
    readOnly: store.readOnly ?? false,
    ...(store.maxEntryBytes !== undefined && { maxEntryBytes: store.maxEntryBytes }),
    get: (key) => breaker.call('get', () => store.get(key)),
    getMany: (keys, options) => breaker.call('getMany', () => store.getMany(keys, options)),
    set: (key, value, options) => breaker.call('set', () => store.set(key, value, options)),
    setMany: (entries, options) => breaker.call('setMany', () => store.setMany(entries, options)),
    delete: (keys, options) => breaker.call('delete', () => store.delete(keys, options)),
    keys: (prefix, options) => listed(breaker, 'keys', store.keys(prefix, options)),
    ...(lease !== undefined && { lease: (key: string, ms: number) => breaker.call('lease', () => lease.call(store, key, ms)) }),
    ...(store.live !== undefined && { live: store.live }),
    ...(store.bodies !== undefined && { bodies: guardedBodies(store.bodies, breaker) }),
    close: () => breaker.last('close', () => store.close()),
  }
}
