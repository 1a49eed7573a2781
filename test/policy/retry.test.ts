import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/model/errors.ts'
import type { FallbackCause } from '../../src/model/settings.ts'
import { DEFAULT_FALLBACK, DEFAULT_SETTINGS } from '../../src/policy/precedence.ts'
import { backoff, classify, fallbackCause, retryAfterMs } from '../../src/policy/retry.ts'
import { HOUR, httpDate, MINUTE, NOON, SECOND } from './given.ts'
import { fc } from './property.ts'

const { retry } = DEFAULT_SETTINGS

describe('Retry-After (RFC 9110 10.2.3)', () => {
  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['2', 2000],
    [' 2 ', 2000],
    ['0', 0],
    ['1.2', 2000],
    ['0.0', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['1e9', undefined],
    ['2, 3', undefined],
    ['86400', 86_400_000],
    ['99999999999999999999', 2 ** 31 * 1000],
    ['99999999999999999999.5', 2 ** 31 * 1000],
    [httpDate(NOON + 3 * SECOND), 3000],
    [httpDate(NOON), 0],
    [httpDate(NOON - SECOND), undefined],
    [httpDate(0), undefined],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 2 ** 31 * 1000],
  ])('%s', (value, ms) => {
    expect(retryAfterMs(value, NOON)).toBe(ms)
  })

  test('a date is measured by the clock of the server', () => {
    expect(retryAfterMs(httpDate(NOON + HOUR + 3 * SECOND), NOON + HOUR)).toBe(3000)
    expect(retryAfterMs(httpDate(NOON - HOUR + 3 * SECOND), NOON - HOUR)).toBe(3000)
    expect(retryAfterMs('3', NOON + HOUR)).toBe(3000)
  })
})

describe('back-off', () => {
  test.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [6, 16_000],
    [7, 30_000],
    [1000, 30_000],
    [0, 500],
  ])('before the try after number %i: up to %i ms', (attempt, most) => {
    expect(backoff(attempt, retry, 0)).toBe(0)
    expect(backoff(attempt, retry, 0.5)).toBe(most / 2)
  })

  test('lies in its range for any settings', () => {
    const delay = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(
        fc.nat(),
        delay,
        delay,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, minDelay, maxDelay, random) => {
          const wait = backoff(attempt, { ...retry, minDelay, maxDelay }, random)
          expect(wait).toBeGreaterThanOrEqual(0)
          expect(wait).toBeLessThanOrEqual(maxDelay)
        },
      ),
    )
    expect(backoff(5, { ...retry, minDelay: 0, maxDelay: Number.POSITIVE_INFINITY }, 0.5)).toBe(0)
    expect(backoff(5, { ...retry, maxDelay: Number.POSITIVE_INFINITY }, 0.5)).toBe(4000)
  })
})

describe('is another try worth its request?', () => {
  test('by status', () => {
    const worth = Array.from({ length: 500 }, (_, index) => index + 100).filter((status) => classify({ status }, retry) === 'yes')
    expect(worth).toEqual([408, 425, 429, 500, 502, 503, 504])
    expect(classify({ status: 404 }, { ...retry, statusCodes: [404] })).toBe('yes')
  })

  test.each<[ErrorCode, string]>([
    ['DNS', 'yes'],
    ['CONNECT', 'yes'],
    ['PROTOCOL', 'yes'],
    ['TIMEOUT', 'yes'],
    ['STALLED', 'yes'],
    ['TRUNCATED', 'yes'],
    ['BAD_ENCODING', 'yes'],
    ['DIGEST', 'yes'],
    ['UNPROVEN', 'yes'],
    ['REJECTED', 'yes'],
    ['TLS', 'never'],
    ['REDIRECT', 'never'],
    ['TOO_LARGE', 'never'],
    ['RETRY_AFTER', 'never'],
    ['STORE', 'never'],
    ['CLOSED', 'never'],
  ])('%s: %s', (code, expected) => {
    expect(classify({ code, transient: true }, retry)).toBe(expected)
    expect(classify({ code, transient: false }, retry)).toBe('never')
  })
})

describe('is it a reason to fall back?', () => {
  const on = (...causes: FallbackCause[]): typeof DEFAULT_FALLBACK => ({ ...DEFAULT_FALLBACK, on: causes })

  test('by default: an outage is, an answer is not', () => {
    const reasons = Array.from({ length: 500 }, (_, index) => index + 100).filter(
      (status) => fallbackCause({ status }, DEFAULT_FALLBACK) !== undefined,
    )
    expect(reasons).toEqual([429, ...Array.from({ length: 100 }, (_, index) => index + 500)])
  })

  test.each<[ErrorCode, FallbackCause | undefined]>([
    ['DNS', 'network'],
    ['CONNECT', 'network'],
    ['TLS', 'network'],
    ['PROTOCOL', 'network'],
    ['TRUNCATED', 'network'],
    ['BAD_ENCODING', 'network'],
    ['REDIRECT', 'network'],
    ['TIMEOUT', 'timeout'],
    ['STALLED', 'timeout'],
    ['RETRY_AFTER', 429],
    ['DIGEST', 'rejected'],
    ['REJECTED', 'rejected'],
    ['UNPROVEN', 'rejected'],
    ['TOO_LARGE', 'rejected'],
    ['CLOSED', undefined],
    ['STORE', undefined],
    ['NOT_CACHED', undefined],
  ])('%s: %s', (code, cause) => {
    expect(fallbackCause({ code, transient: true }, DEFAULT_FALLBACK)).toBe(cause)
    expect(fallbackCause({ code, transient: true }, on())).toBeUndefined()
    expect(fallbackCause({ code, transient: false }, on(cause ?? 'network'))).toBe(cause)
  })

  test('by number and by family', () => {
    expect(fallbackCause({ status: 404 }, on(404))).toBe(404)
    expect(fallbackCause({ status: 404 }, on('4xx'))).toBe('4xx')
    expect(fallbackCause({ status: 404 }, on(410, '5xx'))).toBeUndefined()
    expect(fallbackCause({ status: 400 }, on('4xx'))).toBe('4xx')
    expect(fallbackCause({ status: 499 }, on('4xx'))).toBe('4xx')
    expect(fallbackCause({ status: 399 }, on('4xx', '5xx'))).toBeUndefined()
    expect(fallbackCause({ status: 600 }, on('4xx', '5xx'))).toBeUndefined()
    expect(fallbackCause({ status: 503 }, on(503, '5xx'))).toBe(503)
  })

  test('a wait that is longer than ours', () => {
    expect(retryAfterMs('86400', NOON)).toBeGreaterThan(retry.maxRetryAfter)
    expect(retry.maxRetryAfter).toBe(5 * MINUTE)
  })
})
