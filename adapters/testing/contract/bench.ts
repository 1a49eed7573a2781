import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers'
import { isBytes } from '../../../src/model/bytes.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { BodyFiles, Lease, Store } from '../../../src/model/store.ts'
import type { ManualClock } from '../manual-clock.ts'

/** The names of Jest, Vitest, Mocha and node:test. */
export interface ContractRunner {
  describe: (name: string, body: () => void) => unknown
  test: (name: string, body: () => Promise<void>) => unknown
  /** The clock that the stores are opened with, where it is turned by hand. Default: the machine's own. */
  clock?: ManualClock
  /** For a durable store: opens again what the last `open` opened. With it the suite shows that content and leases outlive the store. */
  reopen?: () => Promise<Store>
  /**
   * For a store that two processes can open: a module that calls `actAsLeaseHolder` on what the last `open` opened, and its
   * arguments. With it the suite stops a lease holder (SIGSTOP) and shows that its late write is refused.
   */
  holder?: { module: string | URL; args?: () => string[] }
}

/** What a case is given: an open store, and keys that nobody else uses. */
export interface Bench {
  readonly store: Store
  readonly runner: ContractRunner
  /** A key of this case, in the shape that the core gives a store. */
  key(suffix: string): string
  /** A new body id. */
  bodyId(): string
  /** Epoch milliseconds by the store's clock. */
  now(): number
  /** Lets time pass until the probe finds something, and gives it. Rejects after five seconds. */
  until<T>(what: string, probe: () => Promise<T | false | undefined>): Promise<T>
}

export interface ContractCase {
  readonly name: string
  readonly run: (bench: Bench) => Promise<void>
}

/** Milliseconds. Only a store that breaks the contract ever waits so long. */
const PATIENCE = 5_000

export function benchOf(store: Store, runner: ContractRunner): Bench {
  const space = randomBytes(32).toString('hex')
  return {
    store,
    runner,
    key: (suffix) => `h1:v:${space}:${suffix}`,
    bodyId: () => randomBytes(16).toString('hex'),
    now: () => (runner.clock ?? systemClock).now(),
    until: (what, probe) => until(what, probe, runner.clock),
  }
}

async function until<T>(what: string, probe: () => Promise<T | false | undefined>, clock: ManualClock | undefined): Promise<T> {
  const time = clock ?? systemClock
  const end = time.monotonic() + PATIENCE
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    assert.ok(time.monotonic() < end, `${what}: not within ${PATIENCE} ms`)
    if (clock !== undefined) await clock.advance(5)
    else await new Promise((resolve) => setImmediate(resolve))
  }
}

export function bytesOf(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

export function randomly(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size))
}

/** Compared as one: a report of three million single numbers helps nobody. */
export function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  assert.ok(actual !== undefined, `${what}: there is nothing`)
  assert.ok(isBytes(actual), `${what}: not a Uint8Array`)
  assert.equal(actual.length, expected.length, `${what}: another length`)
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: other bytes`)
}

export async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const key of keys) found.push(key)
  return found
}

/** Undefined where the store says, by leaving the method out, that it has no leases. */
export function leasesOf({ store }: Bench): ((key: string, ms: number) => Promise<Lease | undefined>) | undefined {
  if (store.lease === undefined) return undefined
  assert.equal(typeof store.lease, 'function', 'lease is a method, or not there')
  return (key, ms) => store.lease?.(key, ms) as Promise<Lease | undefined>
}

export function bodiesOf({ store }: Bench): BodyFiles | undefined {
  if (store.bodies === undefined) return undefined
  for (const method of ['append', 'read', 'size', 'delete', 'ids'] as const) {
    assert.equal(typeof store.bodies[method], 'function', `bodies.${method} is a method`)
  }
  return store.bodies
}
