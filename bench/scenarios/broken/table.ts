import { ENTRANTS } from '../../clients/roster.ts'
import type { Measured } from './measured.ts'
import type { Outcome } from './outcome.ts'
import { SITUATIONS } from './situations.ts'

const SHOWN: Readonly<Record<Outcome, string>> = { right: 'right', resumed: 'resumed', wrong: '**WRONG**', error: 'error' }

/** How each client did, and then in which situation. */
export function table(lines: readonly Measured[]): string {
  const clients = ENTRANTS.filter(({ name }) => lines.some(({ client }) => client === name))
  const of = (name: string): Measured[] => lines.filter(({ client }) => client === name)
  const totals = clients.map(({ name, setting }) => {
    const own = of(name)
    const count = (...outcomes: Outcome[]): number => own.filter(({ outcome }) => outcomes.includes(outcome)).length
    const cells = [
      name,
      own[0]?.version ?? '',
      setting,
      count('right', 'resumed'),
      count('resumed'),
      count('wrong'),
      count('error'),
    ]
    return row(cells)
  })
  const outcomes = SITUATIONS.map(({ row: id, name, says }) => {
    const cell = (client: string): string => {
      const found = of(client).find((line) => line.situation === name)
      return found === undefined ? '' : SHOWN[found.outcome]
    }
    return row([id, name, says, ...clients.map((client) => cell(client.name))])
  })
  return [
    row(['client', 'version', 'told to', 'right', 'of these by resuming', 'wrong, without an error', 'error']),
    row(['---', '---', '---', '---:', '---:', '---:', '---:']),
    ...totals,
    '',
    row(['row', 'situation', 'after the break the server', ...clients.map(({ name }) => name)]),
    row(Array.from({ length: clients.length + 3 }, () => '---')),
    ...outcomes,
    '',
  ].join('\n')
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}
