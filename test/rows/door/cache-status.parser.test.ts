import { describe, expect, test } from 'vitest'
import { readCacheStatus } from './cache-status.ts'

describe("the test's own parser is strict", () => {
  test.each([
    'holdfast; hit; fwd=miss',
    'holdfast',
    'holdfast; stored; hit',
    'holdfast; fwd=because',
    'holdfast; hit=1',
    'holdfast; ttl=1.5; hit',
    'holdfast; hit;',
    'holdfast; fwd="miss"',
    'holdfast; hit, ',
    'holdfast; fwd=miss; detail=ä',
    'holdfast; Hit',
    'holdfast; key=k; hit',
    'holdfast; fwd=miss; fwd=miss',
    'holdfast ; hit',
  ])('it refuses %s', (field) => expect(() => readCacheStatus(field)).toThrow(/./))

  test('it reads what is right', () => {
    expect(readCacheStatus('"a \\"b"; hit, holdfast;fwd=stale; fwd-status=304; ttl=-5; stored=?0; detail="x y"')).toEqual([
      { cache: 'a "b', params: { hit: true } },
      { cache: 'holdfast', params: { fwd: 'stale', 'fwd-status': 304, ttl: -5, stored: false, detail: 'x y' } },
    ])
  })
})
