/** Places of one line in two texts. */
export type Pair = readonly [from: number, to: number]

/** A longest choice of pairs, which come in order of `to`, whose `from` rises too. O(n log n): patience sorting. */
export function longestRising(pairs: readonly Pair[]): readonly Pair[] {
  /** By length, less one: the pair with the least `from` that ends a choice of that length. */
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  pairs.forEach(([from], at) => {
    const length = countBelow(from, ends, pairs)
    previous.push(ends[length - 1])
    ends[length] = at
  })
  const chosen: Pair[] = []
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) chosen.push(pairs[at] as Pair)
  return chosen.reverse()
}

/** How many of `ends` have a lesser `from`; theirs rise. */
function countBelow(from: number, ends: readonly number[], pairs: readonly Pair[]): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pairs[ends[middle] as number] as Pair)[0] < from) low = middle + 1
    else high = middle
  }
  return low
}
