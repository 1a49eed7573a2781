import type { Verdict } from '../scenario.ts'
import { type Figure, figureOf, type Measured, ratioOf } from './measured.ts'
import { isPeer } from './rounds.ts'
import { row, short } from './table.ts'

/** What one of our figures is to be. */
export interface Target extends Figure {
  readonly name: string
  /** It is a ratio to this one; absent: a figure of its own. */
  readonly base?: Figure
  /** What must hold. */
  readonly gate: number
  /** What the limits allow. */
  readonly stretch?: number
  readonly unit?: string
  /** 'machine': a time, which another machine, or this one with other neighbours, would not repeat; so `--record` leaves it out. Default 'code'. */
  readonly tells?: 'machine' | 'code'
  /** 'none': nobody else has this figure. */
  readonly others?: 'none'
}

/** The same figure of ours over that of another client. */
export function overBase(client: string, base: string): (measure: string, fact: string) => Figure & { base: Figure } {
  return (measure, fact) => ({ client, measure, fact, base: { client: base, measure, fact } })
}

/** Those that were measured, and could be compared with another day's. */
export function verdicts(lines: readonly Measured[], targets: readonly Target[]): Verdict[] {
  const ofCode = targets.filter(({ tells }) => tells !== 'machine')
  return ofCode.flatMap((target) => {
    const measured = measuredOf(lines, target)
    return measured === undefined ? [] : [{ name: target.name, measured, gate: target.gate }]
  })
}

export function judged(lines: readonly Measured[], targets: readonly Target[]): string[] {
  return [
    row(['target', 'client', 'measured', 'rounds', 'gate', 'stretch', 'verdict', 'best other']),
    row(['---', '---', '---:', '---', '---:', '---:', '---', '---']),
    ...targets.map((target) => {
      const { name, client, gate, stretch, unit = '' } = target
      const measured = measuredOf(lines, target)
      const figure = `${short(measured)}${unit}`
      const spread = spreadOf(lines, target)
      return row([
        name,
        client,
        figure,
        spread,
        `<= ${gate}${unit}`,
        stretch === undefined ? '' : `<= ${stretch}${unit}`,
        verdictOf(measured, target),
        bestOther(lines, target),
      ])
    }),
  ]
}

function verdictOf(measured: number | undefined, { gate, stretch }: Target): string {
  if (measured === undefined) return 'not measured'
  if (measured > gate) return '**gate missed**'
  return stretch !== undefined && measured <= stretch ? 'gate and stretch hold' : 'gate holds'
}

function measuredOf(lines: readonly Measured[], target: Target): number | undefined {
  return target.base === undefined ? figureOf(lines, target) : ratioOf(lines, target, target.base)
}

/** The least and the most of the rounds: how far the figure is to be trusted. */
function spreadOf(lines: readonly Measured[], target: Target): string {
  const rounds = [...new Set(lines.map(({ round }) => round))]
  const each = rounds.flatMap(
    (round) =>
      measuredOf(
        lines.filter((line) => line.round === round),
        target,
      ) ?? [],
  )
  return each.length < 2 ? '' : `${short(Math.min(...each))} to ${short(Math.max(...each))}`
}

/** Of those who are neither ours nor a limit, and give right bytes. */
function bestOther(lines: readonly Measured[], target: Target): string {
  if (target.others === 'none') return ''
  const others = new Set(lines.map(({ client }) => client).filter((client) => isPeer(client) && isRight(lines, client)))
  const figures = [...others].flatMap((client) => {
    const measured = measuredOf(lines, { ...target, client })
    return measured === undefined ? [] : [{ client, measured }]
  })
  const best = figures.sort((a, b) => a.measured - b.measured)[0]
  return best === undefined ? '' : `${short(best.measured)} ${best.client}`
}

/** Right bytes, and none where something failed: half a file is soon there. */
function isRight(lines: readonly Measured[], client: string): boolean {
  const own = lines.filter((line) => line.client === client)
  return own.every(({ facts, error }) => error === undefined && (facts.body ?? 'exact') === 'exact' && !facts.wrong)
}
