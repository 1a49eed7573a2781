import { isBytes } from '../../model/bytes.ts'
import type { HeaderList } from '../../model/headers.ts'
import { ownMemoryOf } from '../../model/own-memory.ts'
import type { EntryRecord, LiveVersion, RedirectFacts, VersionRecord } from '../../model/record.ts'
import type { ResponseFacts } from '../../model/response-facts.ts'
import { factsOf } from '../../policy/response-facts.ts'
import { commonOf, type Head, headersOf, type Parted } from './shared-heads.ts'
import { entryOf, isAlike, isOf, type Kind, sole } from './sole-version.ts'

/** What was asked for so far of a record: many an answer is kept and never asked for. */
class Made {
  facts: ResponseFacts | undefined = undefined
  entry: EntryRecord | undefined = undefined
  headers: HeaderList | undefined = undefined
}

/** A time by the milliseconds from another one to it: as a number of its own each would be an object. */
type Moment = number | { readonly at: number }

/** Only where that is a small whole number: of one field that is anything else V8 makes objects in all records. */
function momentOf(at: number, since: number): Moment {
  const ms = (at - since) | 0
  return since + ms === at ? ms : { at }
}

const timeOf = (moment: Moment, since: number): number => (typeof moment === 'number' ? since + moment : moment.at)

/**
 * A version as it stands in memory. Where its entry says no more than that it is there, it stands for its entry too: as objects of their own
 * entries of one version take as much as a small body. For the same reason most of it is put together when somebody asks: what many answers
 * have in common is one head, and what follows from something else is not kept. So it has few fields of its own: who copies it takes `plainOf`.
 */
export class LiveRecord implements LiveVersion {
  readonly key: string
  readonly id: string
  readonly variant: string
  readonly size: number
  readonly digest: string
  readonly storedAt: number
  declare readonly redirects?: RedirectFacts
  declare readonly isPrivate?: true
  declare readonly home?: NonNullable<LiveVersion['home']>
  readonly #head: Head
  /** Values of headers that are not in the head. */
  readonly #own: string
  /** How much of the key it is, which ends with it; else the text. */
  readonly #url: number | string
  readonly #checked: Moment
  readonly #requested: Moment
  readonly #body: ArrayBufferLike | Uint8Array
  #made: Made | undefined = undefined
  #kind: Kind | undefined = undefined
  /** What its entry says besides, where that is more than a date; else that. */
  #besides: { readonly url: string; readonly date: number | undefined } | number = 0

  constructor(version: LiveVersion, body: Uint8Array, { head, own }: Parted) {
    const { key, storedAt, url } = version
    this.key = key
    this.id = version.id
    this.variant = version.variant
    this.size = version.size
    this.digest = version.digest
    this.storedAt = storedAt
    this.#head = head
    this.#own = own
    this.#url = key.endsWith(url) ? url.length : url
    this.#checked = momentOf(version.checkedAt, storedAt)
    this.#requested = momentOf(version.requestedAt, storedAt)
    this.#body = ownMemoryOf(body)
    if (version.redirects !== undefined) this.redirects = version.redirects
    if (version.isPrivate !== undefined) this.isPrivate = version.isPrivate
    if (version.home !== undefined) this.home = version.home
  }

  get status(): number {
    return this.#head.status
  }

  get statusText(): string {
    return this.#head.statusText
  }

  get url(): string {
    const url = this.#url
    return typeof url === 'string' ? url : this.key.slice(this.key.length - url)
  }

  get redirected(): boolean {
    return this.#head.redirected
  }

  get headers(): HeaderList {
    const made = this.#asked()
    made.headers ??= headersOf({ head: this.#head, own: this.#own })
    return made.headers
  }

  get proven(): boolean {
    return this.#head.proven
  }

  get checkedAt(): number {
    return timeOf(this.#checked, this.storedAt)
  }

  get requestedAt(): number {
    return timeOf(this.#requested, this.storedAt)
  }

  /** A view made anew each time: kept, it would be another 100 bytes beside each body that was asked for once. */
  get body(): Uint8Array {
    return isBytes(this.#body) ? this.#body : new Uint8Array(this.#body)
  }

  /** Of the body. */
  get bytes(): number {
    return this.#body.byteLength
  }

  plain(): VersionRecord & Pick<LiveVersion, 'home'> {
    const { key, id, variant, status, statusText, url, redirected, headers, size, digest, proven } = this
    const { storedAt, checkedAt, requestedAt, body, redirects, isPrivate, home } = this
    const said = { key, id, variant, status, statusText, url, redirected, headers, size, digest, proven }
    const more = {
      ...(redirects !== undefined && { redirects }),
      ...(isPrivate && { isPrivate }),
      ...(home !== undefined && { home }),
    }
    return { ...said, storedAt, checkedAt, requestedAt, body, ...more }
  }

  #asked(): Made {
    this.#made ??= new Made()
    return this.#made
  }

  /** Parsed when somebody asks first. */
  get facts(): ResponseFacts {
    const made = this.#asked()
    made.facts ??= this.#parsed()
    return made.facts
  }

  /** Out of headers that are not kept: nearly everybody who asks for an answer asks for its facts, and fewer for those. */
  #parsed(): ResponseFacts {
    const headers = this.#made?.headers ?? headersOf({ head: this.#head, own: this.#own })
    return factsOf(this, this.checkedAt, { headers, common: commonOf(this.#head) })
  }

  /** Stands for its entry from now on, where it can say all that this says of itself. `kind`: one that another entry has may be given. */
  standFor(entry: EntryRecord, kind: Kind | undefined): Kind | undefined {
    const { variant, ref } = sole(entry) ?? {}
    if (variant === undefined || ref === undefined || variant.values !== this.variant || !isOf(ref, this)) return undefined
    const own = { method: entry.method, group: entry.group, vary: variant.vary }
    this.#kind = kind !== undefined && isAlike(kind, own) ? kind : own
    this.#made = undefined
    const after = momentOf(ref.date ?? Number.NaN, this.storedAt)
    this.#besides = entry.url === this.url && typeof after === 'number' ? after : { url: entry.url, date: ref.date }
    return this.#kind
  }

  /** It stands for itself alone. */
  part(): void {
    this.#kind = undefined
    this.#made = undefined
  }

  /** The entry that it stands for: one and the same object from the first time on. */
  get entry(): EntryRecord | undefined {
    const kind = this.#kind
    if (kind === undefined) return undefined
    const made = this.#asked()
    const besides = this.#besides
    made.entry ??= entryOf(this, kind, typeof besides === 'object' ? besides : { url: this.url, date: this.storedAt + besides })
    return made.entry
  }
}
