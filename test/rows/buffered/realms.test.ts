import { runInNewContext, runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { bench, thrownBy } from './kit.ts'

/** As under Jest, where what the platform makes is of another realm than the code of a test. */
const elsewhere = (text: string): unknown => runInNewContext(text)

const VALUES: [string, string][] = [
  ['a list', '[1, { b: [2] }]'],
  ['a Date', 'new Date(7)'],
  ['a Map', 'new Map([[1, new Set([2])]])'],
  ['a pattern', '/a/g'],
  ['views of memory', '[new Uint8Array([1]), new Float64Array([2]), new ArrayBuffer(3), new DataView(new ArrayBuffer(4))]'],
  ['an error', 'new RangeError("far", { cause: new TypeError("near") })'],
  ['nothing but data', '({ a: [], b: {} })'],
]

describe('what is of another realm is what it would be in this one', () => {
  test.each(VALUES)('%s: a result', async (_, text) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(() => {
      runs++
      return elsewhere(text)
    })
    for (let n = 0; n < 2; n++) expect(await load()).toStrictEqual(runInThisContext(text))
    expect(runs).toBe(1)
  })

  test.each(VALUES.filter(([name]) => name !== 'an error'))('%s: an argument', async (_, text) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(async (given: unknown) => (given === undefined ? 0 : ++runs))
    for (const given of [elsewhere(text), elsewhere(text), runInThisContext(text)]) expect(await load(given)).toBe(1)
  })
})

test('JSON, and what is frozen, of another realm', async () => {
  await using b = await bench()
  const load = b.fetch.buffered(async () => elsewhere('Object.freeze({ list: Object.freeze([1]) })'), { codec: 'json' })
  const [first, second] = [await load(), await load()]
  expect(second).toStrictEqual({ list: [1] })
  expect(second).toBe(first)
})

test('an instance of a class that is called as one of the platform is still refused', async () => {
  await using b = await bench()
  for (const text of ['new (class Map { #of = 1 })()', 'new (class extends Map {})()', 'new (class List extends Array {})()']) {
    const load = b.fetch.buffered(async (given: unknown) => given)
    expect(String(await thrownBy(load(elsewhere(text))))).toMatch(/^TypeError: args\[0\]: an instance of/)
    const give = b.fetch.buffered(async () => elsewhere(text))
    expect(String(await thrownBy(give()))).toMatch(/^TypeError: result: an instance of/)
  }
})
