import type { CacheStatusFacts, Forward } from './cache-status.ts'
import type { Call } from './call.ts'
import type { Attempt, ErrorCode } from './errors.ts'
import type { HeaderList } from './headers.ts'
import type { BypassReason } from './inspection.ts'
import type { EntryRecord, LiveVersion, RedirectFacts, VariantRecord, VersionRef } from './record.ts'
import type { ResponseFacts } from './response-facts.ts'
import type { Coming, Loan, StoredBody } from './stored-body.ts'
import type { TransportFailure } from './transport.ts'
import type { Urgency } from './urgency.ts'

export type { Loan, StoredBody }

/** One version in hand: what is known of it, and its body. */
export interface Held {
  readonly entry: EntryRecord
  readonly variant: VariantRecord
  readonly ref: VersionRef
  readonly version: LiveVersion
  readonly body: Uint8Array | StoredBody
  /** The tier that answered; undefined for what is not stored. */
  readonly tier: string | undefined
}

/** What the tiers know of one key. */
export interface Found {
  readonly entry: EntryRecord | undefined
  /** The current version for this request. */
  readonly held: Held | undefined
  /** Why the request goes on to the origin, as RFC 9211 2.2 has it. */
  readonly forward?: Forward
}

export const NOTHING_FOUND: Found = { entry: undefined, held: undefined }

/** The head of a final response, redirects done. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
  readonly url: string
  readonly redirected: boolean
  /** Epoch milliseconds when its request was sent and when it arrived: RFC 9111 4.2.3. */
  readonly requestedAt: number
  readonly receivedAt: number
  readonly redirects?: RedirectFacts
  /** What the headers say, where it is read once for all who ask. */
  readonly facts?: ResponseFacts
}

/** A body on its way into the house: one writer, any number of readers behind it. */
export interface BodyWriter {
  /** Bytes that have arrived since the last restart. */
  readonly bytes: number
  write(piece: Uint8Array): Promise<void>
  /** A copy of at most so many of the bytes from an offset on. */
  read(from: number, most: number): Promise<Uint8Array>
  /** Forgets what came, and begins a new body. Streams that have handed some of it out break, for this reason where there is one. */
  restart(because?: Error): Promise<void>
  /** Another writer takes this one's place, for who has read nothing yet, or comes later; for the others, or for all, the stream breaks. */
  handOver(to: BodyWriter, breaks?: Readers): Promise<void>
  finish(): Promise<WrittenBody>
  /** Gives the download up. Those who were reading are told why, where there is a reason; others may be left to wait for one that this hands over to. */
  abandon(whom: Readers, because?: unknown): Promise<void>
  /** Digests of what came so far, base64, by the algorithms asked for at the start. */
  digest(algorithm: string): string
  /** Follows the writer; the last piece is withheld until `finish`. Breaks when the writer starts over or gives up. */
  follow(): AsyncIterable<Uint8Array>
}

/** Whose streams break: also of those who have read nothing yet, and might have another body from its start. */
export type Readers = 'all' | 'who have read'

export interface WrittenBody {
  readonly size: number
  /** SHA-256, hex. */
  readonly digest: string
  /** Inline bytes, where the body is small enough for the nearest tier. */
  readonly bytes: Uint8Array | undefined
  /** Where it stands, and in which tier; undefined: in memory or in a spool only. */
  readonly bodyId: string | undefined
  readonly tier: string | undefined
  readonly body: Uint8Array | StoredBody
  /** The last piece goes to those who follow: it was withheld until the body had passed. */
  pass(): void
  /** Breaks their streams instead. */
  refuse(reason: Error, whom: Readers): void
  /** Nobody is to have it: it goes, with all that stands of it. */
  discard(): Promise<void>
  /** Resolves when nobody follows the body any more: until then it stays where it is. */
  unread(): Promise<void>
}

