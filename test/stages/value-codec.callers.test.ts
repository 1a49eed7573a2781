import { expect, test } from 'vitest'
import { ValueCodec } from '../../src/stages/function/value-codec.ts'

const codec = new ValueCodec('structured')

test('what one caller does to a result reaches nobody else', () => {
  const made = { list: [1], bytes: new Uint8Array([1, 2, 3]) }
  const stored = codec.encode(made)
  made.list.push(2)
  made.bytes[0] = 9
  const first = codec.decode(stored) as typeof made
  expect(first).toEqual({ list: [1], bytes: new Uint8Array([1, 2, 3]) })
  first.list.push(3)
  first.bytes[1] = 9
  expect(codec.decode(stored)).toEqual({ list: [1], bytes: new Uint8Array([1, 2, 3]) })
})

const memory = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer
test.each<[string, ArrayBuffer | ArrayBufferView]>([
  ['memory itself', memory],
  ['a view', new DataView(memory, 1, 3)],
  ['a Buffer', Buffer.from('abc')],
  ...[Uint8Array, Uint8ClampedArray, Int16Array, Uint32Array, Float64Array, BigInt64Array].map(
    (Kind): [string, ArrayBufferView] => [Kind.name, new Kind(memory)],
  ),
])('nor what is done to memory in it: %s', (_, value) => {
  const stored = codec.encode({ in: new Map([[1, [value]]]) })
  const before = Buffer.from(stored.bytes)
  const back = codec.decode(stored) as { in: Map<number, [typeof value]> }
  const [given] = back.in.get(1) as [typeof value]
  const bytes =
    given instanceof ArrayBuffer ? new Uint8Array(given) : new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  expect(bytes.length).toBeGreaterThan(0)
  bytes.fill(0xff)
  expect(Buffer.compare(stored.bytes, before)).toBe(0)
})

test.each<[string, ArrayBufferView]>([
  ['a view', new DataView(memory, 1, 3)],
  ['a Buffer', Buffer.from('abc')],
  ['an empty one', new Uint8Array(0)],
  ...[Uint8Array, Int16Array, Float64Array, BigInt64Array].map((Kind): [string, ArrayBufferView] => [
    Kind.name,
    new Kind(memory),
  ]),
])('what lies behind a view is its own, no more than was returned, and may be transferred: %s', (_, value) => {
  // At any place in what is stored: only where it happens to be aligned does Node not take its pool.
  for (const before of ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg']) {
    const given = (codec.decode(codec.encode([before, value, value])) as [string, typeof value, typeof value])[1]
    expect(given).toStrictEqual(value)
    expect([given.byteOffset, given.buffer.byteLength]).toEqual([0, value.byteLength])
    expect(structuredClone(given, { transfer: [given.buffer as ArrayBuffer] }).byteLength).toBe(value.byteLength)
  }
})
