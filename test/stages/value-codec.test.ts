import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { isImmutable } from '../../src/policy/result-value.ts'
import { type CustomCodec, Unreadable, ValueCodec } from '../../src/stages/function/value-codec.ts'
import { fc } from '../policy/property.ts'

const through = (codec: ValueCodec, value: unknown): unknown => codec.decode(codec.encode(value))

class Point {
  x = 1
}

describe('structured clone', () => {
  const codec = new ValueCodec('structured')
  const inItself: unknown[] = []
  inItself.push(inItself)

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['zero', 0],
    ['the other zero', -0],
    ['nothing', ''],
    ['false', false],
    ['NaN', Number.NaN],
    ['a BigInt', 12345678901234567890n],
    ['a Date', new Date(7)],
    ['a Map', new Map<unknown, unknown>([['a', new Set([1, { b: 2 }])]])],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['a Buffer', Buffer.from('abc')],
    ['floats', new Float64Array([1.5, -0])],
    ['a view', new DataView(new ArrayBuffer(3))],
    ['a pattern', /a/gi],
    ['a list with a hole', Object.assign([], { 2: 1 })],
    ['nested', { a: [{ b: undefined, c: [null] }], 'd.e': new Date(Number.NaN) }],
    ['a property called then', JSON.parse('{"then":1,"__proto__":{"a":1}}')],
    ['an error', new RangeError('far', { cause: { a: 1 } })],
    ['a cycle', inItself],
  ])('%s comes back as it was', (_, value) => {
    const back = through(codec, value)
    expect(back).toStrictEqual(value)
    if (typeof value === 'object' && value !== null) expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value))
  })

  test('any data comes back as it was, wherever its bytes lie', () => {
    const data = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    })
    fc.assert(
      fc.property(data, fc.nat(7), (value, offset) => {
        const { bytes, type } = codec.encode(value)
        const around = new Uint8Array(bytes.length + 8)
        around.set(bytes, offset)
        expect(codec.decode({ bytes: around.subarray(offset, offset + bytes.length), type })).toStrictEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  test.each<[string, unknown, RegExp]>([
    ['a function', { a: { b: () => 1 } }, /^result\.a\.b: a function cannot be kept/],
    ['a symbol', [Symbol('s')], /^result\[0\]: a symbol cannot be kept/],
    ['a Response', new Response('x'), /^result: an instance of Response cannot be kept.*await response\.json\(\).*cachedFetch/],
    ['a stream', { body: new ReadableStream() }, /^result\.body: an instance of ReadableStream.*read once only/],
    ['a stream of Node', Readable.from([]), /^result: an instance of Readable.*read once only/],
    ['a promise', [Promise.resolve()], /^result\[0\]: an instance of Promise.*Await/],
    ['a class', { p: new Point() }, /^result\.p: an instance of Point.*without its class.*codec/],
    ['in a Map', new Map([['a', new Point()]]), /^result\.entry\[1\]: an instance of Point/],
    ['in a Set', new Set([new Point()]), /^result\.item: an instance of Point/],
    ['a generator', (function* () {})(), /^result: an instance of/],
    ['an error with more to it', Object.assign(new Error('x'), { code: 'E' }), /^result: an instance of Error/],
    ['shared memory', new SharedArrayBuffer(1), /^result: an instance of SharedArrayBuffer/],
  ])('%s is refused, by its place and with advice', (_, value, message) => {
    expect(() => codec.encode(value)).toThrow(message)
    expect(() => codec.encode(value)).toThrow(TypeError)
  })

  test('what was frozen to its leaves is so again', () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ a: 1 })]) })
    const back = through(codec, value)
    expect(back).toEqual(value)
    expect(isImmutable(back)).toBe(true)
    expect(isImmutable(through(codec, Object.freeze({ list: [1] })))).toBe(false)
  })
})

