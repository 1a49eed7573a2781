import { describe, expect, test } from 'vitest'
import { parseHttpDate } from '../../src/policy/http-date.ts'
import { NOON } from './given.ts'
import { fc } from './property.ts'

const AT = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('an HTTP-date (RFC 9110 5.6.7)', () => {
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', AT],
    ['Sunday, 06-Nov-94 08:49:37 GMT', AT],
    ['Sun Nov  6 08:49:37 1994', AT],
    ['Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    // RFC 9111 4.2: a cache does not look at case.
    ['sun, 06 nov 1994 08:49:37 gmt', AT],
    ['Thu, 18 Aug 2050 02:01:18 gMT', Date.UTC(2050, 7, 18, 2, 1, 18)],
    [' Sun, 06 Nov 1994 08:49:37 GMT ', AT],
    // The day's name need not fit: nothing is decided by it.
    ['Mon, 06 Nov 1994 08:49:37 GMT', AT],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['Sun, 21 Nov 2286 04:46:39 GMT', Date.UTC(2286, 10, 21, 4, 46, 39)],
    ['Sat, 01 Jan 0050 00:00:00 GMT', new Date(0).setUTCFullYear(50, 0, 1)],
  ])('%s', (text, at) => {
    expect(parseHttpDate(text, NOON)).toBe(at)
  })

  test.each([
    '',
    '0',
    '-1',
    'now',
    '2026-11-21T12:00:00Z',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun 06 Nov 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06  Nov 1994 08:49:37 GMT',
    'Sun, 06-Nov-1994 08:49:37 GMT',
    'Sunday, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08.49.37 GMT',
    'Sun, 06 Nov 1994 8:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 2023 00:00:00 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    'xSun, 06 Nov 1994 08:49:37 GMT',
  ])('not a date: %s', (text) => {
    expect(parseHttpDate(text, NOON)).toBeUndefined()
  })

  // RFC 9110 5.6.7: more than 50 years in the future means the past.
  test.each([
    ['Thursday, 18-Aug-50 02:01:18 GMT', 2050],
    ['Saturday, 21-Nov-76 12:00:00 GMT', 2076],
    ['Saturday, 21-Nov-76 12:00:01 GMT', 1976],
    ['Friday, 31-Dec-99 23:59:59 GMT', 1999],
    ['Friday, 01-Jan-27 00:00:00 GMT', 2027],
  ])('the century of %s', (text, year) => {
    expect(new Date(parseHttpDate(text, NOON) ?? 0).getUTCFullYear()).toBe(year)
  })

  test('every second that can be written comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 }), (seconds) => {
        expect(parseHttpDate(new Date(seconds * 1000).toUTCString(), NOON)).toBe(seconds * 1000)
      }),
    )
  })
})
