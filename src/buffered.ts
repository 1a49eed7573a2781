import { decorated, isDecorating } from './decorated.ts'
import { openHouse } from './entrance.ts'
import { type FunctionCache, functionCache } from './function-cache.ts'
import { type Behind, FunctionCalls, type Plain } from './function-calls.ts'
import type { Duration } from './model/duration.ts'
import type { CallOptions } from './model/options.ts'
import { readFunctionOptions } from './policy/function-options.ts'
import { wrong } from './policy/option-readers.ts'
import type { RunContext } from './stages/function/run.ts'

/**
 * The options of a buffered function; those of a call mean what they mean for a fetch. `refresh` runs it again with the same arguments, and the
 * same `this` while that lives; it has to be said here, for the instance's is of fetches.
 */
export interface BufferedOptions<This, A extends unknown[], R>
  extends Pick<
    CallOptions,
    'ttl' | 'staleWhileRevalidate' | 'fallback' | 'timeouts' | 'retry' | 'schema' | 'tags' | 'group' | 'refresh'
  > {
  /**
   * Names the function in the key. In memory the default is its own name, and each function has a space of its own. Required where a tier
   * outlives the process.
   */
  name?: string
  /** Bump it to forget older results. */
  v?: number | string
  /** Which of the arguments matter. Default: all. */
  key?: (...args: A) => unknown
  /**
   * For methods. 'instance' (default): each object has its own results; where a tier outlives the process that takes `instanceKey`.
   * 'class': all objects share them.
   */
  scope?: 'instance' | 'class'
  /** A name of the object that is the same in every process. */
  instanceKey?: (self: This) => string
  /** Hands out one and the same object to all, as lru_cache does. Default false: a copy for each, which costs nothing for what is immutable. */
  share?: boolean
  /**
   * Results beyond so many go, the least recently used first and pinned ones not at all, as far as this process has seen them. Default: as
   * many as the tiers take.
   */
  maxItems?: number
  /**
   * For how long a failure is thrown again, to whoever asks for the same, without a run: in this process, and where there is nothing to fall
   * back to (else `fallback.cooldown` says so). Default 0: the next call runs the function again.
   */
  negativeTtl?: Duration
  /**
   * How many runs of this function at a time, and how often one may start (`rate` in each `per`, evenly spaced): a bucket of its own for all
   * objects together, and never a host's. Runs that were asked for again count; the wait for one's turn is no time-out. A run holds its
   * place until it ends: a function that calls itself with other arguments waits for itself for ever where all places are its own
   * callers', at `concurrency: 1` at once. Default: no limit.
   */
  limit?: { concurrency?: number; rate?: number; per?: Duration }
  /** How results become bytes. Default 'structured': Date, Map, Set, BigInt, typed arrays and cycles come back as they were. */
  codec?: 'structured' | 'json' | 'bytes' | { encode(value: R): Uint8Array; decode(bytes: Uint8Array): R }
}

/** A function with its results kept. */
export interface BufferedFunction<This, A extends unknown[], R> {
  (this: This, ...args: A): Promise<R>
  readonly cache: FunctionCache<A, R>
  /** The function itself. */
  readonly original: (this: This, ...args: A) => R | Promise<R>
}

// biome-ignore lint/suspicious/noExplicitAny: a legacy decorator is not told of which class its method is, and without options a decorator fits any method.
type Any = any // oxlint-disable-line typescript/no-explicit-any -- unknown in its place would refuse every method that has a type

type Fn<This, A extends unknown[], R> = (this: This, ...args: A) => Promise<R>

/** Not a function type alone: given to one of those, a generic function would have lost its type parameters before `F` is told of it. */
interface Plainly<This, A extends unknown[], R> {
  (this: This, ...args: A): R | Promise<R>
  readonly name?: string
}

/**
 * The type of a function of which `This`, `A` and `R` do not tell all: a generic one, or one with overloads. unknown of every other, and of
 * one that may give something else than a promise.
 */
type Own<F> = F extends (this: infer This, ...args: infer A) => infer R
  ? ((this: This, ...args: A) => R) extends F
    ? unknown
    : [keyof F, R, (...args: Any[]) => Promise<never>] extends [never, Promise<unknown>, F]
      ? F
      : unknown
  : unknown

