import { describe, expect, test } from 'vitest'
import type { HostLimitRule } from '../../src/model/limits.ts'
import { hostOf } from '../../src/policy/host.ts'
import { hostPattern, hostTable, rulesFor } from '../../src/policy/host-limits.ts'
import { DEFAULT_LIMITS } from '../../src/policy/limit-options.ts'
import { paceOf, tooEarly } from '../../src/policy/pace.ts'
import { fc } from './property.ts'

const rule = (match: string, index: number): HostLimitRule => ({
  ...hostPattern(match, 'match'),
  share: 'host',
  concurrency: index + 1,
  pace: undefined,
  quota: undefined,
  robots: false,
})

/** Which of these is for a URL, by its place; 0: none. */
function chosen(matches: readonly string[], url: string): number {
  return rulesFor(hostOf(new URL(url)), { ...DEFAULT_LIMITS, concurrency: 0, hosts: hostTable(matches.map(rule)) }).concurrency
}

describe('the most specific match', () => {
  test.each<[string[], string, number]>([
    [['*', '*.example', 'a.example', 'a.example:81'], 'http://a.example:81/', 4],
    [['*', '*.example', 'a.example', 'a.example:81'], 'http://a.example/', 3],
    [['*', '*.example', 'a.example', 'a.example:81'], 'http://b.example/', 2],
    [['*', '*.example', 'a.example', 'a.example:81'], 'http://b.test/', 1],
    [['*.example'], 'http://example/', 0],
    [['*.example'], 'http://a.b.example/', 1],
    [['*.example', '*.b.example'], 'http://a.b.example/', 2],
    [['*.b.example', '*.example'], 'http://a.b.example/', 1],
    [['*.example:443'], 'https://a.example/', 1],
    [['*.example:443'], 'http://a.example/', 0],
    [['a.example:80'], 'http://A.example./', 1],
    [['a.example', 'A.EXAMPLE.'], 'http://a.example/', 1],
    [['a.example'], 'http://axexample/', 0],
    [['bücher.example'], 'http://xn--bcher-kva.example/', 1],
    [['[::1]'], 'http://[::1]:8080/', 1],
    [['[::1]:8080'], 'http://[::1]:8080/', 1],
    [['::1'], 'http://[0:0:0:0:0:0:0:1]/', 1],
    [['127.1'], 'http://127.0.0.1/', 1],
  ])('of %j for %s', (matches, url, index) => {
    expect(chosen(matches, url)).toBe(index)
  })
})

test('no rate and burst ever make more starts in a span than the rate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 10, max: 100_000 }),
      (rate, wanted, per) => {
        const pace = paceOf({ rate, per, burst: Math.min(wanted, rate) })
        const starts: number[] = []
        for (let now = 0; starts.length < 120; ) {
          const early = tooEarly(pace, starts, now)
          if (early > 0) now += early
          else starts.push(now)
        }
        // A span that a rounding error makes shorter by less than a microsecond is the same span.
        for (const from of starts)
          expect(starts.filter((at) => at >= from && at < from + per - 1e-3).length).toBeLessThanOrEqual(rate)
      },
    ),
  )
})
