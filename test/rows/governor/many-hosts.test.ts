import { expect, test } from 'vitest'
import { startChild } from '../../helpers/child.ts'

// P07: what a crawl has left is forgotten.
const CROWD = new URL('children/crowd.ts', import.meta.url)
const MB = 1024 * 1024

test.each([
  ['answer well', 200, 0],
  ['refuse: of a thousand it is remembered how much they bear', 429, 1_000],
])('P07: 100,000 hosts that %s', async (_, status, remembered) => {
  await using child = startChild(CROWD, { args: ['100000', '1000', `${status}`], nodeFlags: ['--expose-gc'] })
  const { most, after, known } = await child.message<{ most: number; after: number; known: number }>()
  expect(most).toBeLessThan(50 * MB)
  expect(after).toBeLessThan(5 * MB)
  expect(known).toBe(remembered)
})
