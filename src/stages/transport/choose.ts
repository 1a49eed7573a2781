import type { Clock } from '../../model/clock.ts'
import type { Transport, WireRequest } from '../../model/transport.ts'
import { FetchGuidance } from './dispatcher.ts'
import { fetchTransport } from './fetch.ts'
import type { Sending } from './sending.ts'
import { wireTransport } from './wire.ts'

type Fetch = typeof globalThis.fetch

export interface TransportOptions {
  readonly clock: Clock
  /** `options.fetch`: always through this one. */
  readonly fetch?: Fetch
  /** True for a holdfast that somebody made the global fetch: through it we would call ourselves for ever. Default: none is. */
  readonly isOurs?: (fetch: Fetch) => boolean
  /** What stood there before that one. Default: the global fetch of now. */
  readonly platform?: Fetch
  /** Told of each call of a fetch. */
  readonly sending?: Sending
}

/**
 * Sends each request by the transport that is right at that moment: the caller's own fetch; a `globalThis.fetch` that has been
 * replaced (by a mock, by instrumentation); that fetch too where a dispatcher says how its requests leave; else the wire. `name` says
 * which one that would be now.
 */
export function chosenTransport(options: TransportOptions): Transport {
  const { clock, fetch, sending, isOurs = () => false, platform = globalThis.fetch } = options
  const wire = wireTransport({ clock })
  const byFetch = fetchTransport(() => fetch ?? standing(), { clock, ...(sending && { sending }) })
  const guidance = new FetchGuidance()
  const replaced = memoised((candidate) => !isNativeFetch(candidate) && !isOurs(candidate))

  function standing(): Fetch {
    const candidate = globalFetch()
    return candidate === undefined || isOurs(candidate) ? platform : candidate
  }

  function chosen(request?: WireRequest): Transport {
    const candidate = globalFetch()
    const isReplaced = fetch !== undefined || (candidate !== undefined && replaced(candidate))
    return isReplaced || request?.dispatcher !== undefined || guidance.isThere() ? byFetch : wire
  }

  return {
    get name() {
      return chosen().name
    },
    send: (request) => chosen(request).send(request),
    close: () => wire.close(),
  }
}

/**
 * The global fetch of now; of the one that Next.js puts in its place, what that stands around. Next's own keeps on the disk, for a year,
 * what is asked for under a mode that we need for conditions, and lets what a prerender asks for hang, with all who joined it.
 */
function globalFetch(): Fetch | undefined {
  const { fetch }: { fetch?: Fetch & { readonly _nextOriginalFetch?: Fetch } } = globalThis
  return fetch?._nextOriginalFetch ?? fetch
}

/**
 * Whether this is the fetch that Node came with, also where a mock was there before us, so that no comparison can tell.
 *
 * Node's is written in JavaScript, and its text loads an internal module, which no other code can do. A wrapper, a mock, a
 * bound function and a Proxy have another text (measured on Node 24; a test holds it on each Node that runs the tests). If a
 * later Node changes the text, every fetch counts as replaced: slower, and right.
 */
export function isNativeFetch(fetch: Fetch): boolean {
  return Function.prototype.toString.call(fetch).includes("'internal/deps/undici/undici'")
}

/** The last answer is kept: the text of a function is built anew each time that it is asked for. */
function memoised(judge: (fetch: Fetch) => boolean): (fetch: Fetch) => boolean {
  let last: { fetch: Fetch; verdict: boolean } | undefined
  return (fetch) => {
    if (last?.fetch !== fetch) last = { fetch, verdict: judge(fetch) }
    return last.verdict
  }
}
