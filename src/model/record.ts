import type { Attempt } from './errors.ts'
import type { HeaderList } from './headers.ts'
import type { ResponseFacts } from './response-facts.ts'

/** A change by one writer; of two changes to the same thing the later one wins, and by name where the times are equal. */
export interface Stamp {
  /** Epoch milliseconds. */
  at: number
  /** Who wrote it: random per instance, so that ties between processes are decided alike everywhere. */
  by: string
}

export interface LabelRecord extends Stamp {
  /** False: taken off. Kept, so that a merge with an older copy does not bring it back. */
  on: boolean
  reason?: string
}

export interface PinRecord extends Stamp {
  /** Epoch milliseconds; null: for ever; 0: unpinned. */
  until: number | null
}

/** What an entry says of one of its versions. */
export interface VersionRef {
  readonly id: string
  readonly digest: string
  /** Bytes of the body; absent in records of earlier releases. */
  readonly size?: number
  readonly storedAt: number
  checkedAt: number
  /** What its Date field says: of several that match a request, the latest is used (RFC 9111 4.1). */
  date?: number
  /** A request that it matched was answered under another `Vary` since: it has no precedence any more. */
  superseded?: true
  labels?: Record<string, LabelRecord>
  /** Who pinned it → until when: a pin that is given back takes nobody else's. */
  pins?: Record<string, PinRecord>
  /** A tombstone: the version was removed, and a merge must not bring it back. */
  removed?: Stamp
}

/** The versions of one entry that answer requests with the same values of the headers that `Vary` named. */
export interface VariantRecord {
  /** Names from `Vary`, lower case, sorted; ['*'] answers nothing. */
  readonly vary: readonly string[]
  /** Their normalised values, in the same order, as one text. */
  readonly values: string
  /** Oldest first. */
  versions: VersionRef[]
}

/** An obtain that gave up. Not a version. */
export interface FailureRecord extends Stamp {
  code: string
  message: string
  attempts: readonly AttemptRecord[]
}

/** As told to callers, but for the form of its time: epoch milliseconds. */
export type AttemptRecord = Omit<Attempt, 'at'> & { at: number }

/** What a user wishes for one entry: call options as they were given, in JSON. Null: nothing any more. */
export interface PolicyRecord extends Stamp {
  options: Readonly<Record<string, unknown>> | null
}

export interface MetaRecord extends Stamp {
  /** Any JSON. */
  value: unknown
}

/** The entry was deleted: of what was known until then nothing counts. */
export interface RemovalRecord extends Stamp {
  /** The newest version id of that time; '' where there was none. */
  upTo: string
}

/** `h1:e:<key>`: all that is known of one request identity. */
export interface EntryRecord {
  /** Its own key text, so that a reader notices another entry's record under this key. */
  readonly key: string
  readonly method: string
  readonly url: string
  readonly group: string
  variants: VariantRecord[]
  /** Epoch milliseconds; what was checked before that is stale. */
  invalidatedAt?: number
  /** Newest last, at most ten. */
  failures?: FailureRecord[]
  policy?: PolicyRecord
  /** Tag → when it was last given, epoch ms. */
  tags?: Record<string, number>
  meta?: MetaRecord
  removed?: RemovalRecord
}

/** `h1:s:<key>`: how an entry was used, as far as it has been written down. */
export interface UseRecord {
  /** Its entry's key text. */
  readonly key: string
  readonly requests: number
  readonly hits: number
  readonly fallbacks: number
  /** Epoch milliseconds. */
  readonly firstRequestedAt: number
  readonly lastRequestedAt: number
}

/** `h1:t:<name>`: all that was asked for until then under this name is stale. */
export interface MarkRecord {
  /** SHA-256 of the name, so that a reader notices another mark's record under this key, and no URL of a write stands in a store. */
  readonly key: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** What the redirects on the way to an answer say of it. */
export interface RedirectFacts {
  /** Where they led, normalised; the last is the answer's own. */
  readonly urls: readonly string[]
  readonly vary: readonly string[]
  /** For how long they hold, in milliseconds from `checkedAt` on; absent: nothing limits them. */
  readonly lifetime?: number
  readonly noStore: boolean
  readonly isPrivate: boolean
  readonly mustRevalidate: boolean
}

/** `h1:v:<key>:<id>`: one version. The body is inline up to 64 KiB, else it stands under its body id. */
export interface VersionRecord {
  readonly key: string
  readonly id: string
  /** Which values of the headers named by `Vary` it answers: {@link VariantRecord.values}. */
  readonly variant: string
  readonly status: number
  readonly statusText: string
  /** Where it came from after redirects. */
  readonly url: string
  readonly redirected: boolean
  readonly headers: HeaderList
  readonly size: number
  /** SHA-256 of the body, hex. */
  readonly digest: string
  /** False where nothing showed that the body was whole (ended by closing, without length or digest). */
  readonly proven: boolean
  readonly storedAt: number
  /** When the origin last confirmed it, by bytes or by 304. Epoch milliseconds by our clock. */
  readonly checkedAt: number
  /** When the request of that confirmation was sent: RFC 9111 4.2.3 `request_time`. */
  readonly requestedAt: number
  /** Absent where there were none on the way to it. */
  readonly redirects?: RedirectFacts
  /** It came with Set-Cookie, which is not kept: one user's, whatever its other headers say. */
  readonly isPrivate?: true
  readonly body?: Uint8Array
  readonly bodyId?: string
}

/** A version in this process: what only a live record carries. */
export interface LiveVersion extends VersionRecord {
  /** Where a durable tier keeps the body, so that renewing the record moves no byte. */
  readonly home?: { readonly tier: string; readonly bodyId: string } | undefined
  /** What the headers say, parsed once: a hit in memory costs no parsing. */
  readonly facts?: ResponseFacts
  /** All of it as fields of its own, where memory keeps it in another form: a copy of that would lack most. */
  plain?(): VersionRecord & Pick<LiveVersion, 'home'>
}

/** The version as an object that may be copied field by field. What came out of a store may have any field of this name, but no function. */
export const plainOf = (version: LiveVersion): LiveVersion => (typeof version.plain === 'function' ? version.plain() : version)

/** Bodies up to this many bytes stand inside their version's record. */
export const INLINE_LIMIT: number = 64 * 1024

/** Bytes of a chunk of a larger body. Its seal follows it. */
export const CHUNK_SIZE: number = 1024 * 1024
