import type { Cost } from './gauge.ts'
import { GATE, type Measured } from './measured.ts'

/** Below so many milliseconds a ratio tells of chance. */
const TOO_LITTLE = 10

const HEAD = [
  'wall ms',
  'CPU ms',
  'longest slice, CPU ms',
  'asleep too, ms',
  'loop delay p99 ms',
  'longest ms',
  'peak RSS over start, MB',
] as const

export function table(lines: readonly Measured[]): string {
  return [...works(lines), '', ...gate(lines), '', ...misses(lines), ''].join('\n')
}

/** Each work at the full size, and how much less it was at a tenth of it. */
function works(lines: readonly Measured[]): string[] {
  const most = Math.max(...lines.filter(({ part }) => part === 'work').map(({ entries }) => entries))
  const rows = lines
    .filter(({ part, entries }) => part !== 'miss' && entries === most)
    .map((line) => {
      const tenth = lines.find(({ work, part, entries }) => work === line.work && part === line.part && entries < most)
      const name = line.part === 'work' ? `\`${line.work}\`` : line.work
      return row([name, line.result, ...costs(line.cost), ...growth(line.cost, tenth?.cost)])
    })
  return [
    row(['', `at ${most} entries`, ...HEAD, 'CPU, per tenfold', 'slice', 'RSS']),
    row(['---', '---', ...Array.from({ length: HEAD.length + 3 }, () => '---:')]),
    ...rows,
  ]
}

const costs = ({ wall, cpu, slice, held, delay, memory }: Cost): string[] =>
  [wall, cpu, slice, held, delay.p99, delay.longest, memory / 1e6].map(short)

function growth(all: Cost, tenth: Cost | undefined): string[] {
  if (tenth === undefined) return ['', '', '']
  const ratio = (a: number, b: number, least: number): string => (Math.max(a, b) < least ? '' : `${(a / b).toFixed(1)}x`)
  return [
    ratio(all.cpu, tenth.cpu, TOO_LITTLE),
    ratio(all.slice, tenth.slice, TOO_LITTLE),
    ratio(all.memory, tenth.memory, TOO_LITTLE * 1e6),
  ]
}

function gate(lines: readonly Measured[]): string[] {
  const over = lines.filter(({ part, cost }) => part === 'work' && cost.slice > GATE)
  if (over.length === 0) return [`Gate: no slice above ${GATE} ms of CPU time. It holds.`]
  const told = over.map(({ work, entries, cost }) => `\`${work}\` at ${entries} entries: ${short(cost.slice)} ms`)
  return [`Gate: no slice above ${GATE} ms of CPU time. **Missed** by ${told.join('; ')}.`]
}

function misses(lines: readonly Measured[]): string[] {
  const rows = lines
    .filter(({ part }) => part === 'miss')
    .map(({ work, entries, atOnce, cost, result }) => {
      const plain = lines.find((other) => other.part === 'miss' && other.work === 'fetch' && other.atOnce === atOnce)
      const each = [cost.wall, cost.cpu].map((ms) => Math.round((1000 * ms) / entries))
      const ratio = plain === undefined ? '' : `${(cost.cpu / plain.cost.cpu).toFixed(2)}x`
      return row([work, result, atOnce ?? '', ...each, ratio, short(cost.slice)])
    })
  return [
    row(['a miss of 1 KB', '', 'at once', 'wall µs each', 'CPU µs each', 'CPU x fetch', 'longest slice, CPU ms']),
    row(['---', '---', '---:', '---:', '---:', '---:', '---:']),
    ...rows,
  ]
}

function short(figure: number | undefined): string {
  if (figure === undefined) return ''
  return figure < 100 ? figure.toFixed(1) : Math.round(figure).toString()
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}
