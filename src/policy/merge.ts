import type { EntryRecord, FailureRecord, LabelRecord, PinRecord, Stamp, VariantRecord, VersionRef } from '../model/record.ts'
import { byId } from './version-id.ts'

/** Failures told by an entry; older ones are forgotten. */
const KEPT_FAILURES = 3

/** The later of two stamped changes; equal times are decided by the writer's name, so that every process decides alike. */
function later<T extends Stamp>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.by !== b.by) return a.by > b.by ? a : b
  // One writer, one time, two texts: any rule will do that does not depend on the order of the arguments.
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b
}

function mergeLabels(a: VersionRef['labels'] = {}, b: VersionRef['labels'] = {}): Record<string, LabelRecord> {
  const merged: Record<string, LabelRecord> = Object.create(null)
  for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    merged[name] = later(own(a, name), own(b, name)) as LabelRecord
  }
  return { ...merged }
}

function own(labels: Record<string, LabelRecord>, name: string): LabelRecord | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined
}

function mergeRef(a: VersionRef, b: VersionRef): VersionRef {
  const labels = mergeLabels(a.labels, b.labels)
  const pin = later<PinRecord>(a.pin, b.pin)
  const removed = later<Stamp>(a.removed, b.removed)
  return {
    id: a.id,
    digest: a.digest,
    storedAt: Math.min(a.storedAt, b.storedAt),
    checkedAt: Math.max(a.checkedAt, b.checkedAt),
    ...dateOf(a, b),
    ...((a.superseded || b.superseded) && { superseded: true as const }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(pin && { pin }),
    ...(removed && { removed }),
  }
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

const identityOf = (variant: VariantRecord): string => JSON.stringify([variant.vary, variant.values])

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
  const distinct = new Map([...a, ...b].map((failure) => [JSON.stringify([failure.at, failure.by]), failure]))
  return [...distinct.values()].sort((x, y) => x.at - y.at || (x.by < y.by ? -1 : 1)).slice(-KEPT_FAILURES)
}

/**
 * Two copies of one entry → the one that knows all that either knew. Commutative, associative, idempotent: so tiers, processes and
 * outages may bring their copies together in any order, as often as they like, and end with the same.
 */
export function merge(a: EntryRecord, b: EntryRecord): EntryRecord {
  const invalidatedAt = Math.max(a.invalidatedAt ?? 0, b.invalidatedAt ?? 0)
  const failures = mergeFailures(a.failures, b.failures)
  const first = JSON.stringify([a.method, a.url]) <= JSON.stringify([b.method, b.url]) ? a : b
  return {
    key: a.key,
    method: first.method,
    url: first.url,
    group: first.group,
    variants: mergeVariants(a.variants, b.variants),
    ...(invalidatedAt > 0 && { invalidatedAt }),
    ...(failures.length > 0 && { failures }),
  }
}
