import type { EntryRecord, FailureRecord, RemovalRecord, Stamp, VariantRecord, VersionRef } from '../model/record.ts'
import { later, mergeLabels, mergePins } from './merge-named.ts'
import { byId } from './version-id.ts'

/** Failures told by an entry; older ones are forgotten. */
const KEPT_FAILURES = 10

/** Tags told by an entry; those given longest ago are forgotten. */
const KEPT_TAGS = 64

function mergeRef(a: VersionRef, b: VersionRef): VersionRef {
  const labels = mergeLabels(a.labels, b.labels)
  const pins = mergePins(a.pins, b.pins)
  const removed = later<Stamp>(a.removed, b.removed)
  return {
    id: a.id,
    digest: a.digest,
    ...((a.size ?? b.size) !== undefined && { size: Math.max(a.size ?? 0, b.size ?? 0) }),
    storedAt: Math.min(a.storedAt, b.storedAt),
    checkedAt: Math.max(a.checkedAt, b.checkedAt),
    ...dateOf(a, b),
    ...((a.superseded || b.superseded) && { superseded: true as const }),
    ...(saysAny(labels) && { labels }),
    ...(saysAny(pins) && { pins }),
    ...(removed && { removed }),
  }
}

function saysAny<T>(named: Record<string, T> | undefined): named is Record<string, T> {
  return named !== undefined && Object.keys(named).length > 0
}

/** The date that came with the later check; of two at one time the later date. */
function dateOf(a: VersionRef, b: VersionRef): Pick<VersionRef, 'date'> {
  const dates = a.checkedAt === b.checkedAt ? [a.date, b.date] : [a.checkedAt > b.checkedAt ? a.date : b.date]
  const known = dates.filter((date) => date !== undefined)
  return known.length > 0 ? { date: Math.max(...known) } : {}
}

function mergeVersions(a: readonly VersionRef[], b: readonly VersionRef[]): VersionRef[] {
  const merged = new Map(a.map((ref) => [ref.id, ref]))
  for (const ref of b) {
    const known = merged.get(ref.id)
    merged.set(ref.id, known === undefined ? ref : mergeRef(known, ref))
  }
  return [...merged.values()].sort(byId)
}

/** Most answers vary by nothing. */
const UNVARIED = JSON.stringify([[], ''])

const identityOf = ({ vary, values }: VariantRecord): string =>
  vary.length === 0 && values === '' ? UNVARIED : JSON.stringify([vary, values])

function mergeVariants(a: readonly VariantRecord[], b: readonly VariantRecord[]): VariantRecord[] {
  const merged = new Map(a.map((variant) => [identityOf(variant), variant]))
  for (const variant of b) {
    const identity = identityOf(variant)
    const known = merged.get(identity)
    merged.set(
      identity,
      known === undefined ? variant : { ...variant, versions: mergeVersions(known.versions, variant.versions) },
    )
  }
  return [...merged.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, variant]) => variant)
}

function mergeFailures(a: readonly FailureRecord[] = [], b: readonly FailureRecord[] = []): FailureRecord[] {
  const told = [...a, ...b].map((failure) => ({ failure, text: JSON.stringify(failure) }))
  const distinct = new Map(told.map((one) => [one.text, one]))
  return [...distinct.values()]
    .sort((x, y) => x.failure.at - y.failure.at || (x.text < y.text ? -1 : 1))
    .slice(-KEPT_FAILURES)
    .map(({ failure }) => failure)
}

function mergeTags(a: EntryRecord['tags'] = {}, b: EntryRecord['tags'] = {}): Record<string, number> {
  const given = new Map(Object.entries(a))
  for (const [tag, at] of Object.entries(b)) given.set(tag, Math.max(given.get(tag) ?? 0, at))
  const newest = [...given].sort(([x, at], [y, too]) => too - at || (x < y ? -1 : 1)).slice(0, KEPT_TAGS)
  return Object.fromEntries(newest.sort(([x], [y]) => (x < y ? -1 : 1)))
}

/** Of two removals the time of the later, and the newer version: what either took away stays away. */
function mergeRemovals(a: RemovalRecord | undefined, b: RemovalRecord | undefined): RemovalRecord | undefined {
  const last = later(a, b)
  if (a === undefined || b === undefined || last === undefined) return last
  return { ...last, upTo: a.upTo > b.upTo ? a.upTo : b.upTo }
}

/** The same entry without what its removal took away. */
function remaining(entry: EntryRecord): EntryRecord {
  const { removed } = entry
  if (removed === undefined) return entry
  const { failures = [], policy, tags = {}, meta, ...rest } = entry
  const since = ({ at }: { at: number }): boolean => at > removed.at
  const variants = entry.variants
    .map((variant) => ({ ...variant, versions: variant.versions.filter(({ id }) => id > removed.upTo) }))
    .filter(({ versions }) => versions.length > 0)
  return {
    ...rest,
    variants,
    ...optional({
      failures: failures.filter(since),
      tags: Object.fromEntries(Object.entries(tags).filter(([, at]) => since({ at }))),
    }),
    ...(policy !== undefined && since(policy) && { policy }),
    ...(meta !== undefined && since(meta) && { meta }),
  }
}

/** Without what says nothing: an entry that was merged with itself is as it was. */
function optional({ failures, tags }: Required<Pick<EntryRecord, 'failures' | 'tags'>>): Pick<EntryRecord, 'failures' | 'tags'> {
  return { ...(failures.length > 0 && { failures }), ...(Object.keys(tags).length > 0 && { tags }) }
}

/** Whose method, URL and group count. Only a bug makes copies differ there: any rule will do that does not depend on the order of the arguments. */
function firstOf(a: EntryRecord, b: EntryRecord): EntryRecord {
  if (a.method === b.method && a.url === b.url && a.group === b.group) return a
  return JSON.stringify([a.method, a.url, a.group]) <= JSON.stringify([b.method, b.url, b.group]) ? a : b
}

/**
 * Two copies of one entry → the one that knows all that either knew. Commutative, associative, idempotent: so tiers, processes and
 * outages may bring their copies together in any order, as often as they like, and end with the same.
 */
export function merge(a: EntryRecord, b: EntryRecord): EntryRecord {
  const invalidatedAt = Math.max(a.invalidatedAt ?? 0, b.invalidatedAt ?? 0)
  const policy = later(a.policy, b.policy)
  const meta = later(a.meta, b.meta)
  const removed = mergeRemovals(a.removed, b.removed)
  const first = firstOf(a, b)
  return remaining({
    key: a.key,
    method: first.method,
    url: first.url,
    group: first.group,
    variants: mergeVariants(a.variants, b.variants),
    ...(invalidatedAt > 0 && { invalidatedAt }),
    ...optional({ failures: mergeFailures(a.failures, b.failures), tags: mergeTags(a.tags, b.tags) }),
    ...(policy && { policy }),
    ...(meta && { meta }),
    ...(removed && { removed }),
  })
}
