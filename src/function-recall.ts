import type { FunctionIndex } from './function-index.ts'
import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Served } from './model/rooms.ts'
import { Unreadable } from './stages/function/value-codec.ts'
import type { Again } from './stages/tiers/standing.ts'

/** One call. */
export interface Asked {
  readonly self: unknown
  readonly args: readonly unknown[]
}

/** Hits by what was asked for: as it is where that is one value that cannot change. */
type ByArgument = Map<unknown, Remembered>

export interface Counts {
  hits: number
  misses: number
  stale: number
}

/** Whether a call may be told by its arguments as they are, or by their text only: `key` and `instanceKey` have a say in that each time. */
export type ToldBy = 'arguments' | 'text'

/** What a hit came to. */
export interface Hit {
  readonly call: Call
  readonly served: Served
  /** Of one and the same for all, or how to make a copy for each. */
  readonly result: { readonly value: unknown } | (() => unknown)
}

/** Stands for an argument list that is empty. */
const NOTHING = Symbol('no arguments')

/**
 * Hits of one function that may be given again without a look: the last of them stands until something changes in memory, its time is over,
 * or somebody listens to events.
 */
export class Recall {
  readonly #house: House
  readonly #index: FunctionIndex
  readonly #counts: Counts
  readonly #byArgument: ByArgument = new Map()
  #byObject = new WeakMap<object, ByArgument>()
  /** By the text of what is asked, where it takes that to tell them apart. */
  readonly #byText = new Map<string, Remembered>()
  readonly #toldBy: ToldBy
  readonly #isHeard: () => boolean

  constructor(house: House, { index, counts, toldBy }: { index: FunctionIndex; counts: Counts; toldBy: ToldBy }) {
    this.#toldBy = toldBy
    this.#house = house
    this.#index = index
    this.#counts = counts
    this.#isHeard = house.emitter.isHeard('lookup', 'verdict')
  }

  /** What tells a call of a plain function; undefined where that takes its text. */
  nameOf({ self, args }: Asked): unknown {
    return this.#toldBy === 'text' || self !== undefined ? undefined : nameOf(args)
  }

  /** Undefined: it has to be looked for. */
  find({ self, args }: Asked): Promise<unknown> | undefined {
    if (this.#toldBy === 'text') return undefined
    const known = self === undefined ? this.#byArgument : this.#byObject.get(self as object)
    return this.#given(known?.get(nameOf(args)))
  }

  findBy(text: string): Promise<unknown> | undefined {
    return this.#given(this.#byText.get(text))
  }

  #given(hit: Remembered | undefined): Promise<unknown> | undefined {
    if (hit === undefined) return undefined
    const now = this.#house.clock.now()
    // A clock that was set back makes nothing last for longer.
    if (now >= hit.until || now < hit.at || this.#isHeard()) return undefined
    const given = hit.promise ?? copied(hit)
    if (given === undefined) return undefined
    hit.times++
    hit.at = now
    this.#house.standing.use(hit)
    this.#counts.hits++
    return given
  }

  /** `asked` came to this hit, now. */
  keep({ self, args, text }: Asked & { text: string }, hit: Hit): void {
    if (hit.served.outcome !== 'hit' || !this.#house.standing.keep(this)) return
    const at = this.#house.clock.now()
    const until = Math.min(at + lifetimeOf(hit), at + this.#house.tiers.trustedFor(hit.served.held.entry.key))
    if (until <= at) return
    const remembered = new Remembered(hit, { at, until, house: this.#house, index: this.#index })
    const name = this.#toldBy === 'text' ? undefined : nameOf(args)
    const known = name === undefined ? undefined : this.#of(self)
    if (known === undefined) this.#byText.set(text, remembered)
    else known.set(name, remembered)
  }

  #of(self: unknown): ByArgument | undefined {
    if (self === undefined) return this.#byArgument
    if (typeof self !== 'function' && (typeof self !== 'object' || self === null)) return undefined
    const known = this.#byObject.get(self)
    if (known !== undefined) return known
    const made: ByArgument = new Map()
    this.#byObject.set(self, made)
    return made
  }

  drop(): void {
    this.#byArgument.clear()
    this.#byText.clear()
    this.#byObject = new WeakMap()
  }
}

/** One argument that nobody can change: a Map tells 1 from '1' and from true, and knows NaN; only of -0 it makes 0. */
function nameOf(args: readonly unknown[]): unknown {
  if (args.length > 1) return undefined
  if (args.length === 0) return NOTHING
  const [only] = args
  switch (typeof only) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return only
    case 'number':
      return Object.is(only, -0) ? undefined : only
    default:
      return undefined
  }
}

/** Milliseconds. */
function lifetimeOf({ served: { status } }: Hit): number {
  return status.name === 'hit' ? (status.ttl ?? Number.POSITIVE_INFINITY) : 0
}

/** Undefined where the codec cannot read any more what it read before. */
function copied({ copy }: Remembered): Promise<unknown> | undefined {
  try {
    return Promise.resolve(copy())
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

class Remembered implements Again {
  older: Again | undefined = undefined
  newer: Again | undefined = undefined
  /** Since it was settled last. */
  times = 0
  /** Epoch ms of its last use. */
  at: number
  readonly until: number
  /** One and the same for all. */
  readonly promise: Promise<unknown> | undefined
  readonly copy: () => unknown
  readonly #hit: Hit
  readonly #house: House
  readonly #index: FunctionIndex

  constructor(hit: Hit, { at, until, house, index }: { at: number; until: number; house: House; index: FunctionIndex }) {
    this.#hit = hit
    this.at = at
    this.until = until
    this.#house = house
    this.#index = index
    const { result } = hit
    this.promise = typeof result === 'function' ? undefined : Promise.resolve(result.value)
    this.copy = typeof result === 'function' ? result : () => result.value
  }

  settle(): void {
    const { served, call } = this.#hit
    const { tiers, uses } = this.#house
    uses.countAgain(served, this.times, this.at)
    this.times = 0
    tiers.touch(served.held)
    this.#index.note(call, this.#house)
  }
}
