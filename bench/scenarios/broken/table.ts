import { ENTRANTS, type Entrant } from '../../clients/roster.ts'
import type { Measured } from './measured.ts'
import type { Outcome } from './outcome.ts'
import { SITUATIONS } from './situations.ts'

const SHOWN: Readonly<Record<Outcome, string>> = { right: 'right', resumed: 'resumed', wrong: '**WRONG**', error: 'error' }

/** How each client did in all, and in which situation. */
export function table(lines: readonly Measured[]): string {
  const clients = ENTRANTS.filter(({ name }) => lines.some(({ client }) => client === name))
  return [...totals(clients, lines), '', ...bySituation(clients, lines), ''].join('\n')
}

function totals(clients: readonly Entrant[], lines: readonly Measured[]): string[] {
  const rows = clients.map(({ name, setting }) => {
    const own = lines.filter(({ client }) => client === name)
    const count = (...outcomes: Outcome[]): number => own.filter(({ outcome }) => outcomes.includes(outcome)).length
    const counts = [count('right', 'resumed'), count('resumed'), count('wrong'), count('error')]
    return row([name, own[0]?.version ?? '', setting, ...counts])
  })
  return [
    row(['client', 'version', 'told to', 'right', 'of these by resuming', 'wrong, without an error', 'error']),
    row(['---', '---', '---', '---:', '---:', '---:', '---:']),
    ...rows,
  ]
}

function bySituation(clients: readonly Entrant[], lines: readonly Measured[]): string[] {
  const rows = SITUATIONS.map(({ row: id, name, says }) => {
    const cells = clients.map((entrant) => {
      const found = lines.find(({ client, situation }) => client === entrant.name && situation === name)
      return found === undefined ? '' : SHOWN[found.outcome]
    })
    return row([id, name, says, ...cells])
  })
  return [
    row(['row', 'situation', 'after the break the server', ...clients.map(({ name }) => name)]),
    row(Array.from({ length: clients.length + 3 }, () => '---')),
    ...rows,
  ]
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}
