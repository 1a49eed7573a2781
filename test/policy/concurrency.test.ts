import { expect, test } from 'vitest'
import { type Bearing, learned, unlearned } from '../../src/policy/concurrency.ts'
import { fc } from './property.ts'

const refused = (before: Bearing, sentAt: number, now: number): Bearing =>
  learned(before, { wasRefused: 'yes', sentAt, now, configured: 8 })
const well = (before: Bearing): Bearing => learned(before, { wasRefused: 'no', sentAt: 0, now: 0, configured: 8 })

test('halved, rounded down, to no less than one', () => {
  let bearing = unlearned(7)
  const limits = [1, 2, 3, 4].map((now) => {
    bearing = refused(bearing, now, now)
    return bearing.limit
  })
  expect(limits).toEqual([3, 1, 1, 1])
})

test('what was sent before the last decrease says nothing new', () => {
  const once = refused(unlearned(8), 10, 20)
  expect([once.limit, refused(once, 15, 21).limit, refused(once, 20, 30).limit]).toEqual([4, 4, 2])
})

test('one more after each whole round of answers that went well, and never more than was configured', () => {
  let bearing: Bearing = { limit: 2, well: 0, loweredAt: 0 }
  const limits = Array.from({ length: 40 }, () => {
    bearing = well(bearing)
    return bearing.limit
  })
  expect(limits.slice(0, 9)).toEqual([2, 3, 3, 3, 4, 4, 4, 4, 5])
  expect(limits.at(-1)).toBe(8)
})

test('a refusal in the middle of a round begins it anew', () => {
  const half = well({ limit: 4, well: 2, loweredAt: 0 })
  expect(refused(half, 5, 5)).toEqual({ limit: 2, well: 0, loweredAt: 5 })
})

test('whatever happens: between one and what was configured, in whole numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 100 }))), (configured, story) => {
      let bearing = unlearned(configured)
      for (const [now, [wasRefused, ago]] of story.entries()) {
        bearing = learned(bearing, { wasRefused: wasRefused ? 'yes' : 'no', sentAt: now - ago, now, configured })
        expect(Number.isInteger(bearing.limit) && bearing.limit >= 1 && bearing.limit <= configured).toBe(true)
      }
    }),
  )
})
