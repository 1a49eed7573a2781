import { atOnce, openHouse, type Behind as Threshold, walk } from './entrance.ts'
import { FunctionIndex } from './function-index.ts'
import { checkBy, Results } from './function-results.ts'
import type { Functions } from './functions.ts'
import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Served } from './model/rooms.ts'
import { keyValueText } from './policy/argument-key.ts'
import { callText, functionKeys, functionUrl } from './policy/function-key.ts'
import { type FunctionOptions, functionSettings } from './policy/function-options.ts'
import { Unreadable, type ValueCodec } from './stages/function/value-codec.ts'

/** What is behind the side door. */
export interface Behind extends Threshold {
  readonly functions: Functions
}

export type Plain = (this: unknown, ...args: unknown[]) => unknown

/** Where the results of one function are: known at its first call, when the instance is built. */
interface Space {
  readonly house: House
  readonly codec: ValueCodec
  readonly results: Results
  /** A call of it, but for what it is a call of. */
  readonly call: Omit<Call, 'key' | 'cache'>
  readonly keyOf: (self: string, args: string) => string
  readonly isDurable: boolean
}

export interface Asked {
  readonly self: unknown
  readonly args: readonly unknown[]
}

/** The calls of one function: arguments → the same walk as a fetch → a result. */
export class FunctionCalls {
  readonly #behind: Behind
  readonly #fn: Plain
  readonly #options: FunctionOptions
  readonly index: FunctionIndex
  readonly counts = { hits: 0, misses: 0, stale: 0 }
  #space: Space | undefined
  /** It was called as a method of an object that has results of its own. */
  #isPerObject = false

  constructor(behind: Behind, fn: Plain, options: FunctionOptions) {
    this.#behind = behind
    this.#fn = fn
    this.#options = options
    this.index = new FunctionIndex(options.maxItems)
    if (options.name !== undefined) behind.functions.claim(options.name, fn)
  }

  /** @throws HoldfastError CLOSED. TypeError where the function needs a name and has none. */
  space(): Space {
    const house = openHouse(this.#behind)
    this.#space ??= this.#open(house)
    return this.#space
  }

  #open(house: House): Space {
    const { name: given, v, layer, share, codec: chosen, limit } = this.#options
    const isDurable = house.stores.some(({ durable }) => durable)
    if (given === undefined && isDurable)
      throw new TypeError(
        `buffered: ${this.#fn.name === '' ? 'a function' : `the function ${this.#fn.name}`} needs a name where results outlive the process, for minifiers rename functions. Give the option name.`,
      )
    const name = given ?? this.#behind.functions.unnamed(this.#fn.name === '' ? 'anonymous' : this.#fn.name)
    const codec = house.runs.codec(chosen)
    const results = new Results(codec, share ? 'one for all' : 'a copy for each')
    const check = layer.schema === undefined ? undefined : checkBy(layer.schema, codec)
    const settings = functionSettings(this.#behind.basis().settings, layer, check)
    const { group, partition } = settings
    const keyOf = functionKeys({ group, partition, name, v }, isDurable ? 'as a digest' : 'in clear')
    const call = {
      method: 'GET',
      url: functionUrl(name),
      headers: [],
      preconditions: [],
      body: undefined,
      signal: undefined,
      redirect: 'follow',
      integrity: '',
      settings,
      credentialHeaders: new Set<string>(),
      ...(limit !== undefined && { turn: house.turns(limit) }),
    } as const
    return { house, codec, results, call, keyOf, isDurable }
  }

  /** What a call is of, as the rooms see it. @throws TypeError for arguments that have no text. */
  callOf({ self, args }: Asked, cache: Call['cache'] = 'default'): Call {
    const { call, keyOf } = this.space()
    return { ...call, cache, key: keyOf(this.#selfText(self), callText(args, this.#options.key)) }
  }

  /** What `fn.cache` is asked about: it is told of no object. @throws TypeError where each has results of its own. */
  callOfAll(args: readonly unknown[], cache: Call['cache'] = 'default'): Call {
    if (this.#isPerObject)
      throw new TypeError(
        `buffered: each object has its own results of ${this.#fn.name}, and cache is told of none. Say scope: 'class', or clear() them all.`,
      )
    return this.callOf({ self: undefined, args }, cache)
  }

  /** Whose results: with `scope: 'instance'` an object has its own, so what one user's client got never reaches another's. */
  #selfText(self: unknown): string {
    const { scope, instanceKey } = this.#options
    if (scope === 'class' || self === undefined || self === null || isModule(self)) return ''
    this.#isPerObject = true
    if (instanceKey !== undefined) return `k${keyValueText(instanceKey(self))}`
    if (typeof self !== 'object' && typeof self !== 'function') return `p${keyValueText(self)}`
    if (this.space().isDurable)
      throw new TypeError(
        `buffered: objects have no name that outlives the process. Give "${this.#options.name}" the option instanceKey, for instance instanceKey: (self) => self.id, or say scope: 'class' where all objects share their results.`,
      )
    return `#${this.#behind.functions.numberOf(self)}`
  }

  /** Up to the promise a result in memory is synchronous. */
  call(asked: Asked): Promise<unknown> {
    try {
      const { house, results } = this.space()
      const call = this.callOf(asked)
      const served = atOnce(house, call)
      if (served === undefined || !(served.body instanceof Uint8Array)) return house.walks.during(this.#walked(call, asked))
      const result = results.decoded(served.held, served.body)
      this.counts.hits++
      this.index.note(call, house)
      return Promise.resolve(result)
    } catch (error) {
      return error instanceof Unreadable ? this.refresh(asked) : Promise.reject(error)
    }
  }

  /** Runs the function, whatever is stored. */
  refresh(asked: Asked): Promise<unknown> {
    try {
      return this.space().house.walks.during(this.#walked(this.callOf(asked, 'no-cache'), asked))
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
      if (!(error instanceof Unreadable)) throw error
      // Stored by another release, or damaged: as good as not there.
      return results.of(await this.#walk({ ...call, cache: 'reload' }, asked))
    }
  }

  async #walk(call: Call, { self, args }: Asked): Promise<Served> {
    const { house, codec } = this.space()
    // The function may add to the tags of its own call, and of no other.
    const tags = [...call.settings.tags]
    const origin = house.runs.origin({ work: () => this.#fn.apply(self, [...args]), codec, tags })
    const served = await walk(house, { ...call, settings: { ...call.settings, tags }, origin })
    const { outcome } = served
    if (served.held.tier !== undefined) this.index.note(call, house)
    this.counts[outcome === 'hit' || outcome === 'stale' ? 'hits' : 'misses']++
    if (outcome === 'stale' || outcome === 'fallback') this.counts.stale++
    return served
  }
}

/** `import * as api` and `api.load()`: a module is nobody's instance. */
function isModule(self: unknown): boolean {
  return Object.prototype.toString.call(self) === '[object Module]' && Object.getPrototypeOf(self) === null
}
