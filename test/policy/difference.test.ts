import { describe, expect, test } from 'vitest'
import type { Difference } from '../../src/model/difference.ts'
import { difference } from '../../src/policy/difference.ts'
import { worked } from '../helpers/own-time.ts'
import { between, side } from './sides.ts'

const json = (from: string, to: string): Difference => between(from, to, 'application/json')

const NOTHING: Difference = { kind: 'json', changes: [] }

describe('JSON', () => {
  test.each<[string, string, string, object[]]>([
    ['a member that changed', '{"a":1,"b":2}', '{"a":1,"b":3}', [{ pointer: '/b', from: 2, to: 3 }]],
    ['a member that came', '{"a":1}', '{"a":1,"b":null}', [{ pointer: '/b', to: null }]],
    ['a member that went', '{"a":1,"b":null}', '{"a":1}', [{ pointer: '/b', from: null }]],
    ['null is a value', '{"a":null}', '{"a":0}', [{ pointer: '/a', from: null, to: 0 }]],
    ['the whole', '1', '"1"', [{ pointer: '', from: 1, to: '1' }]],
    ['another kind', '{"a":[]}', '{"a":{}}', [{ pointer: '/a', from: [], to: {} }]],
    ['names with ~ and /', '{"a/b":{"~1":1},"":1}', '{"a/b":{"~1":2},"":1}', [{ pointer: '/a~1b/~01', from: 1, to: 2 }]],
    ['an empty name', '{"":1}', '{"":2}', [{ pointer: '/', from: 1, to: 2 }]],
    ['a name of every object', '{}', '{"constructor":1}', [{ pointer: '/constructor', to: 1 }]],
    ['by name, not by place', '{"b":1,"a":1}', '{"a":2,"b":2}', ['/a', '/b'].map((pointer) => ({ pointer, from: 1, to: 2 }))],
    ['minus zero', '[0]', '[-0]', [{ pointer: '/0', from: 0, to: -0 }]],
    ['beyond a double', '[1e999]', '[1]', [{ pointer: '/0', from: Infinity, to: 1 }]],
  ])('%s', (_, from, to, changes) => {
    expect(json(from, to)).toStrictEqual({ kind: 'json', changes })
  })

  test('lists: one insertion, one removal, one change, are one change', () => {
    expect(json('[{"id":1},{"id":2}]', '[{"id":0},{"id":1},{"id":2}]')).toEqual({
      kind: 'json',
      changes: [{ pointer: '/0', to: { id: 0 } }],
    })
    expect(json('{"l":[1,2,3,4]}', '{"l":[1,4]}')).toEqual({
      kind: 'json',
      changes: [
        { pointer: '/l/1', from: 2 },
        { pointer: '/l/2', from: 3 },
      ],
    })
    expect(json('[{"id":1,"n":1},{"id":2}]', '[{"id":1,"n":2},{"id":2}]')).toEqual({
      kind: 'json',
      changes: [{ pointer: '/0/n', from: 1, to: 2 }],
    })
    expect(json('[1,1]', '[1,1,1]')).toEqual({ kind: 'json', changes: [{ pointer: '/2', to: 1 }] })
  })

  test('lists: of what start and end leave, the surplus is at the end', () => {
    expect(json('["a",1,"z"]', '["a",2,3,"z"]')).toEqual({
      kind: 'json',
      changes: [
        { pointer: '/1', from: 1, to: 2 },
        { pointer: '/2', to: 3 },
      ],
    })
  })

  test('__proto__ is a name like any other', () => {
    const found = json('{"__proto__":{"a":1}}', '{"__proto__":{"a":2},"b":{"__proto__":null}}')
    expect(JSON.stringify(found)).toBe(
      '{"kind":"json","changes":[{"pointer":"/__proto__/a","from":1,"to":2},{"pointer":"/b","to":{"__proto__":null}}]}',
    )
    expect(json('{}', '{"__proto__":1}')).toStrictEqual({ kind: 'json', changes: [{ pointer: '/__proto__', to: 1 }] })
  })

  test('how a value is written is no difference', () => {
    expect(json('\ufeff{"a":1.0,"b":["\\u0041"]}', '{ "b" : [ "A" ],\r\n "a" : 1e0 }')).toEqual(NOTHING)
    expect(json('[0.10000000000000001]', '[0.10000000000000001 ]')).toEqual(NOTHING)
    expect(json('[12345678901234567890000]', '[1234567890123456789e4]')).toEqual(NOTHING)
    expect(json('["9007199254740993"]', '["9007199254740993" ]')).toEqual(NOTHING)
  })

  test.each([
    ['integers beyond 2^53', '{"id":9007199254740992}', '{"id":9007199254740993}'],
    ['and something else', '{"a":1,"id":9007199254740992}', '{"a":2,"id":9007199254740993}'],
    ['the one is the double of the other', '[0.1]', '[0.10000000000000000001]'],
    ['changed places', '[9007199254740992,9007199254740993]', '[9007199254740993,9007199254740992]'],
    ['both beyond', '[1e999]', '[1e998]'],
    ['both too small', '[1e-999]', '[-1e-998]'],
    ['exponents out of all reason', '[1e9999999999999999999]', '[1e9999999999999999998]'],
    ['behind a string with quotes', '["\\"\\\\",9007199254740992]', '["\\"\\\\",9007199254740993]'],
  ])('numbers that parsing makes equal are compared as text: %s', (_, from, to) => {
    expect(json(from, to)).toEqual({ kind: 'text', added: [to], removed: [from] })
    expect(json(from, from)).toEqual(NOTHING)
  })

  test('a long number that both have is no reason to give up', () => {
    expect(json('{"x":0.10000000000000001,"y":1,"s":"9007199254740992"}', '{"x":0.10000000000000001,"y":2}')).toMatchObject({
      kind: 'json',
    })
    expect(json('[12345678901234567890]', '[98765432109876543210]')).toEqual({
      kind: 'json',
      changes: [{ pointer: '/0', from: 12345678901234567e3, to: 98765432109876543e3 }],
    })
  })

  test.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['lists that grow at each level', '[0,', ']'],
  ])('100,000 levels of %s', (_, open, close) => {
    const nested = (value: string, levels: number): string => open.repeat(levels) + value + close.repeat(levels)
    const found = json(nested('1', 100_000), nested('2', 100_000))
    const changes = found.kind === 'json' ? found.changes : []
    expect(changes.map(({ from, to }) => [from, to])).toEqual([[1, 2]])
    expect(changes[0]?.pointer.split('/')).toHaveLength(100_001)
    expect(json(nested('1', 100_000), nested('1', 100_000))).toEqual(NOTHING)
    expect(json(nested('1', 3), nested('1', 100_000))).toMatchObject({ kind: 'json', changes: [{ from: 1 }] })
  })

  test('lists of which each level grew take no time in proportion to the square of the depth', () => {
    const nested = (more: string): string => ['['.repeat(50_000), '1', `${more}]`.repeat(50_000)].join('')
    const ms = worked(() => {
      const found = json(nested(''), nested(',0'))
      expect(found.kind === 'json' && found.changes.length).toBe(50_000)
    })
    expect(ms).toBeLessThan(5_000)
  })
})

