import { type Entry, entryOf } from './entry.ts'
import { type CallBasis, draftCall, isForeign } from './fetch-call.ts'
import { type House, OURS } from './house.ts'
import { type Json, jsonOf } from './json.ts'
import { AttemptFailure } from './model/attempt-failure.ts'
import type { Call } from './model/call.ts'
import { HoldfastError } from './model/errors.ts'
import type { Events } from './model/events.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { Init, Input, Options } from './model/options.ts'
import type { Held } from './model/rooms.ts'
import { serve, straight } from './pipeline.ts'
import { judgeHeld, verdictWord } from './policy/candidate.ts'
import { isForeknown } from './policy/known-digests.ts'
import { isCached, isTimeUp, mayNotAsk, notCached } from './policy/passing.ts'
import { answered, failedAnswer, isAnswered } from './policy/served.ts'
import { putVersion } from './put.ts'
import { rejected, used } from './use.ts'

/** A fetch that keeps every good answer, and gives the last one when the server does not. */
export interface CachedFetch {
  /**
   * As the platform's `fetch`, with `init.holdfast` for what is ours.
   *
   * @throws TypeError for what fetch itself refuses, and for an unknown or wrong option.
   * @throws HoldfastError when the network gave nothing and there is nothing to fall back to; see its `code`.
   */
  (input: Input, init?: Init): Promise<Response>
  /** Seeds a version by hand, for tests and imports; stored whatever its headers say. `storedAt` defaults to now. */
  put(input: Input, response: Response, options?: { labels?: string[]; storedAt?: Date }): Promise<VersionInfo>
  /**
   * Reads an answer with your own parser. A throw refuses that version (label 'failed', with the reason) and reads the last good one, once;
   * where that throws too, the first error is thrown.
   */
  use<T>(input: Input, read: (response: Response) => T | Promise<T>): Promise<T>
  use<T>(input: Input, init: Init, read: (response: Response) => T | Promise<T>): Promise<T>
  /** "That one was bad": labels the version behind this response 'failed', and answers with the last good one. HoldfastError REJECTED where there is none. */
  reject(response: Response, reason: unknown): Promise<Response>
  /** A handle on what is stored of one request; nothing happens until it is asked. The partition is that of `init`. */
  entry(input: Input, init?: Init): Entry
  /** An answer's JSON, parsed; where `schema` is set, checked and typed by it. */
  readonly json: Json
  /** An instance with further options that shares tiers, flights and governor with this one. Closing it closes nothing. */
  extend(options: Options): CachedFetch
  /** Listens; the returned function stops it. */
  on<K extends keyof Events>(event: K, listener: (event: Events[K]) => void): () => void
  /** Resolves when nothing is in flight behind, and all writes are down. */
  idle(): Promise<void>
  /**
   * Refuses new calls (code CLOSED); callers who wait get CLOSED or the fallback; writes are flushed. Responses that were handed out
   * stay readable (unread ones for 30 s): their store closes with the last of them.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
  readonly cache: {
    /** Whether a version is stored, fresh or stale. Sends nothing. */
    has(input: Input, init?: Init): Promise<boolean>
  }
}

type Reader<T> = (response: Response) => T | Promise<T>

/** As it was before anybody put ours in its place: it answers data: and blob:, which have no server. */
const PLATFORM_FETCH: typeof globalThis.fetch = globalThis.fetch

/** What a door leads to. Asked for at the first call: the default instance is not built before. */
export interface Behind {
  house(): House
  basis(): CallBasis
  extend(options: Options): CachedFetch
  close(): Promise<void>
  isClosed(): boolean
}

/** Hangs the front door before a house. */
export function frontDoor(behind: Behind): CachedFetch {
  const fetch = (input: Input, init?: Init): Promise<Response> => enter(behind, input, init)
  const close = (): Promise<void> => behind.close()
  const reject = async (response: Response, reason: unknown): Promise<Response> => rejected(openHouse(behind), response, reason)
  return Object.assign(fetch, {
    [OURS]: true,
    put: async (input: Input, response: Response, options: { labels?: string[]; storedAt?: Date } = {}) => {
      const house = openHouse(behind)
      return house.walks.during(drafted(behind, input).then((call) => putVersion(house, call, { response, options })))
    },
    use: async (input: Input, ...rest: [Reader<unknown>] | [Init, Reader<unknown>]) => {
      const [init, read] = rest.length === 1 ? [undefined, rest[0]] : rest
      return used(await fetch(input, init), read, reject)
    },
    reject,
    entry: (input: Input, init: Init = {}) =>
      entryOf({
        house: () => openHouse(behind),
        call: () => drafted(behind, input, init),
        fetch: ({ refresh }) => fetch(input, refresh === 'yes' ? { ...init, cache: 'no-cache' } : init),
      }),
    json: (async (input: Input, init?: Init) =>
      jsonOf(await fetch(input, init), () => fetch(input, { ...init, cache: 'reload' }))) as Json,
    extend: (options: Options) => behind.extend(options),
    on: <K extends keyof Events>(event: K, listener: (event: Events[K]) => void) => behind.house().emitter.on(event, listener),
    idle: () => behind.house().idle(),
    close,
    [Symbol.asyncDispose]: close,
    cache: { has: (input: Input, init?: Init) => has(behind, input, init) },
  })
}

