import type { HeaderList } from './headers.ts'
import type { CacheMode, Settings } from './settings.ts'
import type { StoredBody } from './stored-body.ts'
import type { Dispatcher, WireResponse } from './transport.ts'

/** What policy needs to know of a request. */
export interface RequestFacts {
  /** As asked: 'HEAD' stays HEAD although it shares the GET's entry. */
  readonly method: string
  /** Normalised, without fragment. */
  readonly url: string
  /** The caller's, over the instance's. Names in lower case. */
  readonly headers: HeaderList
}

/** What answers in the network's place, as a server would: the function behind the side door. */
export type CallOrigin = (asked: {
  readonly signal: AbortSignal
  /** What it gave before. */
  readonly stored: { readonly version: { readonly headers: HeaderList }; readonly body: Uint8Array | StoredBody } | undefined
}) => Promise<WireResponse>

/** One request on its way through the house. */
export interface Call extends RequestFacts {
  /** The entry's key text: canonical, equal in every process. */
  readonly key: string
  /** The URL as the caller wrote it, where that is another text: so it is sent, for who signs a request signs that. */
  readonly sent?: string | undefined
  /**
   * The caller's own If-None-Match, If-Modified-Since, Range and If-Range, taken out of `headers`: answered from a stored whole
   * (RFC 9111 4.3.2), and put back where there is none.
   */
  readonly preconditions: HeaderList
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly signal: AbortSignal | undefined
  /** Whose signal it is. Never read: where nobody holds a Request any more, its signal hears no more of the caller's. */
  readonly request?: Request
  readonly cache: CacheMode
  /** `init.redirect`; 'same-origin': followed, but to no other origin (`init.mode`). */
  readonly redirect: 'follow' | 'error' | 'manual' | 'same-origin'
  /** Subresource Integrity metadata; '' for none. */
  readonly integrity: string
  /** How much of the Referer that is among `headers` further servers are told; absent: as it stands, for the caller wrote it himself. */
  readonly referrerPolicy?: Request['referrerPolicy'] | undefined
  readonly settings: Settings
  /** `init.dispatcher`: by what the request leaves, and one for a robots.txt on its behalf; absent: as all do. */
  readonly dispatcher?: Dispatcher | undefined
  /** Absent: the server that the URL names. It is user code, so neither a host's ticket nor a lease is held while it runs. */
  readonly origin?: CallOrigin
  /** Where `origin` waits for its turn; absent: it needs none. */
  readonly turn?: (signal: AbortSignal) => Promise<{ release(): void }>
  /** The running function that made this call and waits for it; absent outside of one, and where nobody waits. */
  readonly caller?: object | undefined
  /** It shares no flight: what was brought for another is for that one only. */
  readonly isAlone?: true
  /** What the settings came of, for an entry whose own policy stands in between; absent where no entry has a say. */
  readonly layers?: { readonly under: Settings; readonly own: object | undefined }
  /** Names of the headers whose values never stand in clear, cross an origin, or are shared. Lower case. */
  readonly credentialHeaders: ReadonlySet<string>
}