describe('which comparison', () => {
  const [one, other] = ['{"a":1}', '{"a":2}']

  test.each([
    ['application/json', 'application/json; charset=utf-8', 'json'],
    ['Application/Problem+JSON', 'text/json', 'json'],
    ['application/json', 'text/plain', 'json'],
    [undefined, 'application/octet-stream', 'json'],
    ['text/plain', 'text/plain', 'json'],
    ['text/html', 'text/html', 'text'],
    ['application/x-ndjson', undefined, 'text'],
    ['text/csv', 'text/tab-separated-values;header=present', 'rows'],
    [undefined, 'text/csv', 'rows'],
    ['application/json', 'text/html', 'bytes'],
    ['text/csv', 'application/json', 'bytes'],
    ['text/csv', 'text/html', 'bytes'],
  ])('%s and %s: %s', (from, to, kind) => {
    expect(difference(side(one, from), side(other, to)).kind).toBe(kind)
  })

  test('a lone number or word is JSON only where somebody says so', () => {
    expect(between('1', '2')).toEqual({ kind: 'text', added: ['2'], removed: ['1'] })
    expect(between('[1]', 'true', 'text/plain').kind).toBe('text')
    expect(json('1', '2').kind).toBe('json')
  })

  test('JSON that is none is text', () => {
    expect(json('[1,\n2]', '[1,\n')).toEqual({ kind: 'text', added: [], removed: ['2]'] })
    expect(json('', '')).toEqual({ kind: 'text', added: [], removed: [] })
  })

  test('what is no text, or too large, has sizes and digests', () => {
    const text = side('a')
    for (const bytes of [Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xc3), Uint8Array.of(0x61, 0), undefined]) {
      const from = side(bytes, 'application/octet-stream')
      expect(difference(from, text)).toStrictEqual({
        kind: 'bytes',
        from: { size: from.size, digest: from.digest },
        to: { size: 1, digest: text.digest },
      })
      expect(difference(text, from).kind).toBe('bytes')
      expect(difference(from, from)).toMatchObject({ kind: 'bytes' })
    }
    expect(difference(side(Uint8Array.of(0xff), 'text/csv'), side('a', 'text/csv')).kind).toBe('bytes')
    expect(between('a\0b', 'a', 'text/plain')).toEqual({ kind: 'text', added: ['a'], removed: ['a\0b'] })
  })
})
