import { type ChaosFault, type ChaosStore, chaos } from '../../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, HoldfastError, type Store } from '../../../../src/index.ts'
import type { Origin } from '../../../helpers/origin/index.ts'
import type { Run, Scenario } from './scenarios.ts'

export type Mishap = Extract<ChaosFault['do'], string>

/** How the store under test stands among the tiers. */
export interface Bench {
  readonly store: Store
  readonly tiers: (store: Store) => Store[]
  readonly origin: Origin
}

/** Of one run: what the caller got, and what the healed store gives to somebody else afterwards. */
export interface Outcome {
  readonly struck: number
  readonly caller: string
  readonly later: readonly string[]
  readonly operation: string
}

/** A store call that hangs costs this, in ms; no other call is to be cut off on a machine that is busy. */
const HANGS_FOR = 60
const PLENTY = 10_000

/** The promise is the time limit of the store; that a machine is busy breaks no promise. */
const HUNG = 4_000

/** It is closed by who made it, not by each of those who use it. */
const lent = (store: ChaosStore): Store => ({ ...store, close: async () => undefined })

const well = (store: Store): Store => lent(chaos(store, {}))

let runs = 0

function told(bytes: Uint8Array, { bytes: known }: Scenario): string {
  if (known.old.equals(bytes)) return 'old'
  return known.new.equals(bytes) ? 'new' : `WRONG: ${bytes.length} bytes`
}

/** What reading comes to: the bytes by their name, or how it failed. */
async function read(answer: Promise<Response>, scenario: Scenario): Promise<string> {
  let hung: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    hung = setTimeout(() => resolve('HUNG'), HUNG)
  })
  const reading = async (): Promise<string> => {
    let where = 'call'
    try {
      const response = await answer
      where = 'stream'
      return told(new Uint8Array(await response.arrayBuffer()), scenario)
    } catch (error) {
      const code = error instanceof HoldfastError ? error.code : 'no HoldfastError'
      return `${where} rejects: ${code}: ${(error as Error).message}`
    }
  }
  return Promise.race([late, reading()]).finally(() => clearTimeout(hung))
}

/** One run in which the n-th call of the store goes wrong that can go wrong so. */
export async function run(bench: Bench, scenario: Scenario, { mishap, n }: { mishap: Mishap; n: number }): Promise<Outcome> {
  const path = `/${++runs}`
  const at = { origin: bench.origin, path, url: bench.origin.url(path) }
  await using(bench.tiers(well(bench.store)), {}, (fetch) => scenario.before({ ...at, fetch }))
  const store = chaos(bench.store, { faults: [] })
  let caller = ''
  await using(bench.tiers(lent(store)), { storeTimeout: mishap === 'hang' ? HANGS_FOR : PLENTY }, async (fetch) => {
    store.chaos.use([{ do: mishap, call: n }])
    caller = await read(scenario.act({ ...at, fetch }), scenario)
    await fetch.idle()
  })
  const [injected] = store.chaos.injected
  const later: string[] = []
  await using(bench.tiers(well(bench.store)), { mode: 'offline' }, async (fetch) => {
    // What was damaged on its way to rest is noticed when it is read: from then on another version answers.
    for (let tries = 0; tries < 3 && !['old', 'new'].includes(later.at(-1) ?? ''); tries += 1) {
      later.push(await read(fetch(at.url), scenario))
      await fetch.idle()
    }
  })
  return { struck: store.chaos.injected.length, caller, later, operation: `${injected?.operation} ${injected?.keys[0]}` }
}

async function using(
  tiers: Store[],
  options: Parameters<typeof createCachedFetch>[0],
  work: (fetch: CachedFetch) => Promise<unknown>,
): Promise<void> {
  await using fetch = createCachedFetch({ random: () => 0, ttl: 'http', ...options, tiers })
  await work(fetch)
  await fetch.idle()
}
