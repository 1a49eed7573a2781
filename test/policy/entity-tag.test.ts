import { describe, expect, test } from 'vitest'
import { parseEntityTag, parseEntityTags, stronglyEqual, weaklyEqual } from '../../src/policy/entity-tag.ts'

describe('an entity tag (RFC 9110 8.8.3)', () => {
  test.each<[string, { opaque: string; weak: boolean } | undefined]>([
    ['"abc"', { opaque: '"abc"', weak: false }],
    ['W/"abc"', { opaque: '"abc"', weak: true }],
    ['""', { opaque: '""', weak: false }],
    ['"a,b"', { opaque: '"a,b"', weak: false }],
    ['"ü\\"', { opaque: '"ü\\"', weak: false }],
    [' "abc"\t', { opaque: '"abc"', weak: false }],
    // Without quotes, or with a blank: repeated to its server, and never trusted as strong.
    ['"2026-01-01 10:00"', { opaque: '"2026-01-01 10:00"', weak: true }],
    ['W/"a\tb"', { opaque: '"a\tb"', weak: true }],
    ['abc', { opaque: 'abc', weak: true }],
    ['W/abc', { opaque: 'W/abc', weak: true }],
    ['w/"abc"', undefined],
    ['W\\"abc"', undefined],
    ['"a"b"', undefined],
    ['"abc', undefined],
    ['"a", "b"', undefined],
    ['', undefined],
    ['a b', undefined],
  ])('%s', (value, tag) => {
    const parsed = parseEntityTag(value)
    expect(parsed && { opaque: parsed.opaque, weak: parsed.weak }).toEqual(tag)
    expect(parsed?.text).toBe(tag && value.trim())
  })

  // RFC 9110 8.8.3.2, table 3.
  test.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
  ])('%s and %s', (a, b, strong, weak) => {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(stronglyEqual(parseEntityTag(x), parseEntityTag(y))).toBe(strong)
      expect(weaklyEqual(parseEntityTag(x), parseEntityTag(y))).toBe(weak)
    }
  })

  test('what is absent equals nothing', () => {
    expect(weaklyEqual(undefined, undefined)).toBe(false)
    expect(stronglyEqual(parseEntityTag('"1"'), undefined)).toBe(false)
    expect(parseEntityTag(undefined)).toBeUndefined()
  })

  test.each<[string, 'any' | string[]]>([
    ['*', 'any'],
    [' * ', 'any'],
    ['"1"', ['"1"']],
    ['"1", W/"2" ,"3"', ['"1"', 'W/"2"', '"3"']],
    ['"1"W/"2"', ['"1"', 'W/"2"']],
    [',, "1",', ['"1"']],
    ['abc, "1"', ['abc', '"1"']],
    ['"1", *', ['"1"']],
    ['"1', ['1']],
    ['', []],
  ])('the list %s', (value, tags) => {
    const parsed = parseEntityTags(value)
    expect(parsed === 'any' ? parsed : parsed.map(({ text }) => text)).toEqual(tags)
  })
})
