import { describe, expect, test } from 'vitest'
import { bench, TIERS, thrownBy } from './kit.ts'

describe('the function as it was', () => {
  test('name, length and the function itself are kept (D21, D25)', async () => {
    await using b = await bench()
    function load(_a: number, _b: number): number {
      return 1
    }
    const wrapped = b.fetch.buffered(load)
    expect([wrapped.name, wrapped.length, wrapped.original]).toEqual(['load', 2, load])
  })

  test('a function that is not async gives a promise, and its throw a rejection (D28)', async () => {
    await using b = await bench()
    const error = new Error('at once')
    const load = b.fetch.buffered((): number => {
      throw error
    })
    expect(await thrownBy(load())).toBe(error)
    const thrown = b.fetch.buffered((what: unknown): number => {
      throw what
    })
    for (const what of ['text', null, 0]) expect(await thrownBy(thrown(what))).toBe(what)
    expect(await thrownBy(thrown(undefined))).toBe(undefined)
  })

  test('generators, and what is no function, are refused', async () => {
    await using b = await bench()
    const refused: unknown[] = [function* () {}, async function* () {}, 'load', null, class {}]
    for (const fn of refused) expect(() => b.fetch.buffered(fn as () => number)).toThrow(/^buffered: /)
  })

  test('wrong options are refused by name', async () => {
    await using b = await bench()
    const wrong = (options: object): (() => unknown) => {
      return () => b.fetch.buffered(() => 1, options)
    }
    expect(wrong({ tll: 1 })).toThrow(/Unknown option "buffered.tll".*Did you mean "ttl"/)
    expect(wrong({ codec: 'xml' })).toThrow(/buffered\.codec/)
    expect(wrong({ codec: { encode: 1 } })).toThrow(/buffered\.codec/)
    expect(wrong({ v: {} })).toThrow(/buffered\.v/)
    expect(wrong({ scope: 'all' })).toThrow(/buffered\.scope/)
    expect(wrong({ maxItems: 0 })).toThrow(/buffered\.maxItems/)
    expect(wrong({ key: 'id' })).toThrow(/buffered\.key/)
  })

  test('this is passed on, and each object has its own results unless the class shares them (D24)', async () => {
    await using b = await bench()
    let runs = 0
    const me = function (this: { token: string }): string {
      return `${this.token} ${++runs}`
    }
    const apart = b.fetch.buffered(me)
    const [ann, bob] = [{ token: 'a' }, { token: 'b' }]
    expect([await apart.call(ann), await apart.call(bob), await apart.call(ann)]).toEqual(['a 1', 'b 2', 'a 1'])
    const shared = b.fetch.buffered(me, { scope: 'class' })
    expect([await shared.call(ann), await shared.call(bob)]).toEqual(['a 3', 'a 3'])
    const named = b.fetch.buffered(me, { instanceKey: ({ token }) => token })
    expect([await named.call({ token: 'c' }), await named.call({ token: 'c' })]).toEqual(['c 4', 'c 4'])
  })

  test('where results outlive the process an object needs a name, or none', async () => {
    await using b = await bench(TIERS[1]?.[1])
    const me = function (this: { token: string }): string {
      return this.token
    }
    const apart = b.fetch.buffered(me, { name: 'me' })
    await expect(apart.call({ token: 'a' })).rejects.toThrow(/"me" the option instanceKey.*scope: 'class'/)
    const named = b.fetch.buffered(me, { name: 'me', instanceKey: ({ token }) => token })
    expect(await named.call({ token: 'a' })).toBe('a')
    expect(await named.call({ token: 'b' })).toBe('b')
  })
})

describe('what cannot be kept', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a Response', () => new Response('x'), /an instance of Response.*cachedFetch/],
    ['a stream', () => new ReadableStream(), /read once only/],
    ['a function', () => ({ a: () => 1 }), /^result\.a: a function/],
  ])('%s is refused at the first call', async (_, make, message) => {
    await using b = await bench()
    const failure = await thrownBy(b.fetch.buffered(make)())
    expect(failure).toBeInstanceOf(TypeError)
    expect((failure as Error).message).toMatch(message)
  })
})
