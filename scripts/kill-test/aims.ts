import { Chance, seedOf } from '../fuzz/chance.ts'
import type { Counts, Order, Point, Work } from './order.ts'

/** What a life without a kill comes to, once the store is filled. */
export interface Usual {
  readonly counts: Counts
  /** Milliseconds from its start until it has looked at everything, and for its work. */
  readonly recoveryMs: number
  readonly scenarioMs: number
}

/** Where one kill is to come. */
export interface Aim extends Pick<Order, 'from' | 'strands' | 'work'> {
  readonly point?: Point
  /** Milliseconds after its start, or after it went to work. */
  readonly afterMs?: number
  /** 'patient': the next life comes at once, and has to wait for what the dead one held. */
  readonly next: 'an hour later' | 'patient'
  /** Of bodies that broke: whether the origin still has them for the next life. */
  readonly content: 'stays' | 'changes'
}

/** Moments and operations take turns, sweeps being short get more than their share; the n-th operation walks through the work from the first kill to the last. */
const TURNS = ['moment', 'store', 'file', 'sweep', 'moment', 'store', 'moment', 'store'] as const

/** One in so many lives copies. */
const COPYING = 6

export interface Campaign {
  readonly kills: number
  readonly seed: number
  readonly usual: Readonly<Record<Work, Usual>>
}

export function aimOf(index: number, { kills, seed, usual }: Campaign): Aim {
  const chance = new Chance(seedOf(`kill ${index}`, seed))
  const turn = TURNS[index % TURNS.length] ?? 'moment'
  const work: Work = chance.oneIn(COPYING) ? 'with a copy' : 'daily'
  const { counts, recoveryMs, scenarioMs } = usual[work]
  const next = chance.oneIn(12) ? 'patient' : 'an hour later'
  const fixed = { work, next, content: chance.oneIn(4) ? 'changes' : 'stays' } as const
  const share = chance.below(1_000_000) / 1_000_000
  if (turn === 'moment') {
    const strands = chance.oneIn(3) ? 'two' : 'one'
    if (chance.oneIn(6)) return { ...fixed, strands, from: 'recovery', afterMs: (0.3 + 0.7 * share) * recoveryMs }
    return { ...fixed, strands, from: 'scenario', afterMs: 0.9 * share * scenarioMs }
  }
  // Of twice as many places as operations: before and after each.
  const place = Math.floor(((index + share) / kills) * 2 * counts[turn])
  const point: Point = { of: turn, n: 1 + (place >> 1), side: place % 2 === 0 ? 'before' : 'after' }
  return { ...fixed, from: 'scenario', strands: 'one', point }
}
