import type { Call } from '../model/call.ts'
import { type HeaderList, headerOf } from '../model/headers.ts'
import {
  type EntryRecord,
  type FailureRecord,
  type LiveVersion,
  plainOf,
  type Stamp,
  type VariantRecord,
  type VersionRef,
} from '../model/record.ts'
import type { Found, Held, ResponseHead } from '../model/rooms.ts'
import { headFacts, versionFacts } from './candidate.ts'
import { withoutVersions } from './removal.ts'
import { newestId } from './selection.ts'
import { allNamed } from './shared-facts.ts'
import { updatedHeaders } from './validation.ts'
import { variantOf } from './vary.ts'
import { versionId } from './version-id.ts'

export interface EntryFacts {
  readonly key: string
  /** GET for HEAD. */
  readonly method: string
  readonly url: string
  readonly group: string
}

/** An entry that says one thing; merged into what the tiers know of it. */
function saying(facts: EntryFacts, variants: VariantRecord[]): EntryRecord {
  return { key: facts.key, method: facts.method, url: facts.url, group: facts.group, variants }
}

/**
 * The same with what an invalidation did to the entry, where it was found in no tier of this process: memory knows no more of it than what is
 * said now, and would take the other variants that a farther tier has for fresh.
 */
export function asMarked(said: EntryRecord, { entry, held }: Found): EntryRecord {
  return held !== undefined || entry?.invalidatedAt === undefined ? said : { ...said, invalidatedAt: entry.invalidatedAt }
}

export interface Arrived {
  readonly head: ResponseHead
  /** As they are to be stored. */
  readonly headers: HeaderList
  readonly vary: readonly string[]
  readonly values: string
  readonly size: number
  readonly digest: string
  readonly proven: boolean
}

/** 'renewed': the same bytes came, or a 304: no version, but its times and headers are new. 'new': a changed digest makes a version. */
export interface Revision {
  readonly name: 'renewed' | 'new'
  readonly entry: EntryRecord
  readonly variant: VariantRecord
  readonly ref: VersionRef
  readonly version: LiveVersion
}

function revised(
  facts: EntryFacts,
  name: Revision['name'],
  came: Pick<Revision, 'version' | 'ref'> & { readonly variant: Pick<VariantRecord, 'vary' | 'values'> },
): Revision {
  const { vary, values } = came.variant
  const variant = { vary, values, versions: [came.ref] }
  return { ...came, name, entry: saying(facts, [variant]), variant }
}

/** The variant that would have answered, where the origin answered under another `Vary`: it no longer comes first. */
function superseded(held: Held | undefined, came: Arrived): VariantRecord[] {
  if (held === undefined || isOfVariant(held, came)) return []
  return [{ vary: held.variant.vary, values: held.variant.values, versions: [{ ...held.ref, superseded: true }] }]
}

/** A whole body came: the version that it is, or becomes. `id` is made only where there is need of one; `by`: after what was stored by then, else after all. */
export function arrival(
  facts: EntryFacts,
  stored: { entry: EntryRecord | undefined; held: Held | undefined },
  came: Arrived,
  id: { now: number; tail: number; by: number | undefined },
): Revision {
  const { head, headers, digest, size, proven, vary, values } = came
  const { held } = stored
  const known = isSame(held, came) ? held : undefined
  const storedAt = known?.ref.storedAt ?? head.receivedAt
  // By the time of its request: an answer that was long on its way does not come before a newer one that overtook it (RFC 9111 4).
  const versionsId = known?.ref.id ?? versionId(Math.min(id.now, head.requestedAt), id.tail, newestId(stored.entry, id.by))
  const ref: VersionRef = { id: versionsId, digest, size, storedAt, checkedAt: head.receivedAt, ...dateOf(head) }
  const version: LiveVersion = {
    key: facts.key,
    id: ref.id,
    variant: values,
    status: head.status,
    statusText: head.statusText,
    url: head.url,
    redirected: head.redirected,
    headers,
    size,
    digest,
    proven: proven || known?.version.proven === true,
    storedAt,
    checkedAt: head.receivedAt,
    requestedAt: head.requestedAt,
    ...redirectsOf(head),
    ...privacyOf(head),
    home: known?.version.home,
  }
  const revision = revised(facts, known === undefined ? 'new' : 'renewed', {
    version,
    ref,
    variant: { vary, values },
  })
  return { ...revision, entry: { ...revision.entry, variants: [...revision.entry.variants, ...superseded(held, came)] } }
}

