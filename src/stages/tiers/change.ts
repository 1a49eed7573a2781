import type { EntryRecord, VersionRef } from '../../model/record.ts'
import { refsOf } from '../../policy/selection.ts'
import type { Placed, Writing } from './placed.ts'
import type { Tier } from './tier.ts'

export interface Change {
  readonly entry: EntryRecord
  readonly placed: Placed | undefined
  /** False: tiers that others read do not get it. */
  readonly shareable: boolean
  /** Versions that go with it. */
  readonly retiring?: Writing['retiring']
  readonly removes?: Writing['removes']
  /** What all tiers knew of the entry: a memory that has no version of it would take the one word for all there is. */
  readonly known?: EntryRecord | undefined
  /** No tier had anything of the entry a moment ago. */
  readonly isNew?: boolean | undefined
  /** Somebody waits until a tier has it, be it a remote one where there is no other. */
  readonly isAwaited?: boolean | undefined
}

/** Those that are written before the answer, until one has taken it. */
export function awaited(open: readonly Tier[], { isAwaited }: Change): readonly Tier[] {
  const here = open.filter(({ store }) => !store.remote && store.live === undefined)
  const durable = here.filter(({ store }) => store.durable)
  const mayBeFar = isAwaited === true && open.every(({ store }) => store.live === undefined)
  return [...(durable.length > 0 ? durable : here), ...(mayBeFar ? open.filter(({ store }) => store.remote) : [])]
}

const latest = (refs: readonly VersionRef[]): number => Math.max(0, ...refs.map(({ checkedAt }) => checkedAt))

/**
 * What a change is under which another process took over: 'newer' bytes, asked for after all that was brought meanwhile, without which that would be
 * taken for the newest; 'all there is', where nobody has brought anything yet, and perhaps never will; or 'late'.
 */
export function besideTheirs(
  { placed, known, retiring }: Change,
  there: EntryRecord | undefined,
): 'newer' | 'all there is' | 'late' {
  if (placed === undefined || retiring?.isLate(there) === true) return 'late'
  const [theirs, { requestedAt, digest }] = [refsOf(there), placed.version]
  const at = latest(theirs)
  if (at <= latest(refsOf(known))) return 'all there is'
  return at < requestedAt && theirs.every((ref) => ref.digest !== digest) ? 'newer' : 'late'
}
