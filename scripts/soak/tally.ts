import type { Library } from './library.ts'
import type { Told } from './told.ts'

/** Counts what the clients tell. */
export class Tally {
  readonly #library: Library
  readonly #counts = new Map<string, number>()
  readonly #wrong: string[] = []
  #longest = 0

  constructor(library: Library) {
    this.#library = library
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }

  /** The longest that a client took, in milliseconds. */
  took(ms: number): void {
    this.#longest = Math.max(this.#longest, ms)
  }

  take(told: Told): void {
    const { kind, url, digest, error, resumed } = told
    if (digest === undefined) {
      // Nothing at rest is what a kill may leave; anything else that is thrown there is a finding.
      this.count(error === 'NOT_CACHED' && kind === 'at rest' ? 'at rest: nothing' : `${kind}: rejected with ${error}`)
      return
    }
    // A client that had its answer from an origin that only failed has the status, not the content.
    if (told.status !== 200) {
      this.count(`${kind}: status ${told.status}`)
      return
    }
    const edition = this.#library.knows(url, digest)
    if (edition === undefined) this.#wrong.push(`${kind}: ${JSON.stringify(told)}`)
    this.count(`${kind}: ${edition ?? 'WRONG'} body`)
    if (kind === 'at rest') return
    this.count(`fetched: ${told.outcome}`)
    if (resumed === 'first attempt') this.count('resumed by Range: the part that a killed process left')
    if (resumed === 'later attempt') this.count('resumed by Range: after a break of its own')
  }

  get wrong(): readonly string[] {
    return this.#wrong
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  /** One line for each thing counted. */
  table(): string {
    const rows = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
    const lines = rows.map(([what, count]) => `${String(count).padStart(7)}  ${what}`)
    return [
      ...lines,
      `${String(Math.round(this.#longest)).padStart(7)}  ms: the longest that a client needed for all addresses`,
    ].join('\n')
  }
}
