import { describe, expect, test } from 'vitest'
import { COMPILERS, compiled, STANDARD } from './compiled.ts'
import { bench } from './kit.ts'

/** A method of whatever class. */
type Method = (...args: unknown[]) => Promise<unknown>
type Constructed<T> = new (...args: unknown[]) => T

describe.each(COMPILERS)('methods that are inherited, borrowed, bound: %s (D24)', (_, compile) => {
  test('a subclass overrides, calls super, and has a method of the same name as another', async () => {
    await using b = await bench()
    const source = `
      class Base {
        runs = []
        constructor(token) { this.token = token }
        @buffered async me(n) { this.runs.push('Base.me'); return this.token + n }
      }
      class A extends Base {
        @buffered async me(n) { this.runs.push('A.me'); return 'A' + await super.me(n) }
      }
      class B extends Base {
        @buffered async me(n) { this.runs.push('B.me'); return 'B' + await super.me(n) }
      }
      A.Base = Base
      A.B = B
    `
    type Me = { me: Method; runs: string[] }
    const A = await compiled<Constructed<Me> & { B: Constructed<Me>; Base: Constructed<Me> }>(compile, source, b.fetch.buffered)
    const [a, other, base] = [new A('x'), new A.B('x'), new A.Base('x')]
    for (let n = 0; n < 2; n++) expect([await a.me(1), await other.me(1), await base.me(1)]).toEqual(['Ax1', 'Bx1', 'x1'])
    expect([a.runs, other.runs, base.runs]).toEqual([['A.me', 'Base.me'], ['B.me', 'Base.me'], ['Base.me']])
  })

  test('what is inherited is of the object it is called on, also a static one', async () => {
    await using b = await bench()
    const source = `
      class A {
        @buffered static async kind() { A.runs++; return this.is }
        @buffered async me() { A.runs++; return this.token }
      }
      A.runs = 0
      A.is = 'A'
      A.B = class B extends A {}
      A.B.is = 'B'
    `
    type Kind = { kind(): Promise<string> }
    const A = await compiled<Kind & Constructed<{ me: Method; token: string }> & { B: Kind; runs: number }>(
      compile,
      source,
      b.fetch.buffered,
    )
    for (let n = 0; n < 2; n++) expect([await A.kind(), await A.B.kind()]).toEqual(['A', 'B'])
    expect(A.runs).toBe(2)
    const [one, two] = [Object.assign(new A(), { token: 'one' }), { token: 'two' }]
    const { me } = A.prototype as { me: Method }
    for (let n = 0; n < 2; n++)
      expect([await me.call(one), await me.call(two), await one.me.bind(two)(), await Reflect.apply(me, one, [])]).toEqual([
        'one',
        'two',
        'two',
        'one',
      ])
    expect(A.runs).toBe(4)
  })

  test('named by a symbol, by a number, by what is computed', async () => {
    await using b = await bench()
    const source = `
      const of = Symbol('of')
      class A {
        runs = 0
        @buffered async [of](n) { return [n, ++this.runs] }
        @buffered async 7(n) { return [n, ++this.runs] }
        @buffered async ['a b'](n) { return [n, ++this.runs] }
      }
      A.of = of
    `
    const A = await compiled<Constructed<Record<PropertyKey, Method>> & { of: symbol }>(compile, source, b.fetch.buffered)
    const a = new A()
    for (let n = 0; n < 2; n++)
      expect([await a[A.of]?.(1), await a[7]?.(1), await a['a b']?.(1)]).toEqual([
        [1, 1],
        [1, 2],
        [1, 3],
      ])
  })

  test('a list says of which class a method is', async () => {
    await using b = await bench()
    const source = `
      class A {
        @buffered async me() { return 1 }
        @buffered({ scope: 'class' }) async all() { return 1 }
        @buffered static async list() { return 1 }
      }
    `
    const A = await compiled<Constructed<Record<string, Method>> & { list: Method }>(compile, source, b.fetch.buffered)
    await new A().me?.()
    await new A().all?.()
    await A.list()
    // A compiler may call the class by another name inside.
    const urls = (await Array.fromAsync(b.fetch.cache.entries())).map(({ url }) => url.replace(/~\d+$/, '').replace('_A', 'A'))
    expect(urls.sort()).toEqual(['function:A.all', 'function:A.list', 'function:A.me'])
  })
})

test.each(STANDARD)('private methods, static ones too: %s', async (_, compile) => {
  await using b = await bench()
  const source = `
    class A {
      static runs = 0
      @buffered async #one(n) { A.runs++; return [this.token, n] }
      @buffered static async #two(n) { A.runs++; return n }
      one(n) { return this.#one(n) }
      static two(n) { return A.#two(n) }
    }
  `
  const A = await compiled<Constructed<{ one: Method; token?: string }> & { two: Method; runs: number }>(
    compile,
    source,
    b.fetch.buffered,
  )
  const [one, two] = [Object.assign(new A(), { token: 'one' }), Object.assign(new A(), { token: 'two' })]
  for (let n = 0; n < 2; n++) expect([await one.one(1), await two.one(1), await A.two(1)]).toEqual([['one', 1], ['two', 1], 1])
  expect(A.runs).toBe(3)
})

test('the name, the length and the function itself are kept (D25)', async () => {
  await using b = await bench()
  async function repo(_owner: string, _name: string): Promise<number> {
    return 1
  }
  const kept = b.fetch.buffered(repo)
  expect([kept.name, kept.length, kept.original]).toEqual(['repo', 2, repo])
  expect(() => {
    ;(kept as { cache: unknown }).cache = undefined
  }).toThrow(TypeError)
})

test('a function that is buffered already is buffered once more: each has its own', async () => {
  await using b = await bench()
  let runs = 0
  const once = b.fetch.buffered((n: number) => `${n} ${++runs}`, { ttl: '10s' })
  const twice = b.fetch.buffered(once, { ttl: '1s' })
  expect([await twice(1), await twice(1), await once(1)]).toEqual(['1 1', '1 1', '1 1'])
  await b.clock.advance(2_000)
  expect([await twice(1), runs]).toEqual(['1 1', 1])
  expect(twice.original).toBe(once)
})
