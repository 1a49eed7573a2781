import type { Line } from '../scenario.ts'
import type { Facts } from './job.ts'

/** One client, in one round of one measure. */
export interface Measured extends Line {
  /** What the columns of the table name. */
  readonly measure: string
  readonly round: number
  readonly facts: Facts
  readonly error?: string | undefined
}

/** One figure: whose, and of what. */
export interface Figure {
  readonly client: string
  readonly measure: string
  readonly fact: string
}

/** A figure by round; NaN where there is none. */
export function byRound(lines: readonly Measured[], { client, measure, fact }: Figure): Map<number, number> {
  const own = lines.filter((line) => line.client === client && line.measure === measure)
  return new Map(own.map(({ round, facts }) => [round, Number(facts[fact] ?? Number.NaN)]))
}

/** The figure in the middle of the rounds; undefined where nothing was measured. */
export function figureOf(lines: readonly Measured[], figure: Figure): number | undefined {
  return median([...byRound(lines, figure).values()])
}

/** Each round's figure over the same round's of the other, and of these the one in the middle: what slows both is in neither. */
export function ratioOf(lines: readonly Measured[], figure: Figure, base: Figure): number | undefined {
  const bases = byRound(lines, base)
  return median([...byRound(lines, figure)].map(([round, value]) => value / (bases.get(round) ?? Number.NaN)))
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}
