import { type Figure, figureOf, type Measured, ratioOf } from './measured.ts'

/** A column of figures, and beside it how they compare with one client's. */
export interface Column {
  readonly title: string
  readonly measure: string
  readonly fact: string
  /** The client that the ratio is of. Absent: no ratio. */
  readonly base?: string
}

/** Facts in words that say whether the figures are worth anything. */
export interface Words {
  readonly title: string
  readonly fact: string
  /** What is right, and needs no emphasis. */
  readonly right: string | number
}

/** A row for each client, a column for each figure. */
export function figures(lines: readonly Measured[], columns: readonly Column[], words: readonly Words[] = []): string[] {
  const clients = [...new Set(lines.map(({ client }) => client))]
  const heads = columns.flatMap(({ title, base }) => (base === undefined ? [title] : [title, 'x']))
  return [
    row(['client', 'version', ...heads, ...words.map(({ title }) => title)]),
    row(['---', '---', ...heads.map(() => '---:'), ...words.map(() => '---')]),
    ...clients.map((client) =>
      row([client, versionOf(lines, client), ...cellsOf(lines, client, columns), ...said(lines, client, words)]),
    ),
    ...failures(lines),
  ]
}

function cellsOf(lines: readonly Measured[], client: string, columns: readonly Column[]): string[] {
  return columns.flatMap(({ measure, fact, base }) => {
    const figure: Figure = { client, measure, fact }
    const value = short(figureOf(lines, figure))
    return base === undefined ? [value] : [value, short(ratioOf(lines, figure, { client: base, measure, fact }))]
  })
}

/** Every word that came up in any measure of a client; bold where it is not the right one. */
function said(lines: readonly Measured[], client: string, words: readonly Words[]): string[] {
  return words.map(({ fact, right }) => {
    const all = lines.filter((line) => line.client === client).flatMap(({ facts }) => facts[fact] ?? [])
    return [...new Set(all)].map((word) => (word === right ? `${word}` : `**${word}**`)).join(', ')
  })
}

function versionOf(lines: readonly Measured[], client: string): string {
  return lines.find((line) => line.client === client)?.version ?? ''
}

function failures(lines: readonly Measured[]): string[] {
  const failed = new Set(
    lines.flatMap(({ client, measure, error }) => error?.split('\n')[0] && `- ${client}, ${measure}: ${error.split('\n')[0]}`),
  )
  failed.delete(undefined)
  return failed.size === 0 ? [] : ['', 'Failed:', '', ...[...failed].map(String)]
}

export function short(figure: number | undefined): string {
  if (figure === undefined) return ''
  const size = Math.abs(figure)
  if (size >= 100) return Math.round(figure).toLocaleString('en')
  return figure.toFixed(size < 10 ? 2 : 1)
}

export function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}
