import type { EntryRecord, PinRecord, VariantRecord, VersionRef } from '../model/record.ts'

/** A version of an entry, and the variant that it belongs to. */
export interface Choice {
  readonly variant: VariantRecord
  readonly ref: VersionRef
}

export const hasLabel = (ref: VersionRef, name: string): boolean =>
  ref.labels !== undefined && Object.hasOwn(ref.labels, name) && ref.labels[name]?.on === true

function newest(variant: VariantRecord, wanted: (ref: VersionRef) => boolean): VersionRef | undefined {
  for (let index = variant.versions.length - 1; index >= 0; index--) {
    const ref = variant.versions[index]
    if (ref !== undefined && ref.removed === undefined && wanted(ref)) return ref
  }
  return undefined
}

const dateOf = ({ date, checkedAt }: VersionRef): number => date ?? checkedAt

/** The later by its origin's word; of two with one date the one confirmed later, then the one made later. */
function isLater(a: VersionRef, b: VersionRef): boolean {
  if (dateOf(a) !== dateOf(b)) return dateOf(a) > dateOf(b)
  return a.checkedAt > b.checkedAt || (a.checkedAt === b.checkedAt && a.id > b.id)
}

/**
 * RFC 9111 4.1: of those that match the request, the most recent; one without `Vary` only where none has it, for it was forgotten there;
 * one with `Vary: *`, which matches none, after both.
 */
function choose(
  variants: readonly VariantRecord[],
  pick: (variant: VariantRecord) => VersionRef | undefined,
): Choice | undefined {
  let best: Choice | undefined
  for (const variant of variants) {
    const ref = pick(variant)
    if (ref !== undefined && (best === undefined || isBetter({ variant, ref }, best))) best = { variant, ref }
  }
  return best
}

function fitness({ variant: { vary }, ref }: Choice): number {
  if (vary[0] === '*' || ref.superseded === true) return 0
  return vary.length > 0 ? 2 : 1
}

function isBetter(one: Choice, other: Choice): boolean {
  const more = fitness(one) - fitness(other)
  return more === 0 ? isLater(one.ref, other.ref) : more > 0
}

/** 'failed' sticks to the digest: another copy of the same bytes, brought by another flight, is no better. */
export function failedDigests(variants: readonly VariantRecord[]): ReadonlySet<string> {
  const failed = new Set<string>()
  for (const { versions } of variants) for (const ref of versions) if (hasLabel(ref, 'failed')) failed.add(ref.digest)
  return failed
}

/** The newest version that is not 'failed'; one that came unproven after a proven one only where there is no other. */
export function current(variants: readonly VariantRecord[]): Choice | undefined {
  const failed = failedDigests(variants)
  return (
    choose(variants, (variant) => newest(variant, (ref) => !failed.has(ref.digest) && !hasLabel(ref, 'unproven'))) ??
    choose(variants, (variant) => newest(variant, (ref) => !failed.has(ref.digest)))
  )
}

/** Only to fall back: the newest labelled 'valid', else the newest not 'failed'. */
export function lastGood(variants: readonly VariantRecord[]): Choice | undefined {
  const failed = failedDigests(variants)
  return (
    choose(variants, (variant) => newest(variant, (ref) => hasLabel(ref, 'valid') && !failed.has(ref.digest))) ??
    current(variants)
  )
}

/** Of all variants. */
export const refsOf = (entry: EntryRecord | undefined): VersionRef[] => entry?.variants.flatMap(({ versions }) => versions) ?? []

/** The newest id of the whole entry, of what was stored `by` then: ids are unique in it, over all its variants. */
export function newestId(entry: EntryRecord | undefined, by: number = Number.POSITIVE_INFINITY): string | undefined {
  let id = entry?.removed?.upTo || undefined
  for (const variant of entry?.variants ?? []) {
    const last = variant.versions.findLast(({ storedAt }) => storedAt <= by)
    if (last !== undefined && (id === undefined || last.id > id)) id = last.id
  }
  return id
}

export function labelsOf(ref: VersionRef): string[] {
  return Object.keys(ref.labels ?? {}).filter((name) => hasLabel(ref, name))
}

export const isOn = ({ until }: PinRecord, now: number): boolean => until === null || until > now

/** A pin for ever, or until a time that has not come. */
export function isPinned(ref: VersionRef, now: number): boolean {
  return Object.values(ref.pins ?? {}).some((pin) => isOn(pin, now))
}
