import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { COMPILERS, compiled } from './compiled.ts'
import { bench, thrownBy } from './kit.ts'

describe.each(COMPILERS)('what is no method is refused, by its name and with a cure: %s (D01, D28)', (name, compile) => {
  const isStandard = name.endsWith('standard')
  test.each<[string, RegExp]>([
    ['class A { @buffered get a() { return 1 } }', /^@buffered: the getter a cannot be buffered.*async a\(\)/],
    ['class A { @buffered static get a() { return 1 } }', /^@buffered: the getter a /],
    ['class A { @buffered set a(value) {} }', /^@buffered: the setter a cannot be buffered/],
    ['class A { @buffered a = 1 }', /^@buffered: the field a cannot be buffered/],
    ['class A { @buffered static a = async () => 1 }', /^@buffered: the field a cannot be buffered/],
    ['class A { @buffered() a = 1 }', /^@buffered: the field a cannot be buffered/],
    ['@buffered class A {}', /buffered: the class A cannot be buffered. Decorate its methods/],
    ['@buffered() class A {}', /buffered: the class A cannot be buffered. Decorate its methods/],
    ['class A { @buffered *a() {} }', /^buffered: the generator a cannot be buffered.*list/],
    ['class A { @buffered async *a() {} }', /^buffered: the async generator a cannot be buffered.*list/],
    ['class A { @buffered({ tll: 1 }) async a() {} }', /buffered\.tll/],
    ...(isStandard
      ? ([
          ['class A { @buffered accessor a = 1 }', /^@buffered: the accessor a cannot be buffered/],
          ['class A { @buffered get #a() { return 1 } }', /^@buffered: the getter #a cannot be buffered/],
        ] satisfies [string, RegExp][])
      : []),
  ])('%s', async (source, message) => {
    await using b = await bench()
    const error = (await thrownBy(compiled(compile, source, b.fetch.buffered))) as Error
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message.replace('_A', 'A')).toMatch(message)
  })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'load'],
  ['a number', 1],
  ['a class', class Some {}],
  ['a generator', function* some() {}],
  ['an async generator', async function* some() {}],
])('what is no function is refused: %s', async (_, given) => {
  await using b = await bench()
  const { buffered } = b.fetch as unknown as { buffered: (...given: unknown[]) => unknown }
  expect(() => buffered(given)).toThrow(/^buffered: /)
  expect(() => (buffered({}) as (given: unknown) => unknown)(given)).toThrow(/^buffered: /)
})

class Named {
  name = 'x'
}

describe('results that would not come back as they were are refused at the first call (C10)', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a Response', () => new Response('a'), /result: an instance of Response cannot be kept.*cachedFetch/],
    ['a Response in an object', () => ({ a: [new Response('a')] }), /result\.a\[0\]: an instance of Response/],
    ['a stream', () => new Response('a').body, /ReadableStream cannot be kept.*to its end/],
    ['a stream of Node', () => Readable.from(['a']), /Readable cannot be kept.*to its end/],
    ['a generator', () => (function* () {})(), /once only.*list/],
    ['an async generator', () => (async function* () {})(), /once only.*fromAsync/],
    ['an iterator', () => new Map().values(), /once only.*list/],
    ['a Blob', () => new Blob(['a']), /Blob cannot be kept.*bytes/],
    ['an instance', () => new Named(), /result: an instance of Named cannot be kept.*without its class/],
    ['an instance in a Map', () => new Map([['a', new Named()]]), /result\.entry\[1\]: an instance of Named/],
    ['a promise in an object', () => ({ a: Promise.resolve(1) }), /result\.a: an instance of Promise.*Await/],
    ['a function', () => () => 1, /result: a function cannot be kept/],
    ['a symbol', () => Symbol('a'), /result: a symbol cannot be kept/],
    ['a property named by a symbol', () => ({ [Symbol('a')]: 1 }), /result: a property named by a symbol \(Symbol\(a\)\)/],
    ['an error with more to it', () => Object.assign(new Error('a'), { code: 'B' }), /instance of Error/],
    ['a proxy', () => new Proxy({}, {}), /result: it cannot be kept/],
    ['what is nested without end', () => nested(100_000), /result: it cannot be kept/],
    [
      'a getter that throws',
      () => ({
        get a() {
          throw new RangeError('no')
        },
      }),
      /result: it cannot be kept \(no\)/,
    ],
    ['a buffer that was given away', () => given(), /result: it cannot be kept/],
  ])('%s', async (_, make, message) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(
      () => {
        runs++
        return make()
      },
      { retry: 3 },
    )
    const error = (await thrownBy(load())) as Error
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
    expect(runs, 'what cannot be kept now cannot be kept the next time').toBe(1)
    expect(await load.cache.peek()).toBe(undefined)
  })
})

test('JSON would leave out what a symbol names, and it is refused as by the default codec', async () => {
  await using b = await bench()
  const load = b.fetch.buffered(() => ({ list: [{ [Symbol('a')]: 1 }] }), { codec: 'json' })
  await expect(load()).rejects.toThrow(/^result\.list\[0\]: a property named by a symbol \(Symbol\(a\)\) cannot be kept/)
})

describe('results that are odd and come back as they were (C10)', () => {
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  test.each<[string, unknown]>([
    ['a cycle', cyclic],
    ['a BigInt', 2n ** 70n],
    ['minus zero', -0],
    ['a list with holes', Object.assign(Array(3), { 0: 1 })],
    ['an Error', new RangeError('x', { cause: { a: 1 } })],
    ['an invalid date', new Date(Number.NaN)],
    ['a property called then', JSON.parse('{"then":"x","__proto__":{"a":1},"constructor":1}')],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
    ['half a character', '\ud800'],
  ])('%s', async (_, value) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(() => {
      runs++
      return value
    })
    for (let n = 0; n < 2; n++) expect(await load()).toEqual(value)
    expect(runs).toBe(1)
  })

  test('a thenable is awaited, and what throws at once rejects', async () => {
    await using b = await bench()
    const thenable = b.fetch.buffered(() => {
      const value = Promise.resolve(5)
      // oxlint-disable-next-line unicorn/no-thenable -- it is what is looked at
      return Object.defineProperty({}, 'then', { value: value.then.bind(value) }) as number
    })
    expect([await thenable(), await thenable()]).toEqual([5, 5])
    const reason = Symbol('thrown')
    for (const thrown of [reason, undefined, null, 'text', 0]) {
      // oxlint-disable-next-line typescript/only-throw-error -- a function may throw anything, and its callers get just that
      const load = b.fetch.buffered(() => { throw thrown }) // biome-ignore format: the line above is about this one
      expect(await thrownBy(load())).toBe(thrown)
    }
  })
})

function nested(depth: number): object {
  let value = {}
  for (let n = 0; n < depth; n++) value = { value }
  return value
}

function given(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}
