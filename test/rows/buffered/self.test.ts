import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { bench } from './kit.ts'

describe('whose results, where they outlive the process (D24, D26)', () => {
  test('instanceKey or class is required, and the message says so', async () => {
    await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
    const calls: unknown[] = []
    class Github {
      readonly token: string
      constructor(token: string) {
        this.token = token
      }
      async me(): Promise<string> {
        calls.push(this)
        return this.token
      }
    }
    const { buffered } = b.fetch
    const me = buffered(Github.prototype.me, { name: 'me' })
    await expect(me.call(new Github('a'))).rejects.toThrow(/"me".*instanceKey.*scope: 'class'/)
    expect(calls).toEqual([])
    const keyed = buffered(Github.prototype.me, { name: 'keyed', instanceKey: ({ token }: Github) => token })
    for (let n = 0; n < 2; n++) expect([await keyed.call(new Github('a')), await keyed.call(new Github('b'))]).toEqual(['a', 'b'])
    expect(calls).toHaveLength(2)
    const all = buffered(Github.prototype.me, { name: 'all', scope: 'class' })
    expect([await all.call(new Github('a')), await all.call(new Github('b'))]).toEqual(['a', 'a'])
  })

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a promise', Promise.resolve('a')],
    ['an instance', new (class Token {})()],
    ['a function', () => 'a'],
  ])('an instanceKey that returns %s is refused, for it might be everybody', async (_, returned) => {
    await using b = await bench()
    const load = b.fetch.buffered(
      function (this: object) {
        return 1
      },
      { instanceKey: () => returned as string },
    )
    await expect(load.call({})).rejects.toThrow(/instanceKey.*text/)
  })

  test('a key of one object is not the number of another, nor a primitive this', async () => {
    await using b = await bench()
    let runs = 0
    const count = function (this: unknown): number {
      return ++runs
    }
    const keyed = b.fetch.buffered(count, { instanceKey: (self) => String(self) })
    expect(await keyed.call({ toString: () => '1' })).toBe(1)
    expect(await keyed.call({ toString: () => '1' })).toBe(1)
    expect(await keyed.call({ toString: () => '2' })).toBe(2)
    const plain = b.fetch.buffered(count)
    const selves: unknown[] = [{}, {}, 1, '1', 1n, true, undefined, () => 1, class {}]
    const first: number[] = []
    for (const self of selves) first.push(await plain.call(self))
    expect(new Set(first).size).toBe(selves.length)
    for (const [index, self] of selves.entries()) expect(await plain.call(self)).toBe(first[index])
  })
})

test.each<[string, object]>([
  ['the global object, as in a bundle that is not strict', globalThis],
  ['a module', Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } })],
  ['a module that was compiled to CommonJS', Object.defineProperty({}, '__esModule', { value: true })],
])('called on %s, it is called on nobody', async (_, self) => {
  await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
  let runs = 0
  const load = b.fetch.buffered(async () => ++runs, { name: 'load' })
  expect([await load(), await load.call(self as never), await load.cache.peek()]).toEqual([1, 1, 1])
  await load.cache.invalidate()
  expect(await load.call(self as never)).toBe(2)
})
