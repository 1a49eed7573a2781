import { atOnce, openHouse, type Behind as Threshold, walk } from './entrance.ts'
import type { Functions } from './functions.ts'
import type { House } from './house.ts'
import { wholeOf } from './model/body-chunks.ts'
import type { Call } from './model/call.ts'
import { headerOf } from './model/headers.ts'
import type { Held, Served } from './model/rooms.ts'
import { keyValueText } from './policy/argument-key.ts'
import { callText, functionKeys, functionUrl } from './policy/function-key.ts'
import { type FunctionOptions, functionSettings } from './policy/function-options.ts'
import { issuesText } from './policy/rejection.ts'
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
  /** Results that nobody can change, or that all are to share, by the version that they are of. */
  readonly #inHand = new WeakMap<object, { readonly value: unknown }>()
  readonly counts = { hits: 0, misses: 0, stale: 0 }
  #space: Space | undefined
  /** It was called as a method of an object that has results of its own. */
  #isPerObject = false

  constructor(behind: Behind, fn: Plain, options: FunctionOptions) {
    this.#behind = behind
    this.#fn = fn
    this.#options = options
    if (options.name !== undefined) behind.functions.claim(options.name, fn)
  }

  /** @throws HoldfastError CLOSED. TypeError where the function needs a name and has none. */
  space(): Space {
    const house = openHouse(this.#behind)
    this.#space ??= this.#open(house)
    return this.#space
  }

  #open(house: House): Space {
    const { name: given, v, layer, codec: chosen } = this.#options
    const isDurable = house.stores.some(({ durable }) => durable)
    if (given === undefined && isDurable)
      throw new TypeError(
        `buffered: ${this.#fn.name === '' ? 'a function' : `the function ${this.#fn.name}`} needs a name where results outlive the process, for minifiers rename functions. Give the option name.`,
      )
    const name = given ?? this.#behind.functions.unnamed(this.#fn.name === '' ? 'anonymous' : this.#fn.name)
    const codec = house.runs.codec(chosen)
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
    } as const
    return { house, codec, call, keyOf, isDurable }
  }

  /** What a call is of, as the rooms see it. @throws TypeError for arguments that have no text. */
  callOf({ self, args }: Asked, cache: Call['cache'] = 'default'): Call {
    const { call, keyOf, isDurable } = this.space()
    return { ...call, cache, key: keyOf(this.#selfText(self, isDurable), callText(args, this.#options.key)) }
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
  #selfText(self: unknown, isDurable: boolean): string {
    const { scope, instanceKey } = this.#options
    if (scope === 'class' || self === undefined || self === null || isModule(self)) return ''
    this.#isPerObject = true
    if (instanceKey !== undefined) return `k${keyValueText(instanceKey(self))}`
    if (typeof self !== 'object' && typeof self !== 'function') return `p${keyValueText(self)}`
    if (isDurable)
      throw new TypeError(
        `buffered: objects have no name that outlives the process. Give "${this.#options.name}" the option instanceKey, for instance instanceKey: (self) => self.id, or say scope: 'class' where all objects share their results.`,
      )
    return `#${this.#behind.functions.numberOf(self)}`
  }

  /** Up to the promise a result in memory is synchronous. */
  call(asked: Asked): Promise<unknown> {
    try {
      const { house } = this.space()
      const call = this.callOf(asked)
      const served = atOnce(house, call)
      if (served === undefined || !(served.body instanceof Uint8Array)) return this.#during(house, this.#walked(call, asked))
      const result = this.#decoded(served.held, served.body)
      this.counts.hits++
      return Promise.resolve(result)
    } catch (error) {
      return error instanceof Unreadable ? this.refresh(asked) : Promise.reject(error)
    }
  }

  /** Runs the function, whatever is stored. */
  refresh(asked: Asked): Promise<unknown> {
    try {
      return this.#during(this.space().house, this.#walked(this.callOf(asked, 'no-cache'), asked))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #during<T>({ walks }: House, work: Promise<T>): Promise<T> {
    return walks.during(work)
  }

  async #walked(call: Call, asked: Asked): Promise<unknown> {
    const served = await this.#walk(call, asked)
    try {
      return await this.resultOf(served)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      // Stored by another release, or damaged: as good as not there.
      return this.resultOf(await this.#walk({ ...call, cache: 'reload' }, asked))
    }
  }

  async #walk(call: Call, { self, args }: Asked): Promise<Served> {
    const { house, codec } = this.space()
    // The function may add to the tags of its own call, and of no other.
    const tags = [...call.settings.tags]
    const origin = house.runs.origin({ work: () => this.#fn.apply(self, [...args]), codec, tags })
    const served = await walk(house, { ...call, settings: { ...call.settings, tags }, origin })
    const { outcome } = served
    this.counts[outcome === 'hit' || outcome === 'stale' ? 'hits' : 'misses']++
    if (outcome === 'stale' || outcome === 'fallback') this.counts.stale++
    return served
  }

  /** @throws Unreadable where it was stored in another form, or is damaged. */
  async resultOf({ held, body }: Pick<Served, 'held' | 'body'>): Promise<unknown> {
    if (Symbol.asyncIterator in body) throw new Unreadable('it is a stream')
    const release = body instanceof Uint8Array ? undefined : body.hold()
    try {
      const bytes = await wholeOf(body).catch((error: unknown) => {
        throw new Unreadable('its bytes cannot be read', { cause: error })
      })
      return this.#decoded(held, bytes)
    } finally {
      release?.()
    }
  }

  /** A copy for each caller; of what nobody can change there need be one only. */
  #decoded({ version }: Held, bytes: Uint8Array): unknown {
    const known = this.#inHand.get(version)
    if (known !== undefined) return known.value
    const { codec } = this.space()
    const value = codec.decode({ bytes, type: headerOf(version.headers, 'content-type') ?? '' })
    if (this.#options.share || codec.isUnchangeable(value)) this.#inHand.set(version, { value })
    return value
  }
}

/** `import * as api` and `api.load()`: a module is nobody's instance. */
function isModule(self: unknown): boolean {
  return Object.prototype.toString.call(self) === '[object Module]' && Object.getPrototypeOf(self) === null
}

/** The schema is asked of the result, whatever form that is stored in. */
function checkBy(schema: NonNullable<FunctionOptions['layer']['schema']>, codec: ValueCodec): Call['settings']['check'] {
  return async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer())
    const value = codec.decode({ bytes, type: response.headers.get('content-type') ?? '' })
    const { issues } = (await schema['~standard'].validate(value)) as { issues?: readonly unknown[] }
    if (issues !== undefined) throw new Error(`schema: ${issuesText(issues)}`)
  }
}
