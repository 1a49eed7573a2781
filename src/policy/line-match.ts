import { longestRising, type Pair } from './longest-rising.ts'

/** A stretch of each of two texts, from a line to before another. */
export interface Span {
  readonly from: number
  readonly fromEnd: number
  readonly to: number
  readonly toEnd: number
}

interface Sides<T> {
  readonly from: T
  readonly to: T
}

/** Which lines of two texts are counterparts. */
export class LineMatch {
  /** One number for equal lines, from 0. */
  readonly #lines: Sides<Uint32Array>
  /** By number: a place, plus one, of such a line in `from`, while a span is looked at; else 0. */
  readonly #places: Uint32Array
  /** By line: 1 where it has a counterpart. */
  readonly #matched: Sides<Uint8Array>

  constructor(from: readonly string[], to: readonly string[]) {
    const numbers = new Map<string, number>()
    this.#lines = { from: numbered(from, numbers), to: numbered(to, numbers) }
    this.#places = new Uint32Array(numbers.size)
    this.#matched = { from: new Uint8Array(from.length), to: new Uint8Array(to.length) }
  }

  whole(): Span {
    return { from: 0, fromEnd: this.#lines.from.length, to: 0, toEnd: this.#lines.to.length }
  }

  unmatched(lines: readonly string[], side: 'from' | 'to'): string[] {
    return lines.filter((_, at) => this.#matched[side][at] === 0)
  }

  /** Matches the common start and end of a span; the rest of it. */
  trim({ from, fromEnd, to, toEnd }: Span): Span {
    const { from: before, to: after } = this.#lines
    const shorter = Math.min(fromEnd - from, toEnd - to)
    let start = 0
    for (; start < shorter && before[from + start] === after[to + start]; start++) this.#keep([from + start, to + start])
    let tail = 0
    for (; tail < shorter - start && before[fromEnd - 1 - tail] === after[toEnd - 1 - tail]; tail++)
      this.#keep([fromEnd - 1 - tail, toEnd - 1 - tail])
    return { from: from + start, fromEnd: fromEnd - tail, to: to + start, toEnd: toEnd - tail }
  }

  /** Matches as many lines of a span as stand in the same order in both; the spans between them. */
  chain(span: Span, lines: 'single' | 'any'): readonly Span[] {
    let { from, to } = span
    const gaps: Span[] = []
    for (const pair of longestRising(this.#pairs(span, lines))) {
      this.#keep(pair)
      gaps.push({ from, fromEnd: pair[0], to, toEnd: pair[1] })
      from = pair[0] + 1
      to = pair[1] + 1
    }
    return [...gaps, { ...span, from, to }]
  }

  #keep([from, to]: Pair): void {
    this.#matched.from[from] = 1
    this.#matched.to[to] = 1
  }

  /** The n-th of equal lines with the n-th of them, in order of `to`. A hundred thousand lists, one for each line, would be slow. */
  #pairs({ from, fromEnd, to, toEnd }: Span, lines: 'single' | 'any'): readonly Pair[] {
    const [before, after] = [this.#lines.from.subarray(from, fromEnd), this.#lines.to.subarray(to, toEnd)]
    if (before.length === 0 || after.length === 0) return []
    const further = new Uint32Array(before.length)
    for (let at = before.length - 1; at >= 0; at--) {
      const line = before[at] as number
      further[at] = this.#places[line] as number
      this.#places[line] = at + 1
    }
    const pairs: Pair[] = []
    after.forEach((line, at) => {
      const place = this.#places[line] as number
      if (place === 0) return
      pairs.push([from + place - 1, to + at])
      this.#places[line] = further[place - 1] as number
    })
    for (const line of before) this.#places[line] = 0
    if (lines === 'any') return pairs
    const [some, others] = [countsOf(before, this.#places.length), countsOf(after, this.#places.length)]
    return pairs.filter(([place]) => {
      const line = this.#lines.from[place] as number
      return some[line] === 1 && others[line] === 1
    })
  }
}

function numbered(lines: readonly string[], numbers: Map<string, number>): Uint32Array {
  return Uint32Array.from(lines, (line) => {
    const number = numbers.get(line) ?? numbers.size
    numbers.set(line, number)
    return number
  })
}

function countsOf(lines: Uint32Array, numbers: number): Uint32Array {
  const counts = new Uint32Array(numbers)
  for (const line of lines) counts[line] = (counts[line] as number) + 1
  return counts
}
