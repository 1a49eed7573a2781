import type { EntryRecord, VariantRecord, VersionRef } from '../model/record.ts'

/** A version of an entry, and the variant that it belongs to. */
export interface Choice {
  readonly variant: VariantRecord
  readonly ref: VersionRef
}

const hasLabel = (ref: VersionRef, name: string): boolean =>
  ref.labels !== undefined && Object.hasOwn(ref.labels, name) && ref.labels[name]?.on === true

function newest(variant: VariantRecord, wanted: (ref: VersionRef) => boolean): VersionRef | undefined {
  for (let index = variant.versions.length - 1; index >= 0; index--) {
    const ref = variant.versions[index]
    if (ref !== undefined && ref.removed === undefined && wanted(ref)) return ref
  }
  return undefined
}

/** RFC 9111 4.1: among the variants that match the request, the most recently confirmed one. */
function choose(
  variants: readonly VariantRecord[],
  pick: (variant: VariantRecord) => VersionRef | undefined,
): Choice | undefined {
  let best: Choice | undefined
  for (const variant of variants) {
    const ref = pick(variant)
    if (ref !== undefined && (best === undefined || ref.checkedAt > best.ref.checkedAt)) best = { variant, ref }
  }
  return best
}

/** The newest version that is not labelled 'failed'. */
export function current(variants: readonly VariantRecord[]): Choice | undefined {
  return choose(variants, (variant) => newest(variant, (ref) => !hasLabel(ref, 'failed')))
}

/** Only to fall back: the newest labelled 'valid', else the newest not 'failed'. */
export function lastGood(variants: readonly VariantRecord[]): Choice | undefined {
  return (
    choose(variants, (variant) => newest(variant, (ref) => hasLabel(ref, 'valid') && !hasLabel(ref, 'failed'))) ??
    current(variants)
  )
}

/** The newest id of the whole entry: ids are unique in it, over all its variants. */
export function newestId(entry: EntryRecord | undefined): string | undefined {
  let id: string | undefined
  for (const variant of entry?.variants ?? []) {
    const last = variant.versions.at(-1)
    if (last !== undefined && (id === undefined || last.id > id)) id = last.id
  }
  return id
}

export function labelsOf(ref: VersionRef): string[] {
  return Object.keys(ref.labels ?? {}).filter((name) => hasLabel(ref, name))
}

/** A pin for ever, or until a time that has not come. */
export function isPinned(ref: VersionRef, now: number): boolean {
  return ref.pin !== undefined && (ref.pin.until === null || ref.pin.until > now)
}
