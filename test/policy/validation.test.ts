import { describe, expect, test } from 'vitest'
import { conditionalHeaders, confirms, headSays, updatedHeaders } from '../../src/policy/validation.ts'
import { type Fields, facts, HOUR, headers, httpDate, NOON, settings } from './given.ts'

const THEN = httpDate(NOON - HOUR)
const LATER = httpDate(NOON)

describe('the conditions of a revalidation (RFC 9111 4.3.1)', () => {
  test.each<[Fields, [string, string][]]>([
    [{}, []],
    [{ etag: '"1"' }, [['if-none-match', '"1"']]],
    [{ etag: 'W/"1"' }, [['if-none-match', 'W/"1"']]],
    [{ etag: 'abc' }, [['if-none-match', 'abc']]],
    [{ 'last-modified': ` ${THEN}` }, [['if-modified-since', THEN]]],
    [{ 'last-modified': 'yesterday' }, []],
    // Date is no validator.
    [{ date: THEN }, []],
    [
      { etag: '"1"', 'last-modified': THEN },
      [
        ['if-none-match', '"1"'],
        ['if-modified-since', THEN],
      ],
    ],
  ])('%j', (fields, conditions) => {
    expect(conditionalHeaders(facts(fields))).toEqual(conditions)
  })
})

describe('which stored response a 304 speaks of (RFC 9111 4.3.4)', () => {
  test.each<[Fields, Fields, string, string]>([
    // the 304, the stored response; resilient, standard
    [{ etag: '"1"' }, { etag: '"1"' }, 'confirmed', 'confirmed'],
    [{ etag: '"2"' }, { etag: '"1"' }, 'other', 'other'],
    [{ etag: '"2"' }, { etag: '"1"', 'last-modified': THEN }, 'other', 'other'],
    [{ etag: 'W/"1"' }, { etag: '"1"' }, 'confirmed', 'confirmed'],
    [{ etag: 'W/"1"' }, { etag: 'W/"1"' }, 'confirmed', 'confirmed'],
    [{ etag: 'W/"2"' }, { etag: 'W/"1"' }, 'other', 'other'],
    [{ etag: '"1"' }, { etag: 'W/"1"' }, 'confirmed', 'other'],
    [{ etag: '"1"' }, {}, 'other', 'other'],
    [{ 'last-modified': THEN }, { 'last-modified': THEN }, 'confirmed', 'confirmed'],
    [{ 'last-modified': LATER }, { 'last-modified': THEN }, 'other', 'other'],
    [{ 'last-modified': LATER }, { etag: '"1"', 'last-modified': THEN }, 'other', 'other'],
    [{ 'last-modified': LATER }, { etag: '"1"' }, 'confirmed', 'confirmed'],
    [{}, { etag: '"1"' }, 'confirmed', 'confirmed'],
    [{}, {}, 'confirmed', 'confirmed'],
  ])('%j of %j: %s, %s', (from304, stored, resilient, standard) => {
    const asked = [facts(from304, { status: 304 }), facts(stored)] as const
    expect(confirms(...asked, 'resilient')).toBe(resilient)
    expect(confirms(...asked, 'standard')).toBe(standard)
  })
})

describe('headers after a 304 (RFC 9111 3.2)', () => {
  const update = (stored: Fields, newer: Fields, respect: 'resilient' | 'standard' = 'resilient'): unknown =>
    updatedHeaders(headers(stored), headers(newer), settings({ respect }))

  test('each field that came replaces all lines of its name; the others stay', () => {
    expect(update({ 'x-a': ['1', '2'], 'x-b': '1', etag: '"1"' }, { 'x-a': '3', 'x-c': ['4', '5'], etag: '"2"' })).toEqual(
      headers({ 'x-b': '1', 'x-a': '3', 'x-c': ['4', '5'], etag: '"2"' }),
    )
  })

  test('Content-Type and its like are updated, what belongs to the stored bytes is not', () => {
    const stored = {
      'content-type': 'a/b',
      'content-length': '10',
      'content-encoding': 'br',
      'content-range': 'x',
      'content-foo': '1',
    }
    const newer = {
      'content-type': 'c/d',
      'content-length': '0',
      'content-encoding': 'gzip',
      'content-range': 'y',
      'content-foo': '2',
    }
    expect(update(stored, newer)).toEqual(
      headers({
        'content-length': '10',
        'content-encoding': 'br',
        'content-range': 'x',
        'content-type': 'c/d',
        'content-foo': '2',
      }),
    )
  })

  test('nothing of the connection that brought the 304', () => {
    expect(update({ 'x-a': '1' }, { connection: 'x-b', 'x-b': '2', 'keep-alive': 'timeout=5' })).toEqual(headers({ 'x-a': '1' }))
  })

  test('Age and Date of an older message do not stay', () => {
    expect(update({ age: '100', date: THEN, 'x-a': '1' }, {})).toEqual(headers({ 'x-a': '1' }))
    expect(update({ age: '100', date: THEN }, { date: LATER })).toEqual(headers({ date: LATER }))
  })

  test('a new Vary and a new no-store arrive', () => {
    expect(update({ vary: 'a', 'cache-control': 'max-age=60' }, { vary: 'b', 'cache-control': 'no-store' })).toEqual(
      headers({ vary: 'b', 'cache-control': 'no-store' }),
    )
  })

  test('a field that the new Cache-Control names goes', () => {
    expect(update({ 'x-user': 'me', 'x-a': '1' }, { 'cache-control': 'no-cache="x-user"' })).toEqual(
      headers({ 'x-a': '1', 'cache-control': 'no-cache="x-user"' }),
    )
  })

  test('Set-Cookie of a 304 is kept under standard only', () => {
    expect(update({}, { 'set-cookie': 'a=1' })).toEqual([])
    expect(update({}, { 'set-cookie': 'a=1' }, 'standard')).toEqual(headers({ 'set-cookie': 'a=1' }))
  })
})

describe('what a HEAD says of the stored GET (RFC 9111 4.3.5)', () => {
  const OLD = { etag: '"1"', 'last-modified': THEN }
  test.each<[string, Fields, Fields, { head?: string; stored?: string }]>([
    ['freshens', OLD, OLD, {}],
    ['freshens', {}, OLD, {}],
    ['freshens', {}, {}, { head: '10', stored: '10' }],
    ['freshens', {}, {}, { head: '10' }],
    ['freshens', {}, {}, { stored: '10' }],
    ['stales', {}, {}, { head: '11', stored: '10' }],
    ['stales', { ...OLD, etag: '"2"' }, OLD, {}],
    ['stales', { ...OLD, 'last-modified': LATER }, OLD, {}],
    ['stales', { etag: '"1"' }, {}, {}],
  ])('%s: %j of %j, %j', (expected, head, stored, lengths) => {
    expect(headSays(facts(head), facts(stored), lengths)).toBe(expected)
  })

  test('another status says nothing', () => {
    expect(headSays(facts(OLD, { status: 404 }), facts(OLD), {})).toBe('nothing')
    expect(headSays(facts(OLD), facts(OLD, { status: 404 }), {})).toBe('nothing')
  })
})
