import { atOnce, openHouse, type Behind as Threshold, walk } from './entrance.ts'
import { FunctionFailures } from './function-failures.ts'
import { FunctionIndex } from './function-index.ts'
import type { Asked } from './function-recall.ts'
import { keepFresh } from './function-refresh.ts'
import { classOf, isOfObject, whose } from './function-self.ts'
import { openSpace, type Space } from './function-space.ts'
import type { Functions } from './functions.ts'
import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Held, Served } from './model/rooms.ts'
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
  callOfAll(args: readonly unknown[], cache: Call['cache'] = 'default'): Call {
    if (this.#isPerObject)
      throw new TypeError(
        `buffered: each object has its own results of ${this.#fn.name}, and cache is told of none. Say scope: 'class', or clear() them all.`,
      )
    return this.callOf({ self: undefined, args }, cache)
  }

  /** Up to the promise a result in memory is synchronous. */
  call(asked: Asked): Promise<unknown> {
    return this.#space?.recall.find(asked) ?? this.#looked(asked)
  }

  #looked(asked: Asked): Promise<unknown> {
    try {
      const text = this.#textOf(asked)
      const { house, results, recall, call: bare, keyOf } = this.space()
      const given = recall.findBy(text)
      if (given !== undefined) return given
      const call: Call = { ...bare, cache: 'default', key: keyOf(text) }
      const served = atOnce(house, call)
      if (served === undefined || !(served.body instanceof Uint8Array))
        return this.#fallen(call) ?? house.walks.during(this.#walked(call, asked))
      const result = results.decoded(served.held, served.body)
      this.counts.hits++
      this.index.note(call, house)
      this.#keepFresh(call, asked, served.held)
      const again = results.again(served.held, served.body)
      if (again !== undefined) recall.keep({ ...asked, text }, { call, served, result: again })
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
      return this.space().house.walks.during(this.#walked(call, asked))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #walked(call: Call, asked: Asked): Promise<unknown> {
    const { results } = this.space()
    const served = await this.#walk(call, asked)
    try {
      return await results.of(served)
    } catch (error) {
      if (!(error instanceof Unreadable) || isNew(served)) throw error
      // Stored by another release, or damaged: as good as not there.
      return results.of(await this.#walk({ ...call, cache: 'reload' }, asked))
    }
  }

  async #walk(call: Call, asked: Asked): Promise<Served> {
    const { house } = this.space()
    const walking = walk(house, { ...this.#withOrigin(call, asked), caller: house.runs.caller() })
    const served = await walking.catch((error: unknown) => {
      this.counts.misses++
      this.failures.note(call.key, error, house.clock)
      throw error
    })
    this.failures.forget(call.key)
    const { outcome } = served
    if (served.held.tier !== undefined) {
      this.index.note(call, house)
      this.#keepFresh(call, asked, served.held)
    }
    this.counts[outcome === 'hit' || outcome === 'stale' ? 'hits' : 'misses']++
    if (outcome === 'stale' || outcome === 'fallback') this.counts.stale++
    return served
  }

  #withOrigin(call: Call, { self, args }: Asked): Call {
    const { house, codec } = this.space()
    // The function may add to the tags of its own call, and of no other.
    const tags = [...call.settings.tags]
    const origin = house.runs.origin({ key: call.key, work: () => this.#fn.apply(self, [...args]), codec, tags })
    return { ...call, settings: { ...call.settings, tags }, origin }
  }

  #keepFresh(call: Call, { self, args }: Asked, held: Held): void {
    const { refresh } = this.#options.layer
    if (refresh === undefined) return
    const kept = [...args]
    const keyOf = (of: unknown): string => this.callOf({ self: of, args: kept }).key
    const withOrigin = (again: Call, of: unknown): Call => this.#withOrigin(again, { self: of, args: kept })
    keepFresh(this.space().house, call, { held, refresh, repeat: { self, keyOf, withOrigin } })
  }
}

/** The function ran for it just now: to run it again would bring the same. */
const isNew = ({ outcome }: Served): boolean => outcome === 'miss' || outcome === 'revalidated'