/** What `buffered(options)` gives: a decorator of methods, and a wrapper of functions. */
export interface Decorate<This, A extends unknown[], R> {
  <T extends This, B extends [...A, ...Any[]], Q extends R, F = unknown>(
    method: Fn<T, B, Q>,
    context: ClassMethodDecoratorContext<T, Fn<T, B, Q> & F>,
  ): Own<F> & BufferedFunction<T, B, Q>
  <B extends [...A, ...Any[]], Q extends R, F = unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Fn<Any, B, Q> & F>,
  ): TypedPropertyDescriptor<Own<F> & Fn<Any, B, Q>>
  <T extends This, B extends [...A, ...Any[]], Q extends R, F = unknown>(
    fn: Plainly<T, B, Q> & F,
  ): Own<F> & BufferedFunction<T, B, Q>
  /** A function whose promise is of another make, or that gives one only sometimes. */
  <T extends This, B extends [...A, ...Any[]], Q extends R | PromiseLike<R>>(
    fn: (this: T, ...args: B) => Q,
  ): BufferedFunction<T, B, Awaited<Q>>
}

/** The function alone says what its arguments are: a `key` that looks at some of them says nothing of the others. */
type OptionsOf<This, A extends unknown[], R> = Omit<BufferedOptions<This, A, R>, 'key'> & {
  key?: NoInfer<(...args: A) => unknown>
}

/** Keeps the results of functions as a fetch keeps answers. */
export interface Buffered {
  /** `@buffered` on a method that returns a promise, static and private ones too; decorators of the standard. */
  <This, A extends unknown[], R, F = unknown>(
    method: Fn<This, A, R>,
    context: ClassMethodDecoratorContext<This, Fn<This, A, R> & F>,
  ): Own<F> & BufferedFunction<This, A, R>
  /** The same with `experimentalDecorators`. */
  <A extends unknown[], R, F = unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Fn<Any, A, R> & F>,
  ): TypedPropertyDescriptor<Own<F> & Fn<Any, A, R>>
  /**
   * The same function, with its results kept by its arguments. It always gives a promise.
   *
   * @throws TypeError for an unknown or wrong option, for a generator, and for a name that another function of this instance has.
   */
  <This, A extends unknown[], R, F = unknown>(
    fn: Plainly<This, A, R> & F,
    options?: OptionsOf<This, A, R>,
  ): Own<F> & BufferedFunction<This, A, R>
  /** A function whose promise is of another make, or that gives one only sometimes. */
  <This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => R,
    options?: OptionsOf<This, A, Awaited<R>>,
  ): BufferedFunction<This, A, Awaited<R>>
  /** `@buffered(options)`, or `buffered(options)(fn)`. @throws TypeError for an unknown or wrong option. */
  <This = Any, A extends unknown[] = Any[], R = Any>(options?: BufferedOptions<This, A, R>): Decorate<This, A, R>
  /** Inside a running function: what it runs for, and the power to say how its result is kept. TypeError outside of one. */
  context(): RunContext
}

const GENERATORS: ReadonlyMap<string, string> = new Map([
  ['[object GeneratorFunction]', 'the generator'],
  ['[object AsyncGeneratorFunction]', 'the async generator'],
])

/** @throws TypeError */
function refuseOthers(fn: unknown): asserts fn is Plain {
  if (typeof fn !== 'function') throw wrong('buffered', fn, 'Give a function.')
  const generator = GENERATORS.get(Object.prototype.toString.call(fn))
  if (generator !== undefined) throw refused(generator, fn, 'It gives its values once only. Return a list.')
  if (/^class\b/.test(Function.prototype.toString.call(fn))) throw refused('the class', fn, 'Decorate its methods.')
}

function refused(kind: string, { name }: { name: string }, cure: string): TypeError {
  return new TypeError(`buffered: ${kind}${name === '' ? '' : ` ${name}`} cannot be buffered. ${cure}`)
}

function wrapped(behind: Behind, { fn, member }: { fn: unknown; member?: PropertyKey }, given: unknown): object {
  refuseOthers(fn)
  const calls = new FunctionCalls(behind, { fn, ...(member !== undefined && { member }) }, readFunctionOptions(given))
  function bufferedFunction(this: unknown, ...args: unknown[]): Promise<unknown> {
    return calls.call({ self: this, args })
  }
  return Object.defineProperties(bufferedFunction, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
    original: { value: fn, enumerable: true },
    cache: { value: functionCache(calls), enumerable: true },
  })
}

/** Hangs the side door. */
export function sideDoor(behind: Behind): Buffered {
  const buffered = (...given: unknown[]): object => {
    const [first, second] = given
    if (isDecorating(given)) return decorated(given, (fn, member) => wrapped(behind, { fn, member }, {}))
    if (given.length > 0 && (typeof first !== 'object' || first === null)) return wrapped(behind, { fn: first }, second ?? {})
    const options = first ?? {}
    readFunctionOptions(options)
    return (...more: unknown[]) =>
      isDecorating(more)
        ? decorated(more, (fn, member) => wrapped(behind, { fn, member }, options))
        : wrapped(behind, { fn: more[0] }, options)
  }
  return Object.assign(buffered, { context: () => openHouse(behind).runs.context() }) as Buffered
}
