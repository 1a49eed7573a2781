import { AsyncLocalStorage } from 'node:async_hooks'
import { FunctionFailure } from '../../model/attempt-failure.ts'
import { piecesOf, wholeOf } from '../../model/body-chunks.ts'
import type { Call, CallOrigin } from '../../model/call.ts'
import { parseDuration } from '../../model/duration.ts'
import { headerOf } from '../../model/headers.ts'
import type { WireResponse } from '../../model/transport.ts'
import { functionName } from '../../policy/function-key.ts'
import { tags as readTags } from '../../policy/tag-options.ts'
import { Circles, type Run as Running } from './circles.ts'
import { type CustomCodec, type Encoded, ValueCodec } from './value-codec.ts'

/** What a function that runs may know of its call, and say of its result. */
export interface RunContext {
  /** Aborts when nobody waits any more, or the time is up. */
  readonly signal: AbortSignal
  /** The result before this one; absent where there is none. */
  readonly previous?: unknown
  /** For how long this result is fresh, in the place of the option `ttl`; whole seconds, rounded up. */
  setTtl(ttl: number | string): void
  /** Adds to the entry's tags. */
  tag(...tags: string[]): void
  /** This result is given to those who wait, and not kept. */
  skip(): void
  /** Gives up: nothing is tried again, and the last good result is the answer where there is one. */
  fail(reason: unknown): never
}

/** One run: of which entry, what to do, how its result is written down, and the tags of its call, to which it may add. */
export interface Run {
  readonly key: string
  readonly work: (signal: AbortSignal) => unknown
  readonly codec: ValueCodec
  readonly tags: string[]
}

/** What a run says of its result. */
interface Said {
  lifetime: number | undefined
  keeps: 'kept' | 'skipped'
  gaveUp: 'yes' | 'no'
}

/** The largest delta-seconds that a cache need know (RFC 9111 1.2.2). */
const FOR_EVER = 2 ** 31

/** Runs functions in the network's place, and lets them ask what they run for. */
export class Runs {
  readonly #running = new AsyncLocalStorage<{ readonly context: RunContext; readonly run: Running }>()
  readonly #circles = new Circles()

  codec(chosen: 'structured' | 'json' | 'bytes' | CustomCodec): ValueCodec {
    return new ValueCodec(chosen)
  }

  /** @throws TypeError outside of a running function */
  context(): RunContext {
    const running = this.#running.getStore()
    if (running === undefined)
      throw new TypeError('buffered.context() is there inside a running function only, and of the instance that buffers it')
    return running.context
  }

  /** The run that this is called from; undefined outside of one. */
  caller(): object | undefined {
    return this.#running.getStore()?.run
  }

  /** A caller waits for a flight of this call. @throws TypeError where that one waits for the caller. */
  waiting<T>({ key, url, caller }: Call, wait: () => Promise<T>): Promise<T> {
    if (caller === undefined) return wait()
    return this.#circles.whileWaiting(caller as Running, { key, name: functionName(url) }, wait)
  }

  /** The function as a server: its result is a body, what it says of it are headers. */
  origin({ key, work, codec, tags }: Run): CallOrigin {
    return async ({ signal, stored }) => {
      const said: Said = { lifetime: undefined, keeps: 'kept', gaveUp: 'no' }
      const context = contextOf(said, { signal, tags, previous: await previousOf(stored, codec) })
      const run = this.#circles.begin(key)
      try {
        const value = await whileWanted(() => this.#running.run({ context, run }, work, signal), signal)
        return answer(encoded(value, codec), said)
      } catch (thrown) {
        if (thrown instanceof FunctionFailure) throw thrown
        if (signal.aborted) throw signal.reason
        throw new FunctionFailure(thrown, said.gaveUp === 'yes' ? 'never' : 'yes')
      } finally {
        this.#circles.end(run)
      }
    }
  }
}

function encoded(value: unknown, codec: ValueCodec): Encoded {
  try {
    return codec.encode(value)
  } catch (error) {
    // What cannot be kept now cannot be kept the next time.
    throw new FunctionFailure(error, 'never')
  }
}

/** The user's code cannot be stopped, but nobody has to wait for it. */
export async function whileWanted(work: () => unknown, signal: AbortSignal): Promise<unknown> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([over, (async () => work())()])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

function contextOf(
  said: Said,
  { signal, tags, previous }: { signal: AbortSignal; tags: string[]; previous: (() => unknown) | undefined },
): RunContext {
  const context: RunContext = {
    signal,
    setTtl: (ttl) => {
      said.lifetime = parseDuration(ttl, 'setTtl')
    },
    tag: (...more) => {
      tags.splice(0, tags.length, ...readTags([...tags, ...more], 'tag'))
    },
    skip: () => {
      said.keeps = 'skipped'
    },
    fail: (reason) => {
      said.gaveUp = 'yes'
      throw reason
    },
  }
  // A getter that is spread would be asked at once, and what nobody asks for need not be decoded.
  return previous === undefined ? context : Object.defineProperty(context, 'previous', { get: previous, enumerable: true })
}

/** Read before the function runs, decoded when it asks. What cannot be read is as if it were not there. */
async function previousOf(stored: Parameters<CallOrigin>[0]['stored'], codec: ValueCodec): Promise<(() => unknown) | undefined> {
  if (stored === undefined) return undefined
  const bytes = await wholeOf(stored.body).catch(() => undefined)
  if (bytes === undefined) return undefined
  const type = headerOf(stored.version.headers, 'content-type') ?? ''
  return () => {
    try {
      return codec.decode({ bytes, type })
    } catch {
      return undefined
    }
  }
}

function answer({ bytes, type }: Encoded, { lifetime, keeps }: Said): WireResponse {
  const fields = [
    ...(keeps === 'skipped' ? ['no-store'] : []),
    ...(lifetime === undefined ? [] : [`max-age=${Math.min(Math.ceil(lifetime / 1000), FOR_EVER)}`]),
  ]
  return {
    status: 200,
    statusText: 'OK',
    headers: [
      ['content-type', type],
      ['content-length', String(bytes.length)],
      ...(fields.length > 0 ? [['cache-control', fields.join(', ')] as const] : []),
    ],
    framing: 'length',
    decoded: false,
    body: piecesInTurn(bytes),
    discard: () => undefined,
  }
}

async function* piecesInTurn(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* piecesOf(bytes)
}
