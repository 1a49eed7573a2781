import { expect, test } from 'vitest'
import type { CountedFile } from '../../../adapters/stores/folder/census.ts'
import { Oldest } from '../../../adapters/stores/folder/oldest.ts'

const KEPT = 4_096

function file(group: string | undefined, used: number): CountedFile {
  return { path: '', key: '', kind: 'value', group, used, expires: Number.POSITIVE_INFINITY, size: 1, cost: 4_096 }
}

test('of very many groups those least recently used are remembered, by the last use of any of their files', () => {
  const oldest = new Oldest(1_000_000)
  const count = 20_000
  // In no order: 7919 is prime to their number.
  const used = (n: number): number => (n * 7_919) % count
  for (let n = 0; n < count; n++) oldest.add(file(`g${used(n)}`, used(n)))
  // Each of the first hundred has a second file, used a moment ago.
  for (let n = 0; n < 100; n++) oldest.add(file(`g${n}`, 500_000))
  oldest.add(file(undefined, 0))
  const taken = oldest.take()
  expect(taken.length).toBeLessThanOrEqual(KEPT)
  expect(taken.slice(0, 3_000)).toEqual(Array.from({ length: 3_000 }, (_, n) => ({ group: `g${n + 100}`, used: n + 100 })))
})

test('a file of the future counts as used now', () => {
  const oldest = new Oldest(1_000)
  oldest.add(file('future', 9_000))
  oldest.add(file('old', 10))
  expect(oldest.take()).toEqual([
    { group: 'old', used: 10 },
    { group: 'future', used: 1_000 },
  ])
})
