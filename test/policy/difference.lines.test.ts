import { describe, expect, test } from 'vitest'
import type { Difference } from '../../src/model/difference.ts'
import { worked } from '../helpers/own-time.ts'
import { between } from './sides.ts'

describe('rows', () => {
  const csv = (from: string, to: string): Difference => between(from, to, 'text/csv')
  const none: Difference = { kind: 'rows', added: [], removed: [] }

  test('a row that changed stands on both sides; the header does not', () => {
    expect(csv('id,n\r\n1,a\r\n2,b\r\n3,c\r\n', 'id,n\n3,c\n2,B\n4,d\n1,a\n')).toEqual({
      kind: 'rows',
      added: ['2,B', '4,d'],
      removed: ['2,b'],
    })
    expect(csv('id,n\n1,a', 'id,m\n1,a')).toEqual({ kind: 'rows', added: ['id,m'], removed: ['id,n'] })
  })

  test('order, line ends, a byte order mark and a line end at the end do not count', () => {
    expect(csv('h\r\na\r\n"b\r\nc"\r\n', '\ufeffh\n"b\nc"\na')).toEqual(none)
    expect(csv('', '')).toEqual(none)
  })

  test('as often as it is there more often', () => {
    expect(csv('h\na\na\nb\na\n', 'h\nb\na\nc\nc\n')).toEqual({ kind: 'rows', added: ['c', 'c'], removed: ['a', 'a'] })
  })

  test.each([
    ['a quoted line end', '1,"a\nb"\n2,"c"', ['1,"a\nb"', '2,"c"']],
    ['several of them', '"a\n\nb","c\nd"\ne', ['"a\n\nb","c\nd"', 'e']],
    ['doubled quotes', '"a ""\n""",1\n""\n"""\n"""', ['"a ""\n""",1', '""', '"""\n"""']],
    ['a quote at the start of a line that goes on', '"a\n"\n"b\n""c"', ['"a\n"', '"b\n""c"']],
    ['separators inside', '1;"a,\n;"\n2\t"\n"', ['1;"a,\n;"', '2\t"\n"']],
    ['a quote that is data', '5" disk\n6"\n', ['5" disk', '6"']],
    ['a quote that nobody closes', '"a,b\nc\n"",d\n', ['"a,b', 'c', '"",d']],
    ['a quote that only a later one closes', '"a,b\nc\n"""d"\n', ['"a,b\nc\n"""d"']],
    ['a line end of another age is data', 'a\rb\nc', ['a\rb', 'c']],
  ])('records: %s', (_, text, added) => {
    expect(csv('', text)).toEqual({ kind: 'rows', added, removed: [] })
  })

  test.each([
    ['quoted', ',"a ""b"" c"'],
    ['with a quote on each that nobody closes', ',"a ""b"" c'],
    ['that go on, wherever one begins', '","x","'],
  ])('200,000 rows %s take no time worth mention', (_, end) => {
    const rows = (from: number): string => Array.from({ length: 200_000 }, (_row, at) => `"${from + at}"${end}`).join('\n')
    const same = (last: string): string => `${end}\n`.repeat(200_000) + last
    const ms = worked(() => {
      expect(csv(rows(0), rows(1)).kind).toBe('rows')
      expect(csv(same(''), same('z')).kind).toBe('rows')
    })
    expect(ms).toBeLessThan(10_000)
  })
})

describe('text', () => {
  const text = (from: string, to: string): Difference => between(from, to, 'text/markdown')

  test.each<[string, string, string, string[], string[]]>([
    ['a line that changed', 'a\nb\nc\n', 'a\nB\nc\n', ['B'], ['b']],
    ['lines that came', 'a\nc\n', 'x\na\nb\nc\ny\n', ['x', 'b', 'y'], []],
    ['lines that went', 'a\nb\na\nb\n', 'a\nb\n', [], ['a', 'b']],
    ['an empty text', '', 'a\n\nb', ['a', '', 'b'], []],
    ['a line that moved', 'a\nb\nc\nd\n', 'b\nc\nd\na\n', ['a'], ['a']],
    ['lines that stand more than once, in another order', 'a\na\na\nb\nb\n', 'b\nb\na\na\na\n', ['b', 'b'], ['b', 'b']],
    ['a paragraph before others, and empty lines', 'a\n\nb\n\nc\n\n', 'x\n\na\n\nb\n\nc\n\n', ['x', ''], []],
    ['two changes and a block between', '1\n{\n}\n2\n{\n}\n3', '1\n{\n}\n2x\n{\n}\n3x', ['2x', '3x'], ['2', '3']],
    ['line ends alone', 'a\r\nb\r\n', '\ufeffa\nb', [], []],
  ])('%s', (_, from, to, added, removed) => {
    expect(text(from, to)).toEqual({ kind: 'text', added, removed })
    expect(text(to, from)).toEqual({ kind: 'text', added: removed, removed: added })
  })

  test.each<[string, (at: number) => string, (at: number) => string]>([
    ['nothing in common', (at) => `a ${at}`, (at) => `b ${at}`],
    ['the other way round', (at) => `${at}`, (at) => `${200_000 - at}`],
    ['in disorder', (at) => `${at}`, (at) => `${(at * 7919) % 200_000}`],
    ['few lines, many times', (at) => `${(at * 31) % 7}`, (at) => `${(at * 37) % 11}`],
  ])('200,000 lines each take no time worth mention: %s', (_, from, to) => {
    const lines = (line: (at: number) => string): string => Array.from({ length: 200_000 }, (_line, at) => line(at)).join('\n')
    const [before, after] = [lines(from), lines(to)]
    expect(worked(() => expect(text(before, after).kind).toBe('text'))).toBeLessThan(5_000)
  })
})