/** What a series of attempts ended in. */
export type Obtained =
  | {
      readonly name: 'whole'
      readonly head: ResponseHead
      readonly written: WrittenBody
      readonly proven: boolean
      readonly attempts: readonly Attempt[]
      /** What the next place brings, since this was refused; absent where there was never another. Rejects when none is left, with what all of them were. */
      readonly elsewhere?: (refusal: Error) => Promise<Obtained>
    }
  | { readonly name: 'not-modified'; readonly head: ResponseHead; readonly attempts: readonly Attempt[] }
  | {
      readonly name: 'live'
      readonly head: ResponseHead
      readonly stream: AsyncIterable<Uint8Array>
      readonly attempts: readonly Attempt[]
    }

/** A request that wants its turn. */
export interface Wish extends Pick<Call, 'dispatcher'> {
  /** Name and port. */
  readonly host: string
  readonly url: string
  readonly signal: AbortSignal
  readonly urgency: Urgency
  /** Milliseconds that it waits at most where the host asks to be left alone; absent: as long as that takes. */
  readonly maxRetryAfter?: number
  /** Whether a request that failed this way would be answered with what is stored. */
  standIn(code: ErrorCode): 'there is one' | 'there is none'
}

/** A place in a host's queue that was granted: one request. */
export interface Ticket {
  /** Idempotent. */
  release(): void
  /** An answer came, of whatever status; `wait`: milliseconds for which it asks that the whole host be left alone. */
  answered(status: number, wait: number | undefined): void
  /** The network brought none. */
  missed(failure: TransportFailure): void
}

/** Told when a body is held back, and when it goes on: the silence in between is not the origin's. */
export interface Watching {
  rest(): void
  wake(): void
}

/** Keeps a host from being asked too much, and by whom. Cache hits never come here. */
export interface Governor {
  /** Resolves when the host may be asked; rejects with the signal's reason when the wait is given up. @throws AttemptFailure RETRY_AFTER */
  ticket(wish: Wish): Ticket | Promise<Ticket>
  /** The same body, no faster than the host's bodies may come together. */
  slowed(
    body: AsyncIterable<Uint8Array>,
    how: { url: string; signal: AbortSignal; watch: Watching | undefined },
  ): AsyncIterable<Uint8Array>
}

/** A call and how it ended for this caller. */
export type Served = {
  readonly call: Call
  readonly held: Held
  /** What the caller reads: the held body, or a stream under way. */
  readonly body: Uint8Array | StoredBody | Coming
  readonly attempts: readonly Attempt[]
  readonly warnings: readonly string[]
  /** Headers only for the caller that fetched (Set-Cookie). */
  readonly own: HeaderList
  readonly status: CacheStatusFacts
  /** Of a stream under way: as what it is kept in the end. */
  readonly kept?: () => Promise<Held | undefined>
} & (
  | { readonly outcome: 'hit' | 'revalidated' | 'miss' }
  | { readonly outcome: 'stale'; readonly staleFor: number }
  | { readonly outcome: 'fallback'; readonly staleFor: number; readonly error: Error }
  | { readonly outcome: 'bypass'; readonly reason: BypassReason }
)

export type FallenBack = Extract<Served, { outcome: 'fallback' }>

/** How a flight landed. */
export type Landing = { /** What admission warns of. */ readonly warnings?: readonly string[] } & (
  | {
      readonly name: 'kept'
      readonly held: Held
      readonly outcome: 'hit' | 'miss' | 'revalidated'
      readonly attempts: readonly Attempt[]
      readonly head: ResponseHead | undefined
    }
  | {
      readonly name: 'transient'
      readonly held: Held
      readonly reason: BypassReason
      readonly attempts: readonly Attempt[]
      readonly head: ResponseHead
    }
  | {
      readonly name: 'live'
      readonly held: Held
      readonly stream: AsyncIterable<Uint8Array>
      readonly attempts: readonly Attempt[]
      readonly head: ResponseHead
    }
)
