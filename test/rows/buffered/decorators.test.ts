import { describe, expect, test } from 'vitest'
import { buffered } from '../../../src/index.ts'
import { COMPILERS, compiled, STANDARD } from './compiled.ts'
import { bench } from './kit.ts'

const SOURCE = `
class A {
  static runs = 0
  constructor(readonly token: string) {}
  @buffered async me(suffix: string): Promise<string> {
    A.runs++
    return this.token + suffix
  }
  @buffered({ ttl: '10m', scope: 'class' }) async shared(n: number): Promise<object> {
    A.runs++
    return { n }
  }
  @buffered static async list(): Promise<number[]> {
    A.runs++
    return [A.runs]
  }
}
`

const PRIVATE = `
class A {
  static runs = 0
  @buffered async #load(n: number): Promise<number> {
    A.runs++
    return n
  }
  load(n: number): Promise<number> {
    return this.#load(n)
  }
}
`

interface Github {
  me(suffix: string): Promise<string>
  shared(n: number): Promise<object>
}

describe('methods of a class (D01, D24)', () => {
  test.each(COMPILERS)('%s', async (_, compile) => {
    await using b = await bench()
    const Github = await compiled<{ new (token: string): Github; runs: number; list(): Promise<number[]> }>(
      compile,
      SOURCE,
      b.fetch.buffered,
    )
    const [ann, bob] = [new Github('ann'), new Github('bob')]
    expect([await ann.me('!'), await bob.me('!'), await ann.me('!'), await ann.me('?')]).toEqual(['ann!', 'bob!', 'ann!', 'ann?'])
    expect(Github.runs).toBe(3)
    expect([await ann.shared(1), await bob.shared(1)]).toEqual([{ n: 1 }, { n: 1 }])
    expect(Github.runs).toBe(4)
    expect([await Github.list(), await Github.list()]).toEqual([[5], [5]])
    expect([ann.me.name, ann.me.length]).toEqual(['me', 1])
  })

  test.each(STANDARD)('a private one: %s', async (_, compile) => {
    await using b = await bench()
    const Hidden = await compiled<{ new (): { load(n: number): Promise<number> }; runs: number }>(
      compile,
      PRIVATE,
      b.fetch.buffered,
    )
    const hidden = new Hidden()
    expect([await hidden.load(1), await hidden.load(1)]).toEqual([1, 1])
    expect(Hidden.runs).toBe(1)
  })
})

describe('the one at the top of the package is in memory (D04)', () => {
  test('as a function, with options, and with options first', async () => {
    let runs = 0
    const count = (n: number): string => `${n} ${++runs}`
    const [plain, given, first] = [buffered(count), buffered(count, { ttl: '1h' }), buffered({ ttl: '1h' })(count)]
    expect([await plain(1), await plain(1), await given(1), await given(1), await first(1), await first(1)]).toEqual([
      '1 1',
      '1 1',
      '1 2',
      '1 2',
      '1 3',
      '1 3',
    ])
  })

  test('wrong options are refused before there is anything to decorate', () => {
    expect(() => buffered({ tll: 1 } as object)).toThrow(/buffered\.tll/)
  })
})

/** As reflect-metadata keeps what decorators say: under the target itself, beside the methods that Reflect has. */
function keepMetadata(): Disposable {
  const kept = new WeakMap<object, Map<unknown, unknown>>()
  const of = (target: object): Map<unknown, unknown> => kept.get(target) ?? new Map<unknown, unknown>()
  const added = {
    getOwnMetadataKeys: (target: object) => [...of(target).keys()],
    getOwnMetadata: (key: unknown, target: object) => of(target).get(key),
    defineMetadata: (key: unknown, value: unknown, target: object) => void kept.set(target, of(target).set(key, value)),
  }
  Object.assign(Reflect, added)
  return {
    [Symbol.dispose]: () => {
      for (const name of Object.keys(added)) Reflect.deleteProperty(Reflect, name)
    },
  }
}

describe('what other decorators say of the method, as NestJS keeps its routes and guards', () => {
  test.each(COMPILERS.filter(([name]) => name.endsWith('experimentalDecorators')))('%s', async (_, compile) => {
    await using b = await bench()
    using _metadata = keepMetadata()
    const source = `
      const says = (key, value) => (target, name, descriptor) => Reflect.defineMetadata(key, value, descriptor.value)
      class A {
        @says('path', '/report') @buffered() @says('guards', ['signed in']) @says('header', 'x') async report() { return 1 }
      }
    `
    const A = await compiled<new () => { report: object }>(compile, source, b.fetch.buffered)
    const { report } = new A()
    const { getOwnMetadata } = Reflect as unknown as { getOwnMetadata(key: unknown, target: object): unknown }
    expect(['path', 'guards', 'header'].map((key) => getOwnMetadata(key, report))).toEqual(['/report', ['signed in'], 'x'])
  })
})
