import type { Call } from '../model/call.ts'
import { HoldfastError } from '../model/errors.ts'
import type { EntryRecord, VariantRecord, VersionRef } from '../model/record.ts'
import type { Selection } from '../model/select.ts'
import { isInsistent } from './course.ts'
import { notCached } from './passing.ts'
import { type Choice, current, failedDigests, hasLabel, isPinned, lastGood } from './selection.ts'
import { matchingVariants } from './variants.ts'

export type Chooser = (entry: EntryRecord, call: Call) => Choice | undefined

/** All versions of some variants that were not removed, newest first. */
export function allVersions(variants: readonly VariantRecord[]): readonly Choice[] {
  return variants
    .flatMap((variant) => variant.versions.filter(({ removed }) => removed === undefined).map((ref) => ({ variant, ref })))
    .sort((a, b) => (a.ref.id < b.ref.id ? 1 : -1))
}

/** The same, each in a variant of its neighbours alone: to tell of one of thousands takes no look at all the others. */
export function besideNeighbours(variants: readonly VariantRecord[]): readonly Choice[] {
  const places = new Map(
    variants.flatMap(({ versions }) => {
      const there = versions.filter(({ removed }) => removed === undefined)
      return there.map(({ id }, at) => [id, there.slice(Math.max(0, at - 1), at + 2)] as const)
    }),
  )
  return allVersions(variants).map(({ variant, ref }) => ({ variant: { ...variant, versions: places.get(ref.id) ?? [] }, ref }))
}

/** The newest version that fits: an id names one wherever it is, all else one that answers this request. */
export function chosenBy(selection: Selection, now: number): Chooser {
  return (entry, call) => {
    if (selection.name === 'version') return allVersions(entry.variants).find(({ ref }) => ref.id === selection.id)
    const versions = allVersions(matchingVariants(entry.variants, call))
    const failed = failedDigests(entry.variants)
    return versions.find(({ ref }) => fits(ref, selection, { now, failed }))
  }
}

function fits(
  ref: VersionRef,
  selection: Exclude<Selection, { name: 'version' }>,
  { now, failed }: { now: number; failed: ReadonlySet<string> },
): boolean {
  switch (selection.name) {
    case 'label':
      return hasLabel(ref, selection.label)
    case 'pinned':
      return isPinned(ref, now)
    case 'asOf':
      return ref.storedAt <= selection.at && !failed.has(ref.digest) && !hasLabel(ref, 'unproven')
  }
}

/** What a call would rather have than ask. Who says that it shall be asked, is asked for: `init.cache` goes before `prefer`. */
export function preferred(call: Call): Selection | undefined {
  return isInsistent(call) || call.cache === 'no-store' ? undefined : call.settings.prefer
}

/** The version that a call without any wish would be answered with. */
export const currentOf: Chooser = (entry, call) => current(matchingVariants(entry.variants, call))

/** The same, where it has these bytes; else the one with them that was refused, which the walk did not hear of. */
export function currentOfBytes(digest: string): Chooser {
  return (entry, call) => {
    const variants = matchingVariants(entry.variants, call)
    const refused = allVersions(variants).filter(({ ref }) => hasLabel(ref, 'failed'))
    return [current(variants), ...refused].find((choice) => choice?.ref.digest === digest)
  }
}

/** The version that a call would fall back to. */
export const lastGoodOf: Chooser = (entry, call) => lastGood(matchingVariants(entry.variants, call))

/** What was required is not there, and nobody is asked for it. */
export function versionNotFound({ url, method }: Pick<Call, 'url' | 'method'>, selection: Selection | undefined): HoldfastError {
  return new HoldfastError('VERSION_NOT_FOUND', `no stored version ${wanted(selection)}`, { url, method })
}

function wanted(selection: Selection | undefined): string {
  switch (selection?.name) {
    case 'version':
      return `has the id ${selection.id}`
    case 'label':
      return `has the label '${selection.label}'`
    case 'pinned':
      return 'is pinned'
    case 'asOf':
      return `is as old as ${new Date(selection.at).toISOString()}`
    default:
      return 'is there'
  }
}

export function allRefused(call: Call, entry: EntryRecord): HoldfastError {
  return new HoldfastError('REJECTED', refusedAll(entry), call)
}

/** The error of a call that may not ask. It says why where all that is stored for it was refused. */
export function unanswered(call: Call, entry: EntryRecord | undefined): HoldfastError {
  if (entry === undefined) return notCached(call)
  const mine = allVersions(matchingVariants(entry.variants, call))
  const failed = failedDigests(entry.variants)
  const isRefused = mine.length > 0 && mine.every(({ ref }) => failed.has(ref.digest))
  return notCached(call, isRefused ? refusedAll(entry) : undefined)
}

const refusedAll = (entry: EntryRecord): string => `every stored version was refused: ${refusals(entry)}`

/** Why the versions of an entry were refused, newest first. */
export function refusals(entry: EntryRecord): string {
  const reasons = allVersions(entry.variants).flatMap(({ ref }) =>
    hasLabel(ref, 'failed') ? [ref.labels?.failed?.reason ?? 'no reason given'] : [],
  )
  return [...new Set(reasons)].slice(0, 5).join('; ')
}