function openHouse(behind: Behind): House {
  refuseIfClosed(behind)
  return behind.house()
}

function refuseIfClosed(behind: Behind): void {
  if (behind.isClosed()) throw new HoldfastError('CLOSED', 'this instance is closed')
}

async function drafted(behind: Behind, input: Input, init?: Init): Promise<Call> {
  const { call, withBody } = draftCall(input, init, behind.basis())
  return withBody === undefined ? call : withBody()
}

async function has(behind: Behind, input: Input, init: Init | undefined): Promise<boolean> {
  refuseIfClosed(behind)
  const call = await drafted(behind, input, init)
  if (!isCached(call)) return false
  const { tiers } = behind.house()
  return tiers.peek(call) !== undefined || (await tiers.lookup(call, () => true)).held !== undefined
}

/** Reads the arguments and looks into memory: up to the promise a memory hit is synchronous. */
function enter(behind: Behind, input: Input, init: Init | undefined): Promise<Response> {
  try {
    refuseIfClosed(behind)
    if (isForeign(input)) return PLATFORM_FETCH(input, init)
    const { call, withBody } = draftCall(input, init, behind.basis())
    const left = abortReason(call)
    if (left !== undefined) return Promise.reject(left.reason)
    const house = behind.house()
    if (withBody !== undefined) return house.walks.during(withBody().then((whole) => leaving(whole, walk(house, whole))))
    return atOnce(house, call) ?? house.walks.during(leaving(call, walk(house, call)))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A caller who leaves gets its own reason at once, whatever the walk is waiting for; the walk notices by itself. */
function leaving(call: Call, walking: Promise<Response>): Promise<Response> {
  const { signal } = call
  if (signal === undefined) return walking
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const leave = (): void => {
    const left = abortReason(call)
    if (left !== undefined) reject(left.reason)
  }
  signal.addEventListener('abort', leave, { once: true })
  walking.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  leave()
  return promise
}

/** A caller who has left already gets its own reason; one whose time was up may still have the fallback. */
function abortReason(call: Call): { reason: unknown } | undefined {
  return call.signal?.aborted !== true || isTimeUp(call) ? undefined : { reason: call.signal.reason }
}

/** What is not simply the current version as it stands. */
const isParticular = ({ settings: { unpack, prefer, require } }: Call): boolean =>
  unpack !== undefined || prefer !== undefined || require !== undefined

/** A fresh version in memory. */
function atOnce(house: House, call: Call): Promise<Response> | undefined {
  if (call.cache === 'no-store' || isForeknown(call) || !isCached(call) || isParticular(call)) return undefined
  const held = house.tiers.peek(call)
  if (held === undefined) return undefined
  const verdict = judgeHeld(held, call, house.clock.now())
  if (verdict.name !== 'fresh' || isRefused(call, held)) return undefined
  house.stages.tell(call, held, verdictWord(verdict))
  return Promise.resolve(house.responses.respond(answered(call, held, verdict)))
}

/** Under `redirect: 'error'` an answer that came by a redirect is none. */
const isRefused = ({ redirect }: Call, { version }: Held): boolean => redirect === 'error' && version.redirected

/** The walk through the house, and its end as fetch would tell it. */
async function walk(house: House, call: Call): Promise<Response> {
  try {
    const passes = !isCached(call)
    if (passes && mayNotAsk(call)) throw notCached(call)
    if (passes) house.emitter.report('verdict', () => ({ key: call.key, url: call.url, verdict: 'bypass' }))
    const served = await (passes ? straight(call, house.stages) : serve(call, house.stages))
    if (isRefused(call, served.held))
      throw new AttemptFailure('REDIRECT', "the answer came by a redirect, and redirect is 'error'", { retry: 'never' })
    return house.responses.respond(await house.unpacking.of(served))
  } catch (error) {
    if (isAnswered(error)) return house.responses.respond(failedAnswer(call, error))
    throw house.responses.told(error, call)
  }
}
