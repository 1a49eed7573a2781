import { type Pattern, patternsFor } from './patterns.ts'
import type { Subject } from './subject.ts'

/** Twice the length may take this many times the time. */
const MOST_GROWTH = 2.5

/** Milliseconds of one call that can be told from noise; the length is doubled until it takes as long. */
const ENOUGH_MS = 0.5
const SHORTEST = 2048
const LONGEST = 65_536

/** Where so long a text takes less, in milliseconds, it is not looked at: only what reads it can be slow. */
const NOTHING_MS = 0.05

/** Both lengths in turn, so that what disturbs the machine disturbs both; the best of all rounds counts. */
const FEWEST_ROUNDS = 3
const MOST_ROUNDS = 24
const MOST_MS = 1000

/**
 * What grows too fast once is doubled again. Memory has steps (a long string gets pages of its own, the processor's cache ends
 * somewhere), and each is met at one length; a parser that looks back is as slow at the next.
 */
const MOST_DOUBLINGS = 3

/** And looked at again: a busy machine is not busy in the same way twice. */
const MOST_LOOKS = 4

type Progress = (pattern: string) => void

/** The first shape of text for which a parser is slower than linear, or undefined. */
export function firstSlowPattern(subject: Subject, seed: number, progress: Progress): string | undefined {
  for (const pattern of patternsFor(subject, seed)) {
    for (let look = 1; look <= MOST_LOOKS; look++) {
      progress(pattern.name)
      const growth = leastGrowth(subject.parse, pattern)
      if (growth === undefined || growth.factor < MOST_GROWTH) break
      if (look === MOST_LOOKS) return told(pattern, growth)
    }
  }
  return undefined
}

interface Growth {
  readonly length: number
  readonly once: number
  readonly twice: number
  readonly factor: number
}

function told({ name }: Pattern, { length, once, twice, factor }: Growth): string {
  const times = `${once.toFixed(2)} ms for ${length} characters, ${twice.toFixed(2)} ms for ${2 * length}`
  return `grows by ${factor.toFixed(2)} with twice the length: ${times}\n    input: ${name}`
}

/** Undefined: too quick at any length to be slower than linear. */
function leastGrowth(parse: Subject['parse'], { text }: Pattern): Growth | undefined {
  let length = tellingLength(parse, text)
  let least = growthAt(parse, text, length)
  if (length === LONGEST && least.twice < NOTHING_MS) return undefined
  for (let doubling = 1; doubling < MOST_DOUBLINGS && least.factor >= MOST_GROWTH; doubling++) {
    length *= 2
    const growth = growthAt(parse, text, length)
    if (growth.factor < least.factor) least = growth
  }
  return least
}

function tellingLength(parse: Subject['parse'], text: Pattern['text']): number {
  let length = SHORTEST
  for (; length < LONGEST; length *= 2) {
    const tried = text(length)
    // Twice: the first call may compile what it runs.
    if (Math.min(timeOf(parse, tried), timeOf(parse, tried)) >= ENOUGH_MS) break
  }
  return length
}

function growthAt(parse: Subject['parse'], text: Pattern['text'], length: number): Growth {
  const [short, long] = [text(length), text(2 * length)]
  let [once, twice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const startedAt = performance.now()
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    once = Math.min(once, timeOf(parse, short))
    twice = Math.min(twice, timeOf(parse, long))
    if (round >= FEWEST_ROUNDS && (twice / once < MOST_GROWTH || performance.now() - startedAt > MOST_MS)) break
  }
  return { length, once, twice, factor: twice / once }
}

function timeOf(parse: Subject['parse'], text: string): number {
  const startedAt = performance.now()
  parse(text)
  return performance.now() - startedAt
}
