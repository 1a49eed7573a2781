import { describe, expect, test } from 'vitest'
import type { Step } from '../../helpers/origin/index.ts'
import { over } from './guarded.ts'
import { csv, json, text, typed } from './judging.ts'

const options = { guards: { shrink: 'off' } } as const
const refuse = { guards: { shrink: 'off', shape: 'refuse' } } as const
const changed = expect.stringContaining('shape')

describe('keys of JSON, and the header of CSV, that change', () => {
  const pairs: [string, Step, Step][] = [
    ['a key less', json({ a: 1, b: 2 }), json({ a: 1 })],
    ['a key more', json({ a: 1 }), json({ a: 1, b: 2 })],
    ['other keys: an error in the place of an answer', json({ rates: [1, 2] }), json({ error: 'too many requests' })],
    ['no keys at all', json({ a: 1 }), json({})],
    ['keys of rows', json([{ a: 1, b: 2 }]), json([{ a: 1 }])],
    ['a text in the place of an object', json({ a: 1 }), json('"temporarily unavailable"')],
    ['null in the place of an object', json({ a: 1 }), json('null')],
    ['a list in the place of an object', json({ a: 1 }), json([1])],
    ['texts in the place of rows', json([{ a: 1 }]), json(['a', 'b'])],
    ['a column less', csv('a,b,c\n1,2,3\n'), csv('a,b\n1,2\n')],
    ['another column', csv('a,b\n1,2\n'), csv('a,c\n1,2\n')],
    ['columns in another order', csv('a,b\n1,2\n'), csv('b,a\n1,2\n')],
    ['no header any more', csv('a,b\n1,2\n'), csv('1,2\n3,4\n')],
    ['a sentence in the place of a table', csv('a,b\n1,2\n'), csv('try again later')],
    ['the table of three megabytes', csv(`a,b\n${'1,2\n'.repeat(750_000)}`), csv(`a,c\n${'1,2\n'.repeat(750_000)}`)],
    [
      'a header of a hundred columns, the last of which',
      csv(`${'column,'.repeat(1_000)}a\n1\n`),
      csv(`${'column,'.repeat(1_000)}b\n1\n`),
    ],
  ]
  test.each(pairs)('%s: said by default', async (_, first, second) => {
    const came = await over(first, second, options)
    expect(came).toMatchObject({ outcome: 'miss', refused: [] })
    expect(came.warned).toEqual([changed])
  })

  test.each(pairs)("%s: refused by 'refuse'", async (_, first, second) => {
    expect(await over(first, second, refuse)).toMatchObject({ outcome: 'fallback', refused: [changed] })
  })
})

describe('the same shape', () => {
  const pairs: [string, Step, Step][] = [
    ['other values', json({ a: 1, b: 2 }), json({ a: 'x', b: null })],
    ['keys in another order', json({ a: 1, b: 2 }), json({ b: 2, a: 1 })],
    ['more rows', json([{ a: 1 }]), json([{ a: 1 }, { a: 2 }])],
    ['no rows: nothing is known of their keys', json([{ a: 1 }]), json([])],
    ['rows after none', json([]), json([{ a: 1 }])],
    [
      'a row that leaves an optional key out, others have it',
      json([
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ]),
      json([{ a: 1 }, { a: 2, b: 2 }]),
    ],
    ['numbers', json([1, 2]), json([3])],
    ['more lines', csv('a,b\n1,2\n'), csv('a,b\n1,2\n3,4\n')],
    ['no lines', csv('a,b\n1,2\n'), csv('a,b\n')],
    ['other ends of lines', csv('a,b\n1,2\n'), csv('a,b\r\n1,2\r\n')],
    ['no end of the only line', csv('a,b\n'), csv('a,b')],
    ['a byte order mark more', csv('a,b\n1,2\n'), csv('\uFEFFa,b\n1,2\n')],
    ['a byte order mark less', csv('\uFEFFa,b\n1,2\n'), csv('a,b\n1,2\n')],
    ['quotes about the names', csv('a,b\n1,2\n'), csv('"a","b"\n1,2\n')],
    ['plain text is no table', text('hello, you\n'), text('goodbye, you\n')],
    ['bytes are neither', typed('{"a"', 'application/octet-stream'), typed('{"b"', 'application/octet-stream')],
  ]
  test.each(pairs)('%s: nothing is said, even by refuse', async (_, first, second) => {
    expect(await over(first, second, refuse)).toMatchObject({ outcome: 'miss', warned: [], refused: [] })
  })

  test('keys that are dangerous names', async () => {
    const second = json('{"__proto__":{"x":1},"constructor":2,"a":1}')
    expect(await over(json({ a: 1 }), second, options)).toMatchObject({ outcome: 'miss', warned: [changed] })
    expect(await over(second, json('{"__proto__":2,"constructor":[],"a":3}'), refuse)).toMatchObject({
      outcome: 'miss',
      warned: [],
    })
  })

  test('a change of ten thousand keys makes no warning of a megabyte', async () => {
    const keyed = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`a fairly long name of a key ${n}`, n]))
    const { warned } = await over(json(keyed), json({ a: 1 }), options)
    expect(warned).toEqual([changed])
    expect(warned.join('').length).toBeLessThan(5_000)
  })

  test('nor does a header of a megabyte', async () => {
    const { warned } = await over(csv(`${'name,'.repeat(100_000)}\n`), csv(`${'nome,'.repeat(100_000)}\n`), options)
    expect(warned).toEqual([changed])
    expect(warned.join('').length).toBeLessThan(5_000)
  })
})
