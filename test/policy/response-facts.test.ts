import { describe, expect, test } from 'vitest'
import { type Fields, facts, HOUR, httpDate, NOON, plainFacts, SECOND } from './given.ts'

describe('the facts of a response', () => {
  test('of one that says nothing', () => {
    expect(plainFacts(facts({}))).toEqual({
      status: 200,
      receivedAt: NOON,
      date: undefined,
      ageOnArrival: 0,
      expires: undefined,
      lastModified: undefined,
      etag: undefined,
      vary: [],
      contentLocation: undefined,
      redirectLifetime: Number.POSITIVE_INFINITY,
      maxAge: undefined,
      noStore: false,
      noCache: undefined,
      mustRevalidate: false,
      mustUnderstand: false,
      immutable: false,
      markedCacheable: false,
      staleWhileRevalidate: 0,
      staleIfError: 0,
    })
  })

  test('of one that says everything', () => {
    const fields = {
      date: httpDate(NOON - SECOND),
      age: '7',
      expires: httpDate(NOON + HOUR),
      'last-modified': httpDate(NOON - HOUR),
      etag: 'W/"1"',
      vary: 'Accept, accept-encoding',
      'content-location': '/here',
      'cache-control': [
        'max-age=60, no-store, no-cache="a"',
        'must-revalidate, must-understand, immutable, public, stale-while-revalidate=5, stale-if-error=6',
      ],
    }
    expect(plainFacts(facts(fields, { status: 203 }))).toEqual({
      status: 203,
      receivedAt: NOON,
      date: NOON - SECOND,
      ageOnArrival: 7000,
      expires: NOON + HOUR,
      lastModified: { at: NOON - HOUR, text: httpDate(NOON - HOUR) },
      etag: { text: 'W/"1"', opaque: '"1"', weak: true },
      vary: ['accept', 'accept-encoding'],
      contentLocation: '/here',
      redirectLifetime: Number.POSITIVE_INFINITY,
      maxAge: 60_000,
      noStore: true,
      noCache: ['a'],
      mustRevalidate: true,
      mustUnderstand: true,
      immutable: true,
      markedCacheable: true,
      staleWhileRevalidate: 5000,
      staleIfError: 6000,
    })
  })

  // RFC 9111 5.1.
  test.each<[string | string[], number]>([
    ['7', 7000],
    [' 7 ', 7000],
    ['0', 0],
    ['-7', 0],
    ['7.0', 0],
    ['abc', 0],
    ['7;a=1', 0],
    ['7, 0', 7000],
    ['0, 7', 0],
    ['abc, 7', 0],
    [',, 7', 7000],
    [' , 7', 7000],
    [['7', '0'], 7000],
    [['0', '7'], 0],
    ['2147483648', 2_147_483_648_000],
    ['99999999999', 2_147_483_648_000],
  ])('Age: %j', (age, ms) => {
    expect(facts({ age }).ageOnArrival).toBe(ms)
  })

  // RFC 9111 5.3.
  test.each<[string | string[], number | 'invalid']>([
    [httpDate(NOON), NOON],
    ['0', 'invalid'],
    ['', 'invalid'],
    ['-1', 'invalid'],
    ['Thu, 18 Aug 2050 02:01:18 UTC', 'invalid'],
    [[httpDate(NOON), httpDate(NOON + HOUR)], 'invalid'],
    ['Thursday, 18-Aug-50 02:01:18 GMT', Date.UTC(2050, 7, 18, 2, 1, 18)],
  ])('Expires: %j', (expires, at) => {
    expect(facts({ expires }).expires).toBe(at)
  })

  test.each<[Fields, string[]]>([
    [{ vary: '' }, []],
    [{ vary: 'Foo' }, ['foo']],
    [{ vary: 'b, A,b,, c' }, ['a', 'b', 'c']],
    [{ vary: ['b', 'a'] }, ['a', 'b']],
    [{ vary: '*' }, ['*']],
    [{ vary: 'foo, *' }, ['*']],
    [{ vary: ['', ' * '] }, ['*']],
    [{ vary: '"x-a"' }, ['*']],
    [{ vary: 'x-a;q=1' }, ['*']],
    [{ vary: 'Accept Encoding, b' }, ['*']],
  ])('Vary of %j', (fields, names) => {
    expect(facts(fields).vary).toEqual(names)
  })

  test('private marks it as cacheable too, for this cache is a private one', () => {
    expect(facts({ 'cache-control': 'private' }).markedCacheable).toBe(true)
    expect(facts({ 'cache-control': 'max-age=1' }).markedCacheable).toBe(false)
  })

  test('a validator that came twice, or is no date, is none', () => {
    const at = httpDate(NOON - HOUR)
    expect(facts({ 'last-modified': [at, at] }).lastModified).toBeUndefined()
    expect(facts({ 'last-modified': 'yesterday' }).lastModified).toBeUndefined()
    expect(facts({ date: 'today' }).date).toBeUndefined()
    expect(facts({ etag: ['"1"', '"2"'] }).etag).toBeUndefined()
  })
})
