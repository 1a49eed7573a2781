import { type Administration, administrationOf } from './administration.ts'
import { type Buffered, sideDoor } from './buffered.ts'
import { Company } from './company.ts'
import { drafted, enter, openHouse, type Behind as Threshold } from './entrance.ts'
import { type Entry, entryOf } from './entry.ts'
import type { Functions } from './functions.ts'
import { OURS } from './house.ts'
import { initWith } from './init.ts'
import { jsonOf } from './json.ts'
import { lasting } from './lasting-body.ts'
import type { Events } from './model/events.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { CallOptions, Init, Input, Options } from './model/options.ts'
import type { OutputOf, StandardSchema } from './model/standard-schema.ts'
import { isAsKnown } from './pipeline.ts'
import { checkListening } from './policy/event-options.ts'
import { isCached } from './policy/passing.ts'
import { type PrefetchInput, type PrefetchOptions, prefetched } from './prefetch.ts'
import type { Prefetched } from './prefetch-run.ts'
import { putVersion } from './put.ts'
import { rejected, used } from './use.ts'
import { watched } from './watch.ts'

/**
 * A fetch that keeps every good answer, and gives the last one when the server does not. Each member's type is made of what the package exports, so
 * that a program which emits declarations can export it.
 */
export interface CachedFetch {
  /**
   * As the platform's `fetch`, with `init.holdfast` for what is ours.
   *
   * @throws TypeError for what fetch itself refuses, and for an unknown or wrong option.
   * @throws HoldfastError when the network gave nothing and there is nothing to fall back to; see its `code`.
   */
  (input: Input, init?: Init): Promise<Response>
  /**
   * Seeds a version by hand, for tests and imports; stored whatever its headers say. `storedAt` defaults to now; by an
   * earlier one it takes its place before the versions that were stored since, and is kept if it is among those that are.
   *
   * @throws TypeError for what is no Response, or is no whole answer (`Response.error()`, 206, 304).
   */
  put(input: Input, response: Response, options?: { labels?: string[]; storedAt?: Date }): Promise<VersionInfo>
  /**
   * Reads an answer with your own parser. A throw refuses that version (label 'failed', with the reason) and reads the last good one, once;
   * where that throws too, the first error is thrown.
   */
  use<T>(input: Input, read: (response: Response) => T | Promise<T>): Promise<T>
  use<T>(input: Input, init: Init, read: (response: Response) => T | Promise<T>): Promise<T>
  /** "That one was bad": labels the version behind this response 'failed', and answers with the last good one. HoldfastError REJECTED where there is none. */
  reject(response: Response, reason: unknown): Promise<Response>
  /**
   * Requests made before their answers are needed, in the background: what is stored and fresh costs no request, so a list that broke off is
   * gone on with by being given again. Nothing happens until it is iterated; results come as they end. It never rejects as a whole: a bad
   * input, a failure, and an answer outside 2xx (HttpError) are `ok: false`. What failed and left nothing is not asked for again within
   * `fallback.cooldown`. Ends when the loop is left or the signal aborts; then what is under way is given up.
   *
   * @throws TypeError for what is no list, and for a wrong option. HoldfastError CLOSED.
   */
  prefetch(inputs: Iterable<PrefetchInput> | AsyncIterable<PrefetchInput>, options?: PrefetchOptions): AsyncIterable<Prefetched>
  /** A handle on what is stored of one request; nothing happens until it is asked. The partition is that of `init`. */
  entry(input: Input, init?: Init): Entry
  /**
   * Each version of an entry that is stored from now on, by whichever process on the same tiers, with the one before. It asks no origin.
   * Who waits for the next one keeps the process alive. Ends when the instance is closed; rejects with the reason of `init.signal` when that aborts.
   */
  watch(input: Input, init?: Init): AsyncIterable<{ version: VersionInfo; previous?: VersionInfo }>
  /**
   * An answer's JSON, parsed; where `schema` is set, checked and typed by it. `init` is then `Init & { holdfast: { schema: S } }`, without the
   * intersection of `S` with our own: for a type of ArkType that has no end before TypeScript 7.
   *
   * @throws HttpError for a status outside 2xx. HoldfastError REJECTED where the schema does not accept it. SyntaxError where it is no JSON.
   */
  json<S extends StandardSchema>(
    input: Input,
    init: RequestInit & { holdfast: Omit<CallOptions, 'schema'> & { schema: S } },
  ): Promise<OutputOf<S>>
  json<T = unknown>(input: Input, init?: Init): Promise<T>
  /** For functions and methods: their results in this instance's tiers, under the same rules as answers. */
  readonly buffered: Buffered
  /**
   * An instance with further options that shares tiers, flights and governor with this one. Closing it closes nothing.
   *
   * @throws TypeError for what is shared: tiers, limits, storeTimeout, fetch, clock, random, waitUntil.
   */
  extend(options: Options): CachedFetch
  /** Listens; the returned function stops it. @throws TypeError for an event that there is not, and for no function. */
  on<K extends keyof Events>(event: K, listener: (event: Events[K]) => void): () => void
  /** Resolves when nothing is in flight behind, and all writes are down. */
  idle(): Promise<void>
  /**
   * Refuses new calls (code CLOSED); callers who wait get CLOSED or the fallback; writes are flushed. Responses that were handed out
   * stay readable (unread ones for 30 s): their store closes with the last of them. A body that still streams in ends with CLOSED.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
  readonly cache: Administration & {
    /** Whether a call would find a version, fresh or stale: a tier that fails is a miss to it. Sends nothing. */
    has(input: Input, init?: Init): Promise<boolean>
  }
}

