import { KINDS, type Kind } from './definition.ts'
import { isGood, type Outcome } from './outcome.ts'

export interface Count {
  readonly passed: number
  readonly of: number
}

export type Counts = Record<Kind, Count>

/** The tests that a browser would run, those that browsers leave out, and both. */
export const PROFILES = ['browser', 'skipped by browsers', 'all'] as const
export type ProfileName = (typeof PROFILES)[number]

function countsOf(outcomes: readonly Outcome[]): Counts {
  const counted = (kind: Kind): Count => {
    const own = outcomes.filter(({ test }) => test.kind === kind)
    return { passed: own.filter(isGood).length, of: own.length }
  }
  const [required, optimal, check] = KINDS.map(counted) as [Count, Count, Count]
  return { required, optimal, check }
}

export function byProfile(outcomes: readonly Outcome[]): Map<ProfileName, Counts> {
  const of = (name: ProfileName) => outcomes.filter(({ test }) => name === 'all' || test.profile === name)
  return new Map(PROFILES.map((name) => [name, countsOf(of(name))]))
}

export function byArea(outcomes: readonly Outcome[]): Map<string, Counts> {
  const areas = Map.groupBy(outcomes, ({ test }) => test.area)
  return new Map([...areas].map(([area, own]) => [area, countsOf(own)]))
}
