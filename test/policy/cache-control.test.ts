import { describe, expect, test } from 'vitest'
import { deltaSeconds, noCacheOf, parseCacheControl, secondsOf } from '../../src/policy/cache-control.ts'

const read = (value: string | undefined): Record<string, string> => Object.fromEntries(parseCacheControl(value))

describe('Cache-Control (RFC 9111 5.2)', () => {
  test.each<[string | undefined, Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    [' , ,, ', {}],
    ['no-store', { 'no-store': '' }],
    ['MaX-AgE=3600', { 'max-age': '3600' }],
    ['max-age=3600,no-cache', { 'max-age': '3600', 'no-cache': '' }],
    ['\tmax-age=3600 ,\tPRIVATE\t', { 'max-age': '3600', private: '' }],
    ['max-age="3600"', { 'max-age': '3600' }],
    // Commas and directives inside of quotes.
    ['no-cache="set-cookie, x-a", max-age=1', { 'no-cache': 'set-cookie, x-a', 'max-age': '1' }],
    ['a="max-age=3600, no-store", max-age=1', { a: 'max-age=3600, no-store', 'max-age': '1' }],
    ['max-age=1, a="max-age=3600"', { 'max-age': '1', a: 'max-age=3600' }],
    ['a="x\\", max-age=3600", max-age=1', { a: 'x", max-age=3600', 'max-age': '1' }],
    ['a="\\\\", max-age=1', { a: '\\', 'max-age': '1' }],
    // RFC 9111 4.2.1: of a repeated directive the first counts.
    ['max-age=1, max-age=3600', { 'max-age': '1' }],
    ['max-age=3600, Max-Age=1', { 'max-age': '3600' }],
    // Fields add up; without names it is about all of them.
    ['no-cache="a", no-cache="b"', { 'no-cache': 'a,b' }],
    ['no-cache="a", no-cache', { 'no-cache': '' }],
    ['private, private="a"', { private: '' }],
    // Malformed arguments are no numbers, whatever they look like.
    ['max-age =3600', { 'max-age': ' =3600' }],
    ['max-age= 3600', { 'max-age': ' 3600' }],
    ["max-age='3600'", { 'max-age': "'3600'" }],
    ['max-age="3600"x', { 'max-age': '"3600"x' }],
    ['max-age;x=3600', { 'max-age': ';x=3600' }],
    ['max-age=', { 'max-age': '' }],
    ['=1, max-age=2', { '': '1', 'max-age': '2' }],
    // A quote that never ends swallows nothing that restricts, and yields nothing that grants.
    ['max-age=1, a="b, no-store, public', { 'max-age': '1', 'no-store': '' }],
    ['a="b, max-age=3600', {}],
    ['no-cache="a', { 'no-cache': '"a' }],
    ['private="a, must-revalidate', { private: '"a', 'must-revalidate': '' }],
    [
      '__proto__=1, constructor',
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', ''],
      ]),
    ],
  ])('%s', (value, directives) => {
    expect(read(value)).toEqual(directives)
  })

  test.each<[string, number | undefined]>([
    ['max-age=0', 0],
    ['max-age=60', 60_000],
    ['max-age=003600', 3_600_000],
    ['max-age="60"', 60_000],
    // RFC 9111 1.2.2: overflow is 2^31 seconds.
    ['max-age=2147483648', 2_147_483_648_000],
    ['max-age=2147483649', 2_147_483_648_000],
    ['max-age=99999999999999999999999999', 2_147_483_648_000],
    // RFC 9111 4.2.1: invalid is stale.
    ['max-age', 0],
    ['max-age=', 0],
    ['max-age=-60', 0],
    ['max-age=+60', 0],
    ['max-age=60.5', 0],
    ['max-age=60x', 0],
    ['max-age=x60', 0],
    ['max-age=6e2', 0],
    ['max-age=0x10', 0],
    ['max-age =60', 0],
    ["max-age='60'", 0],
    ['s-maxage=60', undefined],
    ['x-max-age=60', undefined],
  ])('milliseconds of %s', (value, ms) => {
    expect(secondsOf(parseCacheControl(value), 'max-age')).toBe(ms)
  })

  test.each<[string, 'all' | string[] | undefined]>([
    ['max-age=1', undefined],
    ['no-cache', 'all'],
    ['no-cache=""', 'all'],
    ['no-cache=" , "', 'all'],
    ['no-cache="a b"', 'all'],
    ['no-cache="a', 'all'],
    ['no-cache=Set-Cookie', ['set-cookie']],
    ['no-cache="Set-Cookie, X-A"', ['set-cookie', 'x-a']],
    ['no-cache="a", no-cache="B"', ['a', 'b']],
    ['no-cache="a", no-cache', 'all'],
  ])('fields of %s', (value, fields) => {
    expect(noCacheOf(parseCacheControl(value))).toEqual(fields)
  })

  test('delta-seconds are digits and nothing else', () => {
    expect(['', ' 1', '1 ', '１', '1n', 'Infinity'].map(deltaSeconds)).toEqual(Array.from({ length: 6 }, () => undefined))
    expect(deltaSeconds('1')).toBe(1000)
  })
})
