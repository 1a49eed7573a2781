/** The most starts that any sliding span of so many milliseconds holds; a span begins with a start, and does not hold its own end. */
export function mostIn(starts: readonly number[], span: number): number {
  const sorted = [...starts].sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((from, n) => sorted.slice(n).filter((at) => at < from + span).length))
}

/** The shortest time between two starts. */
export function shortestGap(starts: readonly number[]): number {
  const sorted = [...starts].sort((a, b) => a - b)
  return Math.min(...sorted.slice(1).map((at, n) => at - (sorted[n] ?? 0)))
}
