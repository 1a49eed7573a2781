import { type ChaosFault, type ChaosStore, chaos } from '../../../../adapters/testing/index.ts'
import { createCachedFetch, HoldfastError, type Options, type Store } from '../../../../src/index.ts'
import type { Origin } from '../../../helpers/origin/index.ts'
import type { Run, Scenario } from './scenarios.ts'

export type Mishap = Extract<ChaosFault['do'], string>

/** How the store under test stands among the tiers. */
export interface Bench {
  readonly store: Store
  readonly tiers: (store: Store) => Store[]
  readonly origin: Origin
}

/** Of one run: what the caller got, and what the healed store gives to somebody else afterwards, read by read. */
export interface Outcome {
  readonly struck: ChaosStore['chaos']['injected'][number] | undefined
  readonly caller: string
  readonly later: readonly string[]
}

/** A call of the store that hangs costs this, in ms; that a machine is busy is to cut no other call off. */
const HANGS_FOR = 60
const PLENTY = 10_000

/** In ms, of all that one caller waits for: many times the limit of one call. */
const HUNG = 8_000

/** It is closed by who made it, not by each of those who use it. */
const lent = (store: ChaosStore): Store => ({ ...store, close: async () => undefined })

let runs = 0

/** What reading comes to: the bytes by their name, or how it failed. */
async function read(answer: Promise<Response>, { bytes: known }: Scenario): Promise<string> {
  let failing = 'call'
  try {
    const response = await answer
    failing = 'stream'
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (known.old.equals(bytes)) return 'old'
    return known.new.equals(bytes) ? 'new' : `WRONG: ${bytes.length} bytes`
  } catch (error) {
    const code = error instanceof HoldfastError ? error.code : 'no HoldfastError'
    return `${failing} rejects: ${code}: ${(error as Error).message}`
  }
}

async function inTime(reading: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('HUNG'), HUNG)
  })
  return Promise.race([late, reading]).finally(() => clearTimeout(timer))
}

async function using(
  bench: Bench,
  store: ChaosStore,
  options: Options,
  work: (fetch: Run['fetch']) => Promise<unknown>,
): Promise<void> {
  const { tiers } = bench
  await using fetch = createCachedFetch({
    random: () => 0,
    ttl: 'http',
    storeTimeout: PLENTY,
    ...options,
    tiers: tiers(lent(store)),
  })
  await work(fetch)
  await fetch.idle()
}

async function prepared(bench: Bench, scenario: Scenario): Promise<Omit<Run, 'fetch'>> {
  const path = `/${++runs}`
  const at = { origin: bench.origin, path, url: bench.origin.url(path) }
  await using(bench, chaos(bench.store, {}), {}, (fetch) => scenario.before({ ...at, fetch }))
  return at
}

/** One run in which the n-th call of the store goes wrong that can go wrong so. */
export async function run(bench: Bench, scenario: Scenario, { mishap, n }: { mishap: Mishap; n: number }): Promise<Outcome> {
  const at = await prepared(bench, scenario)
  const failing = chaos(bench.store, { faults: [] })
  let caller = ''
  await using(bench, failing, { storeTimeout: mishap === 'hang' ? HANGS_FOR : PLENTY }, async (fetch) => {
    failing.chaos.use([{ do: mishap, call: n }])
    caller = await inTime(read(scenario.act({ ...at, fetch }), scenario))
  })
  const later: string[] = []
  await using(bench, chaos(bench.store, {}), { mode: 'offline' }, async (fetch) => {
    // What was damaged on its way to rest is noticed when it is read: from then on another version answers.
    for (let tries = 0; tries < 3 && !['old', 'new'].includes(later.at(-1) ?? ''); tries += 1) {
      later.push(await inTime(read(fetch(at.url), scenario)))
      await fetch.idle()
    }
  })
  const [struck] = failing.chaos.injected
  return { struck, caller, later }
}

type Calls = readonly Exclude<ChaosFault['on'], undefined | readonly unknown[]>[]

const WRITES: Calls = ['set', 'setMany', 'delete', 'bodies.append', 'bodies.delete']
const READS: Calls = ['get', 'getMany']
const BYTES: Calls = [...READS, 'bodies.read', 'set', 'setMany', 'bodies.append']
const ALL: Calls = [...WRITES, ...READS, 'lease', 'keys', 'bodies.read', 'bodies.size', 'bodies.ids']

/** The calls that each mishap has a meaning for. */
const STRIKES: Readonly<Record<Mishap, Calls>> = {
  throw: ALL,
  hang: ALL,
  lie: ALL,
  stale: READS,
  other: READS,
  flip: BYTES,
  truncate: BYTES,
  twice: WRITES,
}

export const MISHAPS: readonly Mishap[] = Object.keys(STRIKES) as Mishap[]

/** How many calls of a scenario each mishap can strike, where all goes well. */
export async function calls(bench: Bench, scenario: Scenario): Promise<Record<Mishap, number>> {
  const at = await prepared(bench, scenario)
  const counted = chaos(bench.store, {})
  await using(bench, counted, {}, async (fetch) => read(scenario.act({ ...at, fetch }), scenario))
  const count = (mishap: Mishap): number => STRIKES[mishap].reduce((sum, operation) => sum + counted.chaos.calls(operation), 0)
  return Object.fromEntries(MISHAPS.map((mishap) => [mishap, count(mishap)])) as Record<Mishap, number>
}

/** What is not as promised; undefined where all is. */
export function complaint(
  { struck, caller, later }: Outcome,
  scenario: Scenario,
  { mishap, n }: { mishap: Mishap; n: number },
): string | undefined {
  const told = `${mishap} at call ${n}, ${struck?.operation} ${struck?.keys[0]}`
  const broke = caller.startsWith('stream rejects: STORE')
  // Headers are out, the tier is the only one that has the rest, and is silent: the stream breaks, as of any body at rest.
  if (caller !== scenario.gives && !(broke && mishap === 'hang' && scenario.from === 'rest'))
    return `${told}: the caller: ${caller}`
  const end = later.at(-1) ?? ''
  const isSpoilt = mishap !== 'throw' && mishap !== 'hang' && struck !== undefined && WRITES.includes(struck.operation)
  const isLost = (mishap === 'flip' || mishap === 'truncate') && isSpoilt && struck?.keys.some((key) => key.startsWith('h1:e:'))
  // An index that was damaged on its way is a miss: nothing is better than something wrong.
  if (end.includes('NOT_CACHED') && (scenario.had === 'nothing' || isLost)) return undefined
  const isReadable = end === 'old' || end === 'new'
  return isReadable && (later.length === 1 || isSpoilt) ? undefined : `${told}: afterwards: ${later.join(', then ')}`
}
