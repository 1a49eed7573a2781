import { describe, expect, test } from 'vitest'
import { variantOf } from '../../src/policy/vary.ts'
import { type Fields, request } from './given.ts'
import { fc } from './property.ts'

const NONE: ReadonlySet<string> = new Set()
const values = (vary: string[], fields: Fields, secret: ReadonlySet<string> = NONE): string =>
  variantOf(vary, { ...request(fields), credentialHeaders: secret })

describe('the values that Vary names (RFC 9111 4.1)', () => {
  test.each<[string, string[], Fields, Fields]>([
    ['nothing named', [], { foo: '1' }, { foo: '2' }],
    ['others differ', ['foo'], { foo: '1', bar: '1' }, { foo: '1', bar: '2' }],
    ['lines are combined', ['foo'], { foo: '1, 2' }, { foo: ['1', '2'] }],
    ['spaces around commas', ['foo'], { foo: '1,2' }, { foo: ' 1 ,\t2 ' }],
    ['absent in both', ['foo'], {}, { bar: '1' }],
    ['languages in another order', ['accept-language'], { 'accept-language': 'en, de' }, { 'accept-language': 'de,EN' }],
    ['the same language twice', ['accept-language'], { 'accept-language': 'en, en' }, { 'accept-language': 'en' }],
    [
      'weights in other spellings',
      ['accept-language'],
      { 'accept-language': 'en;q=1.0, de; Q=0.50' },
      { 'accept-language': 'de;q=0.5,en' },
    ],
    [
      'media types',
      ['accept'],
      { accept: 'Text/HTML;Charset=utf-8, */*;q=0.1' },
      { accept: '*/* ; q=0.100, text/html; charset=utf-8' },
    ],
    ['codings', ['accept-encoding'], { 'accept-encoding': 'gzip, br' }, { 'accept-encoding': 'BR,x-gzip' }],
    ['spaces around quoted members', ['foo'], { foo: '"ab" , "abc", x' }, { foo: '"ab","abc",x' }],
    ['a backslash outside of quotes escapes nothing', ['foo'], { foo: 'a\\, b' }, { foo: 'a\\,b' }],
    ['spaces around a credential', ['authorization'], { authorization: ' x ' }, { authorization: 'x' }],
    ['case of a parameter without a value', ['accept'], { accept: 'a/b;LEVEL' }, { accept: 'a/b;level' }],
    ['spaces around an equals sign', ['accept'], { accept: 'a/b; v = 2' }, { accept: 'a/b;v=2' }],
    ['a weight without its fraction', ['accept'], { accept: 'a/b;q=1.' }, { accept: 'a/b' }],
    ['empty members', ['accept'], { accept: 'a/b,,' }, { accept: 'a/b' }],
  ])('equal: %s', (_, vary, a, b) => {
    expect(values(vary, a)).toBe(values(vary, b))
  })

  test.each<[string, string[], Fields, Fields]>([
    ['values', ['foo'], { foo: '1' }, { foo: '2' }],
    ['case of an unknown field', ['foo'], { foo: 'a' }, { foo: 'A' }],
    ['order of an unknown field', ['foo'], { foo: '1, 2' }, { foo: '2, 1' }],
    ['absent and empty', ['foo'], {}, { foo: '' }],
    ['absent in one', ['foo'], { foo: '1' }, {}],
    ['between fields', ['bar', 'foo'], { bar: '1' }, { foo: '1' }],
    ['spaces inside of quotes', ['foo'], { foo: '"1, 2"' }, { foo: '"1,2"' }],
    ['an escaped quote inside', ['foo'], { foo: '"\\", 2"' }, { foo: '"\\",2"' }],
    ['weights', ['accept-language'], { 'accept-language': 'en;q=0.5' }, { 'accept-language': 'en;q=0.6' }],
    ['refused or not', ['accept-encoding'], { 'accept-encoding': 'gzip;q=0' }, { 'accept-encoding': 'gzip' }],
    ['a parameter’s value', ['accept'], { accept: 'a/b;v=A' }, { accept: 'a/b;v=a' }],
    ['what only looks like a weight', ['accept'], { accept: 'a/b;v=1.0' }, { accept: 'a/b;v=1' }],
    ['a comma in a quoted parameter', ['accept'], { accept: 'a/b;v="x,y"' }, { accept: 'a/b;v="x, y"' }],
    ['credentials', ['authorization'], { authorization: 'Bearer 1' }, { authorization: 'Bearer 2' }],
    ['what looks like "absent"', ['foo'], { foo: '-' }, {}],
    ['what looks like a digest', ['authorization'], { authorization: '1' }, {}],
  ])('different: %s', (_, vary, a, b) => {
    expect(values(vary, a)).not.toBe(values(vary, b))
  })

  test('an answer that varies by everything has one name, which no request is asked for', () => {
    expect(values(['*'], { foo: '1' })).toBe('*')
  })

  test('a secret does not stand in the text', () => {
    const fields = {
      authorization: 'Bearer canary-1',
      cookie: 'a=canary-2',
      'proxy-authorization': 'canary-3',
      'x-key': 'canary-4',
      foo: 'seen',
    }
    const text = values(['authorization', 'cookie', 'foo', 'proxy-authorization', 'x-key'], fields, new Set(['x-key']))
    expect(text).not.toContain('canary')
    expect(text).toContain('seen')
    expect(values(['x-key'], fields)).toContain('canary-4')
  })

  test('two fields with one secret have two digests', () => {
    expect(values(['authorization'], { authorization: 'x' })).not.toBe(values(['cookie'], { cookie: 'x' }))
  })

  test('no two lists of values are written alike', () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom('a', ',', '=', '-', '#', '"', '\\') }), { nil: undefined })
    const fields = (a: string | undefined, b: string | undefined): Fields => ({
      ...(a !== undefined && { a }),
      ...(b !== undefined && { b }),
    })
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const [one, two] = [values(['a', 'b'], fields(a, b)), values(['a', 'b'], fields(c, d))]
        const both =
          values(['a'], fields(a, b)) === values(['a'], fields(c, d)) &&
          values(['b'], fields(a, b)) === values(['b'], fields(c, d))
        expect(one === two).toBe(both)
      }),
    )
  })
})
