import type { Aim } from './aims.ts'
import type { Line } from './diary.ts'
import { phaseOf } from './phase.ts'

const KINDS = ['moment', 'store', 'sweep', 'file'] as const

/** Phases that a run must not leave out, with the share of the kills that each must have. */
const WANTED = ['download', 'write', 'sweep'] as const
const SHARE = 0.1

/** Of bodies broken off by a kill, after something of them was at rest. */
const RESUMED_SHARE = 0.95

/** Counts kills, and what was found after them. */
export class Tally {
  readonly violations: string[] = []
  readonly #phases = new Map<string, Map<string, number>>()
  readonly #points = new Set<string>()
  readonly #counts = new Map<string, number>()
  #kills = 0
  #longest = 0

  killed(lines: readonly Line[], { point }: Aim): void {
    this.#kills++
    const kinds = this.#phases.get(phaseOf(lines)) ?? new Map<string, number>()
    this.#phases.set(phaseOf(lines), kinds)
    const kind = point?.of ?? 'moment'
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    const fatal = lines.find((line) => line.name === 'fatal')
    if (fatal?.name === 'fatal') this.#points.add(JSON.stringify(fatal.point))
  }

  count(what: string, times = 1): void {
    this.#counts.set(what, this.of(what) + times)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  /** How long an address took to be answered after a kill, in ms. */
  took(ms: number): void {
    this.#longest = Math.max(this.#longest, ms)
  }

  /** Too few of a phase, or of resumed bodies: the run has shown less than it is for. */
  shortfalls(): string[] {
    const short = WANTED.filter((phase) => this.#hits(phase) < SHARE * this.#kills).map(
      (phase) => `only ${this.#hits(phase)} of ${this.#kills} kills came in ${phase}`,
    )
    const [broken, resumed] = [this.of('broken bodies'), this.of('broken bodies resumed')]
    return resumed < RESUMED_SHARE * broken ? [...short, `only ${resumed} of ${broken} broken bodies were resumed`] : short
  }

  #hits(phase: string): number {
    return [...(this.#phases.get(phase)?.values() ?? [])].reduce((sum, hits) => sum + hits, 0)
  }

  /** A histogram of the phases, then one line for each thing counted. */
  table(): string {
    const phases = [...this.#phases.keys()].sort((a, b) => this.#hits(b) - this.#hits(a))
    const row = (cells: readonly (string | number)[]): string =>
      cells.map((cell, n) => (n === 0 ? String(cell).padEnd(12) : String(cell).padStart(8))).join('')
    const rows = phases.map((phase) => {
      const kinds = KINDS.map((kind) => this.#phases.get(phase)?.get(kind) ?? 0)
      const share = this.#hits(phase) / this.#kills
      return `${row([phase, this.#hits(phase), ...kinds])}  ${`${(100 * share).toFixed(1)} %`.padStart(6)} ${'#'.repeat(Math.round(60 * share))}`
    })
    const counted = [...this.#counts].map(([what, count]) => `${String(count).padStart(9)}  ${what}`)
    return [
      row(['killed in', 'kills', ...KINDS]),
      ...rows,
      ...counted,
      `${String(this.#points.size).padStart(9)}  different places of operations (before or after the n-th)`,
      `${String(Math.round(this.#longest)).padStart(9)}  ms: the longest that an address took after a kill`,
    ].join('\n')
  }
}
