import type { HeaderList } from '../../model/headers.ts'
import type { EntryRecord, LiveVersion, RedirectFacts, VariantRecord, VersionRef } from '../../model/record.ts'
import type { ResponseFacts } from '../../model/response-facts.ts'
import { factsOf } from '../../policy/response-facts.ts'

/** What many entries have in common. */
export interface Kind {
  readonly method: string
  readonly group: string
  readonly vary: readonly string[]
}

/**
 * A version as it stands in memory. Where its entry says no more than that it is there, it stands for its entry too: as objects of their own
 * entries of one version take as much as a small body.
 */
export class LiveRecord implements LiveVersion {
  readonly key: string
  readonly id: string
  readonly variant: string
  readonly status: number
  readonly statusText: string
  readonly url: string
  readonly redirected: boolean
  readonly headers: HeaderList
  readonly size: number
  readonly digest: string
  readonly proven: boolean
  readonly storedAt: number
  readonly checkedAt: number
  readonly requestedAt: number
  readonly body: Uint8Array
  declare readonly redirects?: RedirectFacts
  declare readonly home?: NonNullable<LiveVersion['home']>
  // None of the following is of the version: who copies it gets none of it.
  /** What was asked for so far: many an answer is kept and never asked for. */
  #made: { facts?: ResponseFacts; entry?: EntryRecord } | undefined = undefined
  #kind: Kind | undefined = undefined
  /** What its entry says besides, where that is more than a date; else milliseconds from when it was stored to that, which is no object of its own. */
  #besides: { readonly url: string; readonly date: number | undefined } | number = 0

  constructor(version: LiveVersion, body: Uint8Array, headers: HeaderList) {
    this.key = version.key
    this.id = version.id
    this.variant = version.variant
    this.status = version.status
    this.statusText = version.statusText
    this.url = version.url
    this.redirected = version.redirected
    this.headers = headers
    this.size = version.size
    this.digest = version.digest
    this.proven = version.proven
    const { storedAt, checkedAt, requestedAt } = version
    // Times that are equal are one object.
    this.storedAt = storedAt
    this.checkedAt = checkedAt === storedAt ? storedAt : checkedAt
    this.requestedAt = requestedAt === storedAt ? storedAt : requestedAt
    this.body = body
    if (version.redirects !== undefined) this.redirects = version.redirects
    if (version.home !== undefined) this.home = version.home
  }

  /** Parsed when somebody asks first. */
  get facts(): ResponseFacts {
    this.#made ??= {}
    this.#made.facts ??= factsOf(this, this.checkedAt)
    return this.#made.facts
  }

  /** Stands for its entry from now on, where it can say all that this says of itself. `kind`: one that another entry has may be given. */
  standFor(entry: EntryRecord, kind: Kind | undefined): Kind | undefined {
    const { variant, ref } = sole(entry) ?? {}
    if (variant === undefined || ref === undefined || variant.values !== this.variant || !isOf(ref, this)) return undefined
    const own = { method: entry.method, group: entry.group, vary: variant.vary }
    this.#kind = kind !== undefined && isAlike(kind, own) ? kind : own
    this.#made = undefined
    const after = (ref.date ?? Number.NaN) - this.storedAt
    this.#besides = entry.url === this.url && this.storedAt + after === ref.date ? after : { url: entry.url, date: ref.date }
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
    const besides = this.#besides
    this.#made ??= {}
    this.#made.entry ??= entryOf(
      this,
      kind,
      typeof besides === 'object' ? besides : { url: this.url, date: this.storedAt + besides },
    )
    return this.#made.entry
  }
}

function entryOf(
  { key, variant, id, digest, size, storedAt, checkedAt }: LiveRecord,
  { method, group, vary }: Kind,
  { url, date }: { url: string; date: number | undefined },
): EntryRecord {
  const ref: VersionRef = { id, digest, size, storedAt, checkedAt, ...(date !== undefined && { date }) }
  return { key, method, url, group, variants: [{ vary, values: variant, versions: [ref] }] }
}

const isOf = (ref: VersionRef, { id, digest, size, storedAt, checkedAt }: LiveRecord): boolean =>
  ref.id === id && ref.digest === digest && ref.size === size && ref.storedAt === storedAt && ref.checkedAt === checkedAt

const isAlike = (one: Kind, other: Kind): boolean =>
  one.method === other.method && one.group === other.group && one.vary.length === 0 && other.vary.length === 0

/** The one version of an entry of which nothing else is said. */
function sole(entry: EntryRecord): { variant: VariantRecord; ref: VersionRef } | undefined {
  const { key: _key, method: _method, url: _url, group: _group, variants, ...more } = entry
  const [variant] = variants
  const [ref] = variant?.versions ?? []
  if (variant === undefined || ref === undefined || variants.length > 1 || variant.versions.length > 1) return undefined
  const { id: _id, digest: _digest, size: _size, storedAt: _at, checkedAt: _checked, date: _date, ...said } = ref
  return isSilent(more) && isSilent(said) ? { variant, ref } : undefined
}

/** Also where a later release says what this one does not know of: then it is as it came. */
const isSilent = (more: object): boolean => Object.values(more).every((said) => said === undefined)
