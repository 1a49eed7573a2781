import { KINDS, type Kind } from './definition.ts'
import { isGood, type Outcome } from './outcome.ts'
import { byArea, byProfile, type Counts } from './tally.ts'

/** The tables, then what did not pass, then what the questions were answered with. */
export function report(outcomes: readonly Outcome[], logs?: ReadonlyMap<string, readonly string[]>): string {
  const failed = outcomes.filter((outcome) => !isGood(outcome) && outcome.name !== 'no')
  const lines = failed.flatMap((outcome) => [failure(outcome), ...(logs?.get(outcome.test.id) ?? [])])
  return [
    table('area', byArea(outcomes)),
    table('profile', byProfile(outcomes)),
    lines.length === 0 ? 'nothing failed' : lines.join('\n'),
    answers(outcomes),
  ].join('\n\n')
}

function failure({ test: { id, area, kind }, name, reason }: Outcome): string {
  return `${name.padEnd(17)} ${id} (${area}, ${kind})${reason === undefined ? '' : `: ${reason}`}`
}

function table(title: string, rows: ReadonlyMap<string, Counts>): string {
  const cell = (counts: Counts, kind: Kind) => {
    const { passed, of } = counts[kind]
    const text = of === 0 ? '' : kind === 'check' ? `${passed} yes of ${of}` : `${passed}/${of}`
    return text.padStart(14)
  }
  const wide = Math.max(title.length, ...[...rows.keys()].map(({ length }) => length))
  const head = `${title.padEnd(wide)}${KINDS.map((kind) => kind.padStart(14)).join('')}`
  return [
    head,
    ...[...rows].map(([name, counts]) => `${name.padEnd(wide)}${KINDS.map((kind) => cell(counts, kind)).join('')}`),
  ].join('\n')
}

function answers(outcomes: readonly Outcome[]): string {
  const said = (word: 'yes' | 'no') => outcomes.filter(({ name }) => name === word).map(({ test }) => test.id)
  return (['yes', 'no'] as const).map((word) => `${word}: ${said(word).join(', ') || 'none'}`).join('\n')
}
