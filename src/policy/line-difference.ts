import { LineMatch } from './line-match.ts'

/** Lines without their ends; one that ends the text begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/**
 * Lines of two texts that have no counterpart. Order counts: a line that moved past others stands in both lists.
 *
 * Not the shortest answer, which takes quadratic time where much has changed. As in a patience diff, lines that stand once in each text
 * hold the rest in place; between two of them the n-th of equal lines is the counterpart of the n-th. O(n log n) for n lines.
 */
export function lineDifference(from: string, to: string): { added: string[]; removed: string[] } {
  // Of equally good answers one is taken, and it has to be the same one from either side.
  if (from > to) {
    const { added, removed } = lineDifference(to, from)
    return { added: removed, removed: added }
  }
  const [before, after] = [linesOf(from), linesOf(to)]
  const match = new LineMatch(before, after)
  for (const gap of match.chain(match.trim(match.whole()), 'single')) match.chain(match.trim(gap), 'any')
  return { added: match.unmatched(after, 'to'), removed: match.unmatched(before, 'from') }
}
