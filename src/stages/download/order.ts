import type { Call } from '../../model/call.ts'
import type { Clock } from '../../model/clock.ts'
import type { Attempt } from '../../model/errors.ts'
import type { Report } from '../../model/events.ts'
import type { HeaderList } from '../../model/headers.ts'
import type { BodyWriter, Governor, Held, ResponseHead } from '../../model/rooms.ts'
import type { Progress } from '../../model/settings.ts'
import type { Inherits } from '../../model/stages.ts'
import type { Transport } from '../../model/transport.ts'
import type { Urgency } from '../../model/urgency.ts'

/** What the download room is handed. */
export interface DownloadRooms {
  transport(): Transport
  readonly governor: Governor
  readonly clock: Clock
  readonly random: () => number
  readonly report: Report
  /** The library of repetition, loaded once: to ask the loader for it costs more than a short download. */
  readonly repetition: { library?: Promise<typeof import('p-retry')> }
  /** An attempt is over, whatever it brought. */
  readonly ended: (attempt: Attempt) => void
  /** A place for a body of which the head is known; `expected` is its size where the head told. */
  writer(order: Order, head: ResponseHead, expected: number | undefined): BodyWriter
  /** A place for a body that no tier may have. */
  transient(order: Order): BodyWriter
  /** The partial that an earlier obtain of this call left, in the tier that granted the right to go on with it, or in memory. */
  adopt(
    call: Call,
    tier: string | undefined,
  ): Promise<{ writer: BodyWriter; head: ResponseHead; total: number | undefined } | undefined>
  /** The body without its content codings; each must reach its own end. */
  decoded(body: AsyncIterable<Uint8Array>, contentEncoding: string | undefined): AsyncIterable<Uint8Array>
}

/** One obtain: what to ask for, and what to tell while it goes on. */
export interface Order {
  readonly call: Call
  readonly stored: Held | undefined
  /** If-None-Match and If-Modified-Since of the stored version; empty for none. */
  readonly validators: HeaderList
  /** The URL whose answer they are of, after redirects. */
  readonly at: string
  readonly signal: AbortSignal
  readonly urgency: Urgency
  /** The tier that granted the right to download. */
  readonly tier: string | undefined
  readonly inherits: Inherits
  /** The headers of an acceptable answer are here; the body may be followed. */
  accepted(head: ResponseHead, writer: BodyWriter): void
  /** How far the body is, for those who want to know. */
  progress(progress: Progress): unknown
  /** It broke off, or came too slowly; attempts go on. */
  faltered(): void
  /** Whether a 304 speaks of the stored version (RFC 9111 4.3.4). */
  confirms(head: ResponseHead): boolean
  /** Whether those who wait may have this answer as it comes: another place than the URL itself may have the thing that this one has not. */
  isWanted(head: ResponseHead): boolean
  /** An answer that is to be passed through as it comes. */
  isLive(head: ResponseHead): boolean
}

/** A whole body so far, that a later attempt may go on with. */
export interface Partial {
  readonly writer: BodyWriter
  readonly head: ResponseHead
  /** True: the bytes written are those of a decoded body, so an offset into them means nothing on the wire. */
  readonly coded: boolean
  readonly total: number | undefined
}

/** What one obtain carries from attempt to attempt. */
export interface Series {
  readonly order: Order
  readonly attempts: Attempt[]
  partial: Partial | undefined
  /** The first whole that was announced: what comes later under its strong tag has its length. */
  announced: Pick<Partial, 'head' | 'total'> | undefined
  /** A coded body broke: ask for plain bytes, so that the next break can be resumed. */
  identityOnly: boolean
  /** A 304 came that confirmed nothing: ask without conditions. */
  unconditional: boolean
  /** A part was refused, as by a server that gives wholes only. */
  partRefused: boolean
  /** What came at the places before this one, for as long as nothing has come here. */
  readonly waiting: BodyWriter[]
  /** Milliseconds waited before the attempt that is next. */
  waited: number
}
