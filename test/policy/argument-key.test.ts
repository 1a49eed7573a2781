import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { argumentsText, keyValueText } from '../../src/policy/argument-key.ts'

const sparse: unknown[] = [1]
sparse[2] = 1
const bytes = new Uint8Array([1, 2, 3, 4])
const request = (init?: RequestInit): Request => new Request('https://example.org/a', init)
class Point {
  x = 1
}
class Later extends Date {}

/** Each line: argument lists that are all equal to one another, and to none of any other line. */
const LINES: unknown[][][] = [
  [[]],
  [[undefined]],
  [[undefined, undefined]],
  [[null]],
  [[[]]],
  [[[undefined]]],
  [[-1]],
  [[-2]],
  [[1], [1.0]],
  [['1']],
  [[1n]],
  [[true]],
  [[false]],
  [[0]],
  [[-0]],
  [[Number.NaN], [0 / 0]],
  [[Number.POSITIVE_INFINITY]],
  [[Number.NEGATIVE_INFINITY]],
  [['NaN']],
  [['']],
  [['a', 'b']],
  [['a,b']],
  [[['a', 'b']]],
  [['a', ['b']]],
  [['\ud800']],
  [['\ud801']],
  [['\ufffd']],
  [[{}], [Object.create(null)]],
  [[{ a: undefined }]],
  [[{ a: null }]],
  [[{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
  [[{ a: { b: 2 } }]],
  [[{ 'a.b': 2 }]],
  [[{ a: 2, b: 1 }]],
  [[{ 0: 'a', length: 1 }]],
  [[['a']]],
  [[sparse]],
  [[[1, undefined, 1]]],
  [[Object.assign([1], { index: 0 })]],
  [[new Date(5)], [new Date(5)]],
  [[5]],
  [[new Date(Number.NaN)]],
  [['1970-01-01T00:00:00.005Z']],
  [[new Map([['a', 1]])], [new Map([['a', 1]])]],
  [[new Map([['a', '1']])]],
  [[new Map([[{ a: 1 }, 1]])]],
  [
    [
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    ],
  ],
  [
    [
      new Map([
        ['b', 1],
        ['a', 1],
      ]),
    ],
  ],
  [[new Map()]],
  [[new Set()]],
  [[new Set(['a', 1])]],
  [[new Set([1, 'a'])]],
  [[new Uint8Array([1, 2])], [new Uint8Array([1, 2])], [bytes.subarray(0, 2)]],
  [[new Uint8ClampedArray([1, 2])]],
  [[new Int8Array([1, 2])]],
  [[Buffer.from([1, 2])]],
  [[new Uint8Array([1, 2]).buffer]],
  [[new DataView(bytes.buffer, 0, 2)]],
  [[new Uint16Array([513])]],
  [[new BigInt64Array([1n])]],
  [[new Float32Array([1])]],
  [[new URL('https://example.org/a')], [new URL('https://EXAMPLE.org:443/a')]],
  [['https://example.org/a']],
  [[new URL('https://example.org/b')]],
  [[new URLSearchParams('a=1&b=2')]],
  [[new URLSearchParams('b=2&a=1')]],
  [[new Headers({ a: '1', b: '2' })], [new Headers({ B: '2', A: '1' })]],
  [[new Headers({ a: '2' })]],
  [[request()], [request()]],
  [[request({ method: 'DELETE' })]],
  [[request({ headers: { accept: 'text/csv' } })]],
  [[request({ cache: 'no-store' })]],
  [[/a/g], [/a/g]],
  [[/a/i]],
  [[{ list: [1, { deep: new Set([1n]) }] }]],
]

describe('argument lists have one text exactly where they are equal (D06, C10)', () => {
  test('each line of the table has a text of its own', () => {
    const seen = new Map<string, number>()
    for (const [line, lists] of LINES.entries()) {
      const texts = new Set(lists.map(argumentsText))
      expect(texts.size, `line ${line}`).toBe(1)
      const [text = ''] = texts
      expect(seen.get(text), `line ${line} has the text of line ${seen.get(text)}: ${text}`).toBeUndefined()
      seen.set(text, line)
    }
  })

  test('what key returned is no argument list', () => {
    expect(keyValueText([1])).not.toBe(argumentsText([1]))
    expect(keyValueText(undefined)).not.toBe(keyValueText(null))
  })

  test('another process gives the same texts', () => {
    const args =
      "[-1, 'a', { b: 2n, a: [null, undefined, -0, NaN] }, new Map([['x', new Set([new Date(7)])]]), new URL('https://example.org/')]"
    const program = `import { argumentsText } from '${new URL('../../src/policy/argument-key.ts', import.meta.url).href}'
      process.stdout.write(argumentsText(${args}))`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect(child.stderr).toBe('')
    expect(child.stdout).toBe(
      argumentsText([
        -1,
        'a',
        { a: [null, undefined, -0, Number.NaN], b: 2n },
        new Map([['x', new Set([new Date(7)])]]),
        new URL('https://example.org/'),
      ]),
    )
  })
})

describe('what has no text is refused, by its place and with the cure (D30)', () => {
  const inItself: { list: unknown[] } = { list: [] }
  inItself.list.push(inItself)
  const mapInItself = new Map<string, unknown>()
  mapInItself.set('me', mapInItself)
  const deep = (): unknown => {
    let value: unknown = 1
    for (let depth = 0; depth < 10_000; depth++) value = [value]
    return value
  }
  const post = (): Request => request({ method: 'POST', body: 'x' })
  test.each<[string, unknown[], RegExp]>([
    ['a function', [1, { a: { b: function compare() {} } }], /^args\[1\]\.a\.b: a function \(compare\) cannot/],
    ['a function without a name', [() => 1], /^args\[0\]: a function cannot/],
    ['a symbol', [[Symbol('s')]], /^args\[0\]\[0\]: a symbol \(Symbol\(s\)\) cannot/],
    ['a symbol as a name', [{ [Symbol('s')]: 1 }], /^args\[0\]: a property named by a symbol/],
    ['a cycle', [inItself], /^args\[0\]\.list\[0\]: an object that stands in itself/],
    ['a cycle in a Map', [mapInItself], /^args\[0\]\.value\(0\): an object that stands in itself/],
    ['in the key of a Map', [new Map([[() => 1, 1]])], /^args\[0\]\.key\(0\): a function/],
    ['in a Set', [new Set([1, () => 1])], /^args\[0\]\.item\(1\): a function/],
    ['a name with a dot', [{ 'a.b': () => 1 }], /^args\[0\]\["a\.b"\]: a function/],
    ['an instance', [{ p: new Point() }], /^args\[0\]\.p: an instance of Point cannot/],
    ['a subclass of what has one', [new Later(1)], /^args\[0\]: an instance of Later/],
    ['an AbortSignal', [AbortSignal.abort()], /^args\[0\]: an instance of AbortSignal/],
    ['a promise', [Promise.resolve(1)], /^args\[0\]: an instance of Promise/],
    ['a class without a name', [new (class {})()], /^args\[0\]: an instance of a class cannot/],
    ['too deep', [deep()], /nested more than 500 deep/],
    ['a Request with a body', [post()], /^args\[0\]: a Request with a body/],
  ])('%s', (_, args, message) => {
    expect(() => argumentsText(args)).toThrow(message)
    expect(() => argumentsText(args)).toThrow(TypeError)
    expect(() => argumentsText(args)).toThrow(/option key, for instance key: \(user\) => user\.id/)
  })

  test('what key returned is named so', () => {
    expect(() => keyValueText({ a: () => 1 })).toThrow(/^key\(\.\.\.\)\.a: a function/)
  })

  test('one object twice is no cycle', () => {
    const shared = { a: 1 }
    expect(argumentsText([shared, { b: shared }, [shared, shared]])).toBe(
      argumentsText([{ a: 1 }, { b: { a: 1 } }, [{ a: 1 }, { a: 1 }]]),
    )
  })
})
