import { isGood, type Outcome } from './outcome.ts'
import type { Counts, ProfileName } from './tally.ts'

/** What is recorded: below this, the run has failed. */
export interface Floor {
  /** The fingerprint of the export that it was recorded with. */
  readonly export: string
  /** How many pass. */
  readonly passed: Readonly<Record<ProfileName, { readonly required: number; readonly optimal: number }>>
  /** The least share that passes of any other export. */
  readonly share: { readonly required: number; readonly optimal: number }
  /** Why each of these does not pass. */
  readonly known: Readonly<Record<string, string>>
}

export interface Compared {
  /** What makes the run fail. */
  readonly below: readonly string[]
  /** What is only to be told. */
  readonly told: readonly string[]
}

const KINDS = ['required', 'optimal'] as const

export function compare(
  floor: Floor,
  {
    outcomes,
    profiles,
    fingerprint,
  }: { outcomes: readonly Outcome[]; profiles: ReadonlyMap<ProfileName, Counts>; fingerprint: string },
): Compared {
  const same = floor.export === fingerprint
  const counted = outcomes.filter(({ test }) => test.kind !== 'check')
  const failed = counted.filter((outcome) => !isGood(outcome))
  const unexpected = failed.filter(({ test }) => !(test.id in floor.known)).map(({ test }) => `unexpected failure: ${test.id}`)
  const passes = counted.filter((outcome) => isGood(outcome) && outcome.test.id in floor.known)
  const told = passes.map(({ test }) => `unexpected pass: ${test.id}; take it from the floor's list`)
  const harness = outcomes.filter(({ name }) => name === 'harness error').map(({ test }) => `harness error: ${test.id}`)
  if (same) return { below: [...fewer(floor, profiles), ...unexpected, ...harness], told }
  const other = 'the floor was recorded with another export: shares are compared, and what fails is not known to it'
  return { below: [...lower(floor, profiles), ...harness], told: [other, ...told, ...unexpected] }
}

function fewer({ passed }: Floor, profiles: ReadonlyMap<ProfileName, Counts>): string[] {
  return [...profiles].flatMap(([name, counts]) =>
    KINDS.filter((kind) => counts[kind].passed < passed[name][kind]).map(
      (kind) => `${name}, ${kind}: ${counts[kind].passed} pass, the floor is ${passed[name][kind]}`,
    ),
  )
}

function lower({ share }: Floor, profiles: ReadonlyMap<ProfileName, Counts>): string[] {
  const counts = profiles.get('all')
  if (counts === undefined) return []
  return KINDS.filter((kind) => counts[kind].passed < Math.floor(counts[kind].of * share[kind])).map(
    (kind) => `${kind}: ${counts[kind].passed} of ${counts[kind].of} pass, the floor is a share of ${share[kind]}`,
  )
}