type Reader<T> = (response: Response) => T | Promise<T>

/** What a door leads to. */
export interface Behind extends Threshold {
  readonly functions: Functions
  extend(options: Options): CachedFetch
  close(): Promise<void>
}

function listeningAt(behind: Behind): CachedFetch['on'] {
  return (event, listener) => {
    checkListening(event, listener)
    return behind.house().emitter.on(event, listener)
  }
}

/** Hangs the front door before a house. */
export function frontDoor(behind: Behind): CachedFetch {
  const company = companyAt(behind)
  const fetch = (input: Input, init?: Init): Promise<Response> => enter(behind, input, init, company)
  const close = (): Promise<void> => behind.close()
  const reject = async (response: Response, reason: unknown): Promise<Response> => {
    const house = openHouse(behind)
    return house.walks.during(rejected(house, response, reason))
  }
  return Object.assign(fetch, {
    [OURS]: true,
    put: async (input: Input, response: Response, options: { labels?: string[]; storedAt?: Date } = {}) => {
      const house = openHouse(behind)
      return house.walks.during(drafted(behind, input).then((call) => putVersion(house, call, { response, options })))
    },
    use: async (input: Input, ...rest: [Reader<unknown>] | [Init, Reader<unknown>]) => {
      const [init, read] = rest.length === 1 ? [undefined, rest[0]] : rest
      return used(() => fetch(input, init), read, reject)
    },
    reject,
    prefetch: (inputs: Iterable<PrefetchInput> | AsyncIterable<PrefetchInput>, options: PrefetchOptions = {}) =>
      prefetched(behind, inputs, options),
    entry: entryAt(behind, fetch),
    watch: (input: Input, init: Init = {}) => watched(openHouse(behind), drafted(behind, input, init), init.signal ?? undefined),
    json: (async (input: Input, init?: Init) =>
      jsonOf(await fetch(input, init), () => fetch(input, initWith(init, { cache: 'reload' })))) as CachedFetch['json'],
    buffered: sideDoor(behind),
    extend: (options: Options) => behind.extend(options),
    on: listeningAt(behind),
    idle: () => behind.house().idle(),
    close,
    [Symbol.asyncDispose]: close,
    cache: { ...administrationOf(behind), has: (input: Input, init?: Init) => has(behind, input, init) },
  })
}

function entryAt(behind: Behind, fetch: typeof globalThis.fetch): CachedFetch['entry'] {
  return (given, init = {}) => {
    // A URL that its caller changes since makes it no other entry.
    const input = given instanceof URL ? given.href : given
    return entryOf({
      house: () => openHouse(behind),
      call: () => drafted(behind, input, init),
      fetch: ({ refresh }) => fetch(input, refresh === 'yes' ? initWith(init, { cache: 'no-cache' }) : init),
    })
  }
}

function companyAt({ house }: Behind): Company<string, Response> {
  return new Company({
    house,
    give: (served) => house().responses.respond(lasting(house(), served)),
    givesOne: false,
    told: (error, call) => house().responses.told(error, call),
  })
}

async function has(behind: Behind, input: Input, init: Init | undefined): Promise<boolean> {
  const { tiers, stages } = openHouse(behind)
  const call = await drafted(behind, input, init)
  if (!isCached(call)) return false
  const held = tiers.peek(call) ?? (await tiers.lookup(call, () => true)).held
  return held !== undefined && isAsKnown(held, call, stages)
}
