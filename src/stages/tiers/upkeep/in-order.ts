import type { Pace } from './pace.ts'

/** Texts sorted at once: a few thousand take a few milliseconds. */
const RUN = 4_000

/** Texts given between two rounds of the event loop. */
const GIVEN = 2_000

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Sorted by code units, in parts that are merged as they are asked for: to sort a hundred thousand at once would freeze everybody. */
export async function* inOrder(texts: string[], pace: Pace): AsyncGenerator<string> {
  const runs: Iterator<string>[] = []
  for (let from = 0; from < texts.length; from += RUN) {
    runs.push(
      texts
        .slice(from, from + RUN)
        .sort(byText)
        .values(),
    )
    await pace.round()
  }
  let given = 0
  for (const text of { [Symbol.iterator]: () => mergedOf(runs) }) {
    yield text
    if (++given % GIVEN === 0) await pace.round()
  }
}

/** Two by two, so that each text is compared as often as there are levels. */
function mergedOf(runs: readonly Iterator<string>[]): Iterator<string> {
  if (runs.length <= 1) return runs[0] ?? [].values()
  const half = runs.length >> 1
  return ofTwo(mergedOf(runs.slice(0, half)), mergedOf(runs.slice(half)))
}

function* ofTwo(a: Iterator<string>, b: Iterator<string>): Generator<string> {
  let [one, other] = [a.next(), b.next()]
  while (one.done !== true && other.done !== true) {
    if (byText(one.value, other.value) <= 0) {
      yield one.value
      one = a.next()
    } else {
      yield other.value
      other = b.next()
    }
  }
  for (; one.done !== true; one = a.next()) yield one.value
  for (; other.done !== true; other = b.next()) yield other.value
}
