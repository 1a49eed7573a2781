import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Init, Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { closeDelimited, ok } from '../../helpers/origin/index.ts'
import { given, inspected } from '../download/given.ts'
import { ask, json, later, PAGE, page, typed } from './judging.ts'

// A18: what a guard would refuse is given to a caller who wants no fallback, and to nobody else.
const tiers: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['memory and sqlite', () => [memory(), sqlite(':memory:')]],
]
const tenYears = { headers: { 'Cache-Control': 'max-age=315360000' } }
const strict: Init = { holdfast: { fallback: false } }
const ways: [string, Init][] = [
  ['fallback: false', strict],
  ['a fallback.on without refusals', { holdfast: { fallback: { on: ['network', 'timeout', '5xx'] } } }],
]

describe.each(tiers)('over %s', (_, open) => {
  test.each(ways)('%s: the page for this caller, each time anew; the last good one for the others', async (_, his) => {
    await using g = await given({ tiers: open(), ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }), page(tenYears))
    await ask(g)
    expect(await ask(g, his)).toEqual({ status: 200, text: PAGE, outcome: 'miss' })
    expect(await ask(g)).toEqual({ status: 200, text: '{"a":1}', outcome: 'fallback' })
    expect(await ask(g, his)).toEqual({ status: 200, text: PAGE, outcome: 'revalidated' })
    expect(g.origin.hits('/f')).toBe(4)
    await later(g)
    expect(await ask(g)).toEqual({ status: 200, text: '{"a":1}', outcome: 'fallback' })
  })

  test('it is kept as failed, once, with the reason, and said so', async () => {
    await using g = await given({ tiers: open(), ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }), page(tenYears))
    await ask(g)
    for (let n = 0; n < 3; n += 1) {
      const response = await g.fetch(g.origin.url('/f'), strict)
      expect(await response.text()).toBe(PAGE)
      expect(inspected(response, n === 0 ? 'miss' : 'revalidated')).toMatchObject({
        version: { labels: ['failed'] },
        warnings: [expect.stringContaining("guard 'format'")],
      })
    }
    const versions = await g.fetch.entry(g.origin.url('/f')).versions()
    expect(versions.map(({ labels }) => labels)).toEqual([['failed'], []])
    expect(g.told('rejected').map(({ reason }) => reason)).toEqual([expect.stringContaining("guard 'format'")])
    expect(g.told('stored')).toHaveLength(1)
  })

  test('where another caller’s guard refused it before, he gets it all the same', async () => {
    await using g = await given({ tiers: open(), ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }), page(tenYears), page(tenYears), json({ a: 2 }))
    await ask(g)
    expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
    expect(await ask(g, strict)).toEqual({ status: 200, text: PAGE, outcome: 'revalidated' })
    expect(await ask(g, strict)).toEqual({ status: 200, text: '{"a":2}', outcome: 'miss' })
    await later(g)
    expect(await ask(g)).toMatchObject({ text: '{"a":2}' })
  })

  test('a page of many chunks: whole each time', async () => {
    await using g = await given({ tiers: open(), ttl: 'http' })
    const long = `<!doctype html>${pseudoRandom(1_500_000).toString('hex')}`
    g.origin.script('/f', json({ a: 1 }), typed(long, 'text/html', tenYears))
    await ask(g)
    for (let n = 0; n < 3; n += 1) {
      const response = await g.fetch(g.origin.url('/f'), strict)
      expect(sha256(await response.bytes())).toBe(sha256(Buffer.from(long)))
    }
    expect(await ask(g)).toMatchObject({ text: '{"a":1}' })
  })

  test('what ended with its connection does not take the place of what was proven', async () => {
    await using g = await given({ tiers: open(), ttl: 'http' })
    g.origin.script('/f', ok('the whole of it'), closeDelimited('the whole', tenYears))
    await ask(g)
    expect(await ask(g, strict)).toEqual({ status: 200, text: 'the whole', outcome: 'miss' })
    expect(await ask(g, { cache: 'force-cache' })).toMatchObject({ text: 'the whole of it' })
  })
})

test('what a person or a check refused is no guard’s word: REJECTED for him too', async () => {
  await using g = await given()
  g.origin.script('/f', json({ a: 1 }), json({ a: 2 }))
  await ask(g)
  const check = (): void => {
    throw new Error('not good')
  }
  expect(await ask(g, { holdfast: { check } })).toMatchObject({ outcome: 'fallback' })
  expect(await ask(g, strict)).toEqual({ rejected: 'REJECTED' })
})

test('his own check is asked of the page too', async () => {
  await using g = await given()
  g.origin.script('/f', json({ a: 1 }), page())
  await ask(g)
  const check = (): void => {
    throw new Error('no pages')
  }
  expect(await ask(g, { holdfast: { fallback: false, check } })).toEqual({ rejected: 'REJECTED' })
})

describe('where nobody else could have the version before either, the page is the answer for all', () => {
  const forAll = { text: PAGE, outcome: 'hit' }
  test('it is older than the instance allows', async () => {
    await using g = await given({ fallback: { maxStale: '1s' } })
    g.origin.script('/f', json({ a: 1 }), page(tenYears))
    await ask(g)
    await g.clock.advance(60_000)
    expect(await ask(g, strict)).toMatchObject({ text: PAGE })
    expect(await ask(g, { cache: 'force-cache' })).toMatchObject(forAll)
  })

  test('the entry’s own policy wants no fallback', async () => {
    await using g = await given({ ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }), page(tenYears))
    await ask(g)
    await g.fetch.entry(g.origin.url('/f')).setPolicy({ fallback: false })
    expect(await ask(g, strict)).toMatchObject({ text: PAGE })
    expect(await ask(g)).toMatchObject(forAll)
  })
})

test.each(ways)('two at one time, one of them with %s: each gets what his options say', async (_, his) => {
  for (const order of [
    [{}, his],
    [his, {}],
  ]) {
    await using g = await given({ ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }), page(tenYears))
    await ask(g)
    const came = await Promise.all(order.map((init) => ask(g, init)))
    expect(came.map(({ text }) => text)).toEqual(order.map((init) => (init === his ? PAGE : '{"a":1}')))
  }
})

test('many at one time who want no fallback: one request, and the page for each', async () => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', json({ a: 1 }), page(tenYears))
  await ask(g)
  const came = await Promise.all(Array.from({ length: 20 }, () => ask(g, strict)))
  expect(came.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, () => PAGE))
  expect(g.origin.hits('/f')).toBe(2)
})

test('what may not be stored is given, and not kept', async () => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', json({ a: 1 }), page({ headers: { 'Cache-Control': 'no-store' } }))
  await ask(g)
  expect(await ask(g, strict)).toEqual({ status: 200, text: PAGE, outcome: 'bypass' })
  expect(await g.fetch.entry(g.origin.url('/f')).versions()).toHaveLength(1)
})
