import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { die, seen } from '../download/given.ts'
import { all, DAY, HOUR, history, places, textOf, thrownBy } from './histories.ts'

// Seeded by hand: an import is a version like any other, in its place in time.
describe.each(places)('over %s', (_, tiers) => {
  test('answered without a request; labels as given; bytes as given', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    const body = Uint8Array.from([0, 255, 10, 13])
    const info = await g.fetch.put(g.url, new Response(body, { headers: { 'Content-Type': 'x/y' } }), {
      labels: ['valid', 'import'],
    })
    expect([...info.labels].toSorted()).toEqual(['import', 'valid'])
    const answer = await g.fetch(g.url)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body)
    expect(answer.headers.get('content-type')).toBe('x/y')
    expect([g.origin.hits('/f'), info.size]).toEqual([0, 4])
  })

  test('with a time of its own: versions put in any order are in the order of their times for asOf', async () => {
    await using g = await history(tiers())
    const now = g.clock.now()
    for (const [text, ago] of [
      ['old', 3],
      ['middle', 2],
      ['new', 1],
    ] as const) {
      await g.fetch.put(g.url, new Response(text), { storedAt: new Date(now - ago * DAY) })
    }
    const asOf = async (ago: number): Promise<string> => textOf(g.entry, { asOf: new Date(now - ago * DAY) })
    expect([await asOf(2.5), await asOf(1.5), await asOf(0.5), await asOf(4)]).toEqual(['old', 'middle', 'new', '(none)'])
    expect((await all(g.entry)).map(({ storedAt }) => storedAt.getTime())).toEqual([now - DAY, now - 2 * DAY, now - 3 * DAY])
  })

  test('put behind what is newer, as an import is, it does not become current, and asOf finds each in its time', async () => {
    await using g = await history(tiers(), { versions: { keep: 3 } })
    const now = g.clock.now()
    for (const [text, ago] of [
      ['new', 1],
      ['old', 3],
      ['middle', 2],
      ['oldest', 4],
    ] as const) {
      await g.fetch.put(g.url, new Response(text), { storedAt: new Date(now - ago * DAY) })
    }
    const asOf = async (ago: number): Promise<string> => textOf(g.entry, { asOf: new Date(now - ago * DAY) })
    expect([await asOf(3.5), await asOf(2.5), await asOf(1.5), await asOf(0.5)]).toEqual(['(none)', 'old', 'middle', 'new'])
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'new', outcome: 'fallback' })
  })

  test('the same bytes put twice are one version; labels add up', async () => {
    await using g = await history(tiers())
    await g.fetch.put(g.url, new Response('x'), { labels: ['aa'] })
    await g.clock.advance(HOUR)
    await g.fetch.put(g.url, new Response('x'), { labels: ['bb'] })
    const versions = await all(g.entry)
    expect(versions).toHaveLength(1)
    expect([...(versions[0]?.labels ?? [])].toSorted()).toEqual(['aa', 'bb'])
  })

  test('a label that was taken off is there again, whatever the time that the version is given', async () => {
    await using g = await history(tiers())
    await g.fetch.put(g.url, new Response('x'), { labels: ['aa', 'bb'] })
    await g.entry.unlabel('aa')
    await g.entry.unlabel('bb')
    const ago = new Date(g.clock.now() - DAY)
    expect((await g.fetch.put(g.url, new Response('x'), { labels: ['aa'], storedAt: ago })).labels).toEqual(['aa'])
    expect((await g.fetch.put(g.url, new Response('x'), { labels: ['bb'] })).labels.toSorted()).toEqual(['aa', 'bb'])
    expect((await all(g.entry)).map(({ labels }) => labels.toSorted())).toEqual([['aa', 'bb']])
  })

  test('it is fallen back to when the origin is gone, also by another instance on the same tiers', async () => {
    await using g = await history(tiers())
    await g.fetch.put(g.url, new Response('seed'))
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'seed', outcome: 'fallback' })
    expect(await seen(g.fetch.extend({ mode: 'offline' })(g.url))).toMatchObject({ text: 'seed' })
  })

  test('wrong labels and times are refused by name before anything is stored', async () => {
    await using g = await history(tiers())
    for (const [name, options] of [
      ['label', { labels: ['a b'] }],
      ['label', { labels: ['ok', 'latest'] }],
      ['storedAt', { storedAt: new Date(Number.NaN) }],
      ['lables', { lables: ['aa'] }],
    ] as const) {
      const error = await thrownBy(() => g.fetch.put(g.url, new Response('x'), options as object))
      expect([error instanceof TypeError, error.message], name).toEqual([true, expect.stringContaining(name)])
    }
    expect(await all(g.entry)).toEqual([])
  })
})

test('the answer to a POST, a DELETE or a HEAD is refused, for a GET would be answered with it; to a safe POST it is kept for this one', async () => {
  await using g = await history([memory()], { rules: [{ match: ({ url }) => url.endsWith('/safe'), safe: true }], ttl: '1h' })
  for (const method of ['POST', 'DELETE', 'HEAD']) {
    const error = await thrownBy(() => g.fetch.put(new Request(g.url, { method }), new Response('of another kind')))
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining(`put: "${method}"`)])
  }
  expect(await g.fetch.cache.has(g.url)).toBe(false)
  const safe = g.origin.url('/safe')
  await g.fetch.put(new Request(safe, { method: 'POST', body: 'q' }), new Response('found'))
  expect(await (await g.fetch(safe, { method: 'POST', body: 'q' })).text()).toBe('found')
  expect(await g.fetch.cache.has(safe)).toBe(false)
})
