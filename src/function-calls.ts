import { atOnce, openHouse, type Behind as Threshold } from './entrance.ts'
import { FunctionFailures } from './function-failures.ts'
import { FunctionIndex } from './function-index.ts'
import type { Asked } from './function-recall.ts'
import { classOf, isOfObject, whose } from './function-self.ts'
import { openSpace, type Space } from './function-space.ts'
import { FunctionWalks } from './function-walks.ts'
import type { Functions } from './functions.ts'
import type { House } from './house.ts'
import { isBytes } from './model/bytes.ts'
import type { Call } from './model/call.ts'
import { askedText, callText } from './policy/function-key.ts'
import type { FunctionOptions } from './policy/function-options.ts'
import { Unreadable } from './stages/function/value-codec.ts'

/** What is behind the side door. */
export interface Behind extends Threshold {
  readonly functions: Functions
}

export type Plain = (this: unknown, ...args: unknown[]) => unknown

/** What is buffered: a function, or the method of a class. */
export interface Subject {
  readonly fn: Plain
  /** What a decorated method is called in its class. */
  readonly member?: PropertyKey
}

/** The calls of one function: arguments → the same walk as a fetch → a result. */
export class FunctionCalls {
  readonly #behind: Behind
  readonly #fn: Plain
  readonly #member: PropertyKey | undefined
  readonly #options: FunctionOptions
  readonly index: FunctionIndex
  readonly failures: FunctionFailures
  readonly counts = { hits: 0, misses: 0, stale: 0 }
  #space: Space | undefined
  #walks: FunctionWalks | undefined
  /** It was called as a method of an object that has results of its own. */
  #isPerObject = false

  constructor(behind: Behind, { fn, member }: Subject, options: FunctionOptions) {
    this.#behind = behind
    this.#fn = fn
    this.#member = member
    this.#options = options
    this.index = new FunctionIndex(options.maxItems)
    this.failures = new FunctionFailures(options.negativeTtl)
    if (options.name !== undefined) behind.functions.claim(options.name, fn)
  }

  /** @throws HoldfastError CLOSED. TypeError where the function needs a name and has none. */
  space(self?: unknown): Space {
    const house = openHouse(this.#behind)
    this.#space ??= this.#open(house, self)
    return this.#space
  }

  #walksIn(space: Space): FunctionWalks {
    const { index, failures, counts } = this
    const { refresh } = this.#options.layer
    const keyOf = (asked: Asked): string => this.callOf(asked).key
    this.#walks = new FunctionWalks({ space, fn: this.#fn, refresh, keyOf, index, failures, counts })
    return this.#walks
  }

  #open(house: House, self: unknown): Space {
    const { functions } = this.#behind
    const owner = this.#member === undefined ? '' : classOf(self, this.#member)
    const shown = owner === '' ? this.#fn.name : `${owner}.${this.#fn.name}`
    const { index, counts } = this
    const under = this.#behind.basis().settings
    return openSpace({ house, under, functions, options: this.#options, shown, index, counts })
  }

  /** What a call is of, as the rooms see it. @throws TypeError for arguments that have no text. */
  callOf(asked: Asked, cache: Call['cache'] = 'default'): Call {
    const text = this.#textOf(asked)
    const { call, keyOf } = this.space()
    return { ...call, cache, key: keyOf(text) }
  }

  #textOf({ self, args }: Asked): string {
    const { isDurable } = this.space(self)
    const isOwn = isOfObject(self, this.#options)
    if (isOwn) this.#isPerObject = true
    const { functions } = this.#behind
    const own = isOwn ? whose(self, this.#options, { functions, isDurable }) : ''
    return askedText(own, callText(args, this.#options.key))
  }

  /** What `fn.cache` is asked about: it is told of no object. @throws TypeError where each has results of its own. */
  callOfAll(args: readonly unknown[]): Call {
    if (this.#isPerObject)
      throw new TypeError(
        `buffered: each object has its own results of ${this.#fn.name}, and cache is told of none. Say scope: 'class', or clear() them all.`,
      )
    return this.callOf({ self: undefined, args })
  }

  /** Up to the promise a result in memory is synchronous. */
  call(asked: Asked): Promise<unknown> {
    return this.#space?.recall.find(asked) ?? this.#walks?.along(asked) ?? this.#looked(asked)
  }

  #looked(asked: Asked): Promise<unknown> {
    try {
      const text = this.#textOf(asked)
      const space = this.space()
      const { house, results, recall, call: bare, keyOf } = space
      const walks = this.#walks ?? this.#walksIn(space)
      const given = recall.findBy(text) ?? walks.alongBy(text, asked)
      if (given !== undefined) return given
      const call: Call = { ...bare, cache: 'default', key: keyOf(text) }
      const served = atOnce(house, call)
      if (served === undefined || !isBytes(served.body)) return this.#fallen(call) ?? walks.go(call, asked, text)
      const result = results.decoded(served.held, served.body)
      this.counts.hits++
      this.index.note(call, house)
      walks.keepFresh(call, asked, served.held)
      recall.keep({ ...asked, text }, { call, served, result: results.again(served.held, served.body) })
      return Promise.resolve(result)
    } catch (error) {
      return error instanceof Unreadable ? this.refresh(asked) : Promise.reject(error)
    }
  }

  /** It failed a short while ago, and that is remembered. */
  #fallen({ key }: Call): Promise<never> | undefined {
    const failure = this.failures.of(key, this.space().house.clock)
    if (failure === undefined) return undefined
    this.counts.hits++
    return Promise.reject(failure.error)
  }

  /** Runs the function, whatever is stored. */
  refresh(asked: Asked): Promise<unknown> {
    try {
      const call = this.callOf(asked, 'no-cache')
      return (this.#walks ?? this.#walksIn(this.space())).go(call, asked)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