describe('JSON', () => {
  const codec = new ValueCodec('json')

  test('data comes back as it was, undefined too', () => {
    for (const value of [undefined, null, 0, '', false, 'a', [1, [null]], { a: { b: [] } }])
      expect(through(codec, value)).toStrictEqual(value)
  })

  test.each<[string, unknown, RegExp]>([
    ['a BigInt', { a: 1n }, /^result\.a: a BigInt cannot be kept.*'structured'/],
    ['NaN', [Number.NaN], /^result\[0\]: NaN cannot/],
    ['a Date', { at: new Date(0) }, /^result\.at: an instance of Date/],
    ['a Map', new Map(), /^result: an instance of Map/],
    ['bytes', new Uint8Array(1), /^result: an instance of Uint8Array/],
    ['undefined in a list', { a: [undefined] }, /^result\.a: a list with an undefined/],
    ['a hole', Object.assign([], { 2: 1 }), /^result: a list with an undefined/],
  ])('%s is refused', (_, value, message) => {
    expect(() => codec.encode(value)).toThrow(message)
  })

  test('a cycle is refused, and one object twice is none', () => {
    const inItself: { me?: unknown } = {}
    inItself.me = inItself
    const shared = { a: 1 }
    expect(() => codec.encode(inItself)).toThrow(/^result\.me: an object that stands in itself/)
    expect(through(codec, [shared, shared])).toEqual([shared, shared])
  })
})

describe('bytes, and a codec of the user', () => {
  test('bytes are copied in and out', () => {
    const codec = new ValueCodec('bytes')
    const made = new Uint8Array([1, 2])
    const stored = codec.encode(made)
    made[0] = 9
    const first = codec.decode(stored) as Uint8Array
    first[1] = 9
    expect(codec.decode(stored)).toEqual(new Uint8Array([1, 2]))
    for (const value of ['a', null, undefined, [1]])
      expect(() => codec.encode(value)).toThrow(/With the codec 'bytes' return bytes/)
  })

  test("the user's own codec sees what it gave, and cannot change what is stored", () => {
    const own: CustomCodec<Point> = {
      encode: (point) => new Uint8Array([point.x]),
      decode: (bytes) => {
        const point = Object.assign(new Point(), { x: bytes[0] })
        bytes[0] = 0
        return point
      },
    }
    const codec = new ValueCodec(own as CustomCodec)
    const stored = codec.encode(Object.assign(new Point(), { x: 5 }))
    expect(codec.decode(stored)).toStrictEqual(Object.assign(new Point(), { x: 5 }))
    expect(codec.decode(stored)).toStrictEqual(Object.assign(new Point(), { x: 5 }))
  })

  test('a codec that gives no bytes is told so', () => {
    const codec = new ValueCodec({ encode: () => 'text', decode: () => 1 } as unknown as CustomCodec)
    expect(() => codec.encode(1)).toThrow(/codec\.encode returned string/)
  })
})

describe('what cannot be read is told apart from a result', () => {
  test.each<[string, ValueCodec, Uint8Array, string]>([
    ['another codec', new ValueCodec('json'), new Uint8Array([34]), 'application/octet-stream'],
    ['broken JSON', new ValueCodec('json'), new Uint8Array([34]), 'application/json'],
    ['a broken clone', new ValueCodec('structured'), new Uint8Array([1, 2, 3]), 'application/x-v8-structured-clone'],
  ])('%s', (_, codec, bytes, type) => {
    expect(() => codec.decode({ bytes, type })).toThrow(Unreadable)
  })
})

test('immutable is what nobody can change', () => {
  for (const value of [1, 'a', undefined, null, 1n, true, Object.freeze([]), Object.freeze({ a: Object.freeze([1]) })])
    expect(isImmutable(value)).toBe(true)
  const getter = Object.freeze(Object.defineProperty({}, 'a', { get: () => [], enumerable: true }))
  for (const value of [
    [],
    {},
    Object.freeze([{}]),
    Object.freeze(new Date()),
    Object.freeze(new Map()),
    new Uint8Array(1),
    getter,
    () => 1,
  ])
    expect(isImmutable(value)).toBe(false)
})
