import { Cron } from 'croner'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronMistake } from '../../src/policy/cron.ts'

/** Whether the library that works out the times can do anything with it. */
function isKnown(text: string): boolean {
  try {
    return new Cron(text, { timezone: 'UTC', paused: true }).nextRun(new Date('2026-01-15T12:00:00Z')) !== null
  } catch {
    return false
  }
}

const RIGHT = `* * * * * | 0 3 * * * | */5 * * * * | 0 3 * * mon-fri | 0 3 1,15 JAN,jul * | 30 0 3 * * * | 0 3 L * * | 0 3 * * 5L | 0 3 * * MON#1
  | 1-5/2,10 * * * * | 0 3 29 2 * | 0 0 30 2,3 * | 0 3 31 */2 * | 0 3 30 2 MON | @daily | @Hourly |  0  3 * * *  | 0 3 * * 0-7`

const WRONG = `| * * * * | * * * * * * * | 60 * * * * | * 24 * * * | 0 3 0 * * | 0 3 32 * * | 0 3 * 13 * | 0 3 * * 8 | 5-1 * * * * | 5/10 * * * *
  | */0 * * * * | */x * * * * | daily | @often | 0 3 30 2 * | 0 3 31 4,6 * | 0 3 31 2-2 * | a b c d e | 1--3 * * * * | , * * * * | 0 3 * * MON#6 | 0 3 * * 9L
  | 0 3 * * mon-xyz | -1 * * * *`

const list = (text: string): string[] => text.split('|').map((one) => one.trim())

describe('cron expressions', () => {
  test.each(list(RIGHT))('%s is right, and is ever', (text) => {
    expect(cronMistake(text)).toBeUndefined()
    expect(isKnown(text)).toBe(true)
  })

  test.each(list(WRONG))('%j is a mistake', (text) => {
    expect(cronMistake(text)).toEqual(expect.any(String))
  })

  test('what is accepted here has a next time there', () => {
    const ranged = (least: number, most: number, words: readonly string[] = []): fc.Arbitrary<string> => {
      const one = fc.oneof(
        fc.integer({ min: least - 1, max: most + 1 }).map(String),
        ...(words.length > 0 ? [fc.constantFrom(...words)] : []),
      )
      const range = fc.oneof(
        fc.constant('*'),
        one,
        fc.tuple(one, one).map(([a, b]) => `${a}-${b}`),
      )
      const stepped = fc.tuple(range, fc.integer({ min: 0, max: most + 1 })).map(([what, step]) => `${what}/${step}`)
      return fc.array(fc.oneof(range, stepped), { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
    }
    const days = fc.oneof(ranged(1, 31), fc.constantFrom('L', 'l', '15,L'))
    const weekdays = fc.oneof(
      { arbitrary: fc.constant('*'), weight: 3 },
      ranged(0, 7, ['SUN', 'mon', 'Fri', 'SAT']),
      fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom('L', '#1', '#5', '#6')).map(([day, place]) => `${day}${place}`),
    )
    const text = fc
      .tuple(ranged(0, 59), ranged(0, 23), days, ranged(1, 12, ['JAN', 'feb', 'Dec']), weekdays)
      .map((fields) => fields.join(' '))
    let accepted = 0
    fc.assert(
      fc.property(text, (one) => {
        if (cronMistake(one) !== undefined) return
        accepted++
        expect({ [one]: isKnown(one) }).toEqual({ [one]: true })
      }),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(50)
  })
})