function isSame(held: Held | undefined, came: Arrived): boolean {
  const { head, digest } = came
  return held !== undefined && isOfVariant(held, came) && held.ref.digest === digest && held.version.status === head.status
}

const isOfVariant = ({ variant }: Held, { vary, values }: Arrived): boolean =>
  variant.values === values && variant.vary.join() === vary.join()

function dateOf(head: ResponseHead): Pick<VersionRef, 'date'> {
  const { date } = headFacts(head)
  return date === undefined ? {} : { date }
}

function redirectsOf({ redirects }: ResponseHead): Pick<LiveVersion, 'redirects'> {
  return redirects === undefined ? {} : { redirects }
}

const privacyOf = ({ headers }: ResponseHead): Pick<LiveVersion, 'isPrivate'> =>
  headerOf(headers, 'set-cookie') === undefined ? {} : { isPrivate: true }

/** The headers change, so what was parsed of them must go. */
function withoutFacts(known: LiveVersion): LiveVersion {
  const { facts: _parsed, redirects: _earlier, ...version } = plainOf(known)
  return version
}

/** A 304 came (RFC 9111 4.3.4): the stored version with the headers that the answer brought, and new times. */
export function confirmation(
  call: Call,
  { entry, held }: { readonly entry: EntryRecord | undefined; readonly held: Held },
  head: ResponseHead,
  another: () => { readonly tail: number; readonly stamp: Stamp },
): Revision {
  const facts = entryFacts(call)
  const times = { checkedAt: head.receivedAt, requestedAt: head.requestedAt }
  const headers = updatedHeaders(held.version.headers, head.headers, call.settings)
  const { labels, pins: _pins, date: _earlier, ...ref } = held.ref
  const version: LiveVersion = { ...withoutFacts(held.version), headers, ...times, ...redirectsOf(head), ...privacyOf(head) }
  const renewed = { ...ref, checkedAt: head.receivedAt, ...dateOf(head) }
  // A star that is said no more stands for whatever is named now: kept among the others, it would match every request.
  const before = held.variant.vary.includes('*') ? [] : held.variant.vary
  const vary = allNamed([...before, ...versionFacts(version).vary])
  if (vary.join() === held.variant.vary.join()) return revised(facts, 'renewed', { version, ref: renewed, variant: held.variant })
  // It answers fewer requests than it did (RFC 9111 3.2, 4.1): under another id, for where it stood it must not answer any more.
  const { tail, stamp } = another()
  const id = versionId(head.requestedAt, tail, newestId(entry))
  const values = variantOf(vary, call)
  const moved = revised(facts, 'renewed', {
    version: { ...version, id, variant: values },
    ref: { ...renewed, id, ...(labels && { labels }) },
    variant: { vary, values },
  })
  const { variants } = withoutVersions({ ...moved.entry, variants: [held.variant] }, new Set([ref.id]), stamp)
  return { ...moved, entry: { ...moved.entry, variants: [...moved.entry.variants, ...variants] } }
}

/** An obtain gave up: told by the entry, so that an outage costs one series of attempts and not one per caller. */
export function failed(facts: EntryFacts, failure: FailureRecord, found: Found): EntryRecord {
  return asMarked({ ...saying(facts, []), failures: [failure] }, found)
}

/** What was checked before is stale now (RFC 9111 4.4). */
export function invalidated(facts: EntryFacts, at: number): EntryRecord {
  return { ...saying(facts, []), invalidatedAt: at }
}

export function entryFacts(call: Pick<Call, 'key' | 'method' | 'url' | 'settings'>): EntryFacts {
  return { key: call.key, method: call.method === 'HEAD' ? 'GET' : call.method, url: call.url, group: call.settings.group }
}
