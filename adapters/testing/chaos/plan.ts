import type { Clock } from '../../../src/model/clock.ts'

export type Operation =
  | 'get'
  | 'getMany'
  | 'set'
  | 'setMany'
  | 'delete'
  | 'keys'
  | 'lease'
  | 'bodies.append'
  | 'bodies.read'
  | 'bodies.size'
  | 'bodies.delete'
  | 'bodies.ids'

/**
 * What goes wrong.
 *
 * - `throw`: the call rejects and nothing is done. `{ throw: error }`: with that error.
 * - `hang`: the call never settles, and nothing is done.
 * - `{ delay: ms }`: it is done after `ms` milliseconds of the plan's clock.
 * - `lie`: a write resolves and nothing is done; a read finds nothing; a lease is held by somebody else.
 * - `stale`: a read gives what stood there before the last write through this wrapper, or nothing.
 * - `other`: a read gives the value of another key that was written through this wrapper, or nothing.
 * - `flip`: one bit is wrong in what is read, or in what is stored.
 * - `truncate`: the second half is missing of what is read, or of what is stored.
 * - `twice`: a write is done two times.
 */
export type Mishap =
  | 'throw'
  | 'hang'
  | 'lie'
  | 'stale'
  | 'other'
  | 'flip'
  | 'truncate'
  | 'twice'
  | { throw: Error }
  | { delay: number }

/** One rule. The conditions given must all hold; of several rules the first that holds is the one. */
export interface ChaosFault {
  do: Mishap
  /** Default: every operation. */
  on?: Operation | readonly Operation[]
  /** The key, body id or prefix must be this, or match it. Of many keys one is enough, and then all of that call are struck. */
  key?: string | RegExp
  /** Only the n-th call that `on` and `key` fit, counted from 1; or several. */
  call?: number | readonly number[]
  /** From 0 to 1, decided by the plan's `random`. */
  probability?: number
}

export interface ChaosPlan {
  /** Default: none, until `chaos.use` gives some. */
  faults?: readonly ChaosFault[]
  /** Default: the machine's own. */
  clock?: Clock
  /** From 0 up to 1. There is no default, so that a failing run can be repeated. */
  random?: () => number
}

export interface Injection {
  readonly operation: Operation
  readonly keys: readonly string[]
  readonly mishap: Mishap
}

const WORDS = ['throw', 'hang', 'lie', 'stale', 'other', 'flip', 'truncate', 'twice']
const CONDITIONS = ['do', 'on', 'key', 'call', 'probability']
const ON_READS = ['stale', 'other']
const ON_WRITES = ['twice']
const ON_BYTES = ['stale', 'other', 'flip', 'truncate']
const READS: readonly Operation[] = ['get', 'getMany', 'bodies.read']
const WRITES: readonly Operation[] = ['set', 'setMany', 'delete', 'bodies.append', 'bodies.delete']
const BYTES: readonly Operation[] = [...READS, 'set', 'setMany', 'bodies.append']
export const OPERATIONS: readonly Operation[] = [...READS, ...WRITES, 'keys', 'lease', 'bodies.size', 'bodies.ids']

/** Whether a mishap has a meaning for an operation: bytes can only be wrong where there are bytes. */
function fits(mishap: Mishap, operation: Operation): boolean {
  if (typeof mishap !== 'string') return true
  if (ON_READS.includes(mishap)) return operation === 'get' || operation === 'getMany'
  if (ON_WRITES.includes(mishap)) return WRITES.includes(operation)
  return !ON_BYTES.includes(mishap) || BYTES.includes(operation)
}

/** By whoever writes a plan in JavaScript, or reads it from a file: a fault that never strikes proves what is not so. */
function isMishap(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return WORDS.includes(given as string)
  return 'throw' in given || ('delay' in given && typeof given.delay === 'number')
}

/** Decides which calls go wrong, and remembers which did. */
export class Injector {
  readonly injected: Injection[] = []
  readonly #calls = new Map<Operation, number>()
  readonly #matched = new Map<ChaosFault, number>()
  readonly #random: (() => number) | undefined
  #faults: readonly ChaosFault[] = []

  constructor(plan: ChaosPlan) {
    const stranger = Object.keys(plan).find((option) => !['faults', 'clock', 'random'].includes(option))
    if (stranger !== undefined)
      throw new TypeError(`chaos: there is no option ${JSON.stringify(stranger)}. It takes faults, clock, random.`)
    const { faults = [], random } = plan
    this.#random = random
    this.use(faults)
  }

  calls(operation: Operation): number {
    return this.#calls.get(operation) ?? 0
  }

  use(faults: readonly ChaosFault[]): void {
    for (const fault of faults) this.#check(fault)
    this.#faults = faults
    this.#matched.clear()
  }

  #check(fault: ChaosFault): void {
    const condition = Object.keys(fault).find((name) => !CONDITIONS.includes(name))
    if (condition !== undefined)
      throw new TypeError(`chaos: a fault has no ${JSON.stringify(condition)}. It has ${CONDITIONS.join(', ')}.`)
    if (!isMishap(fault.do))
      throw new TypeError(
        `chaos: there is no mishap ${JSON.stringify(fault.do)}. There are ${WORDS.join(', ')}, { throw: error }, { delay: ms }.`,
      )
    const named = fault.on === undefined ? [] : [fault.on].flat()
    const stranger = named.find((operation) => !OPERATIONS.includes(operation))
    if (stranger !== undefined)
      throw new TypeError(`chaos: there is no operation ${JSON.stringify(stranger)}. There are ${OPERATIONS.join(', ')}.`)
    const misfit = named.find((operation) => !fits(fault.do, operation))
    if (misfit !== undefined) throw new TypeError(`chaos: ${JSON.stringify(fault.do)} has no meaning for ${misfit}`)
    if (fault.probability !== undefined && this.#random === undefined) {
      throw new TypeError('chaos: `probability` needs `random` in the plan, for instance a seeded one')
    }
  }

  /** Counts the call, and says what goes wrong in it. */
  decide(operation: Operation, keys: readonly string[]): Mishap | undefined {
    this.#calls.set(operation, this.calls(operation) + 1)
    // Each rule counts its calls, also those that another one struck.
    const met = this.#faults.filter((candidate) => this.#meets(candidate, operation, keys))
    const fault = met.find(({ probability }) => probability === undefined || (this.#random?.() ?? 0) < probability)
    if (fault !== undefined) this.injected.push({ operation, keys, mishap: fault.do })
    return fault?.do
  }

  #meets(fault: ChaosFault, operation: Operation, keys: readonly string[]): boolean {
    const { on, key, call } = fault
    if (!fits(fault.do, operation)) return false
    if (on !== undefined && ![on].flat().includes(operation)) return false
    // `search`, for `test` of a global expression goes on where it ended the last time.
    if (key !== undefined && !keys.some((name) => (typeof key === 'string' ? name === key : name.search(key) >= 0))) return false
    const nth = (this.#matched.get(fault) ?? 0) + 1
    this.#matched.set(fault, nth)
    return call === undefined || [call].flat().includes(nth)
  }
}
