import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Init, type Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { aFile, all, DAY, type History, history } from './histories.ts'

// A tier's bound is hard: least recently used entries go, but never what is pinned (design: retention; B103).
const bounded: [string, () => Store[]][] = [
  ['memory', () => [memory({ maxBytes: '2MB' })]],
  ['sqlite', () => [sqlite(':memory:', { maxBytes: '2MB' })]],
  ['a file', () => [sqlite(aFile(), { maxBytes: '2MB' })]],
  ['memory and a file', () => [memory({ maxBytes: '2MB' }), sqlite(aFile(), { maxBytes: '2MB' })]],
]
const sizes: [string, number][] = [
  ['inside its record', 20_000],
  ['in chunks of its own', 300_000],
]

/** Downloads other things until the tier has been filled twice. */
async function fill(g: History, name: string): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    g.origin.script(`/${name}${n}`, ok(pseudoRandom(200_000, `${name}${n}`)))
    await (await g.fetch(g.origin.url(`/${name}${n}`))).arrayBuffer()
  }
}

describe.each(bounded)('over %s of 2 MB', (_, tiers) => {
  test.each(sizes)('a pinned version stays, whatever comes, %s', async (_, size) => {
    const body = pseudoRandom(size, 'pinned')
    await using g = await history(tiers())
    await g.brings(body)
    await g.entry.pin()
    await fill(g, 'a')
    const [version] = await all(g.entry)
    expect(version).toMatchObject({ pinned: true, size })
    const kept = await g.fetch(g.url, { holdfast: { require: { pinned: true } } })
    expect(sha256(new Uint8Array(await kept.arrayBuffer()))).toBe(sha256(body))
    expect(g.told('evicted').length).toBeGreaterThan(0)
  })

  test.each(sizes)('unpinned, it goes as all else does, %s', async (_, size) => {
    await using g = await history(tiers())
    await g.brings(pseudoRandom(size, 'pinned'))
    const pin = await g.entry.pin()
    await fill(g, 'a')
    await pin.unpin()
    await fill(g, 'b')
    expect(await all(g.entry)).toEqual([])
  })
})

test.each(bounded)('over %s: pinned, called stale, and read since, it stays', async (_, tiers) => {
  await using g = await history(tiers())
  await g.brings('pinned')
  await g.entry.pin()
  await g.fetch.cache.invalidate({ url: g.url })
  const preferred = await g.fetch(g.url, { holdfast: { prefer: { pinned: true } } })
  expect(await preferred.text()).toBe('pinned')
  await fill(g, 'a')
  expect(await all(g.entry)).toMatchObject([{ pinned: true }])
})

test.each([':memory:', 'a file'])('over sqlite in %s a pin holds for as long as it was said', async (place) => {
  const clock = manualClock()
  await using g = await history([sqlite(place === 'a file' ? aFile() : place, { maxBytes: '2MB', clock })], {}, clock)
  await g.brings(pseudoRandom(300_000, 'pinned'))
  await g.entry.pin({ for: '1d' })
  await fill(g, 'a')
  expect(await all(g.entry)).toHaveLength(1)
  await g.clock.advance(DAY)
  await fill(g, 'b')
  expect(await all(g.entry)).toEqual([])
})

test.each(bounded)(
  'over %s: beside what is pinned there is no room, so what is new is answered, and not kept',
  async (_, tiers) => {
    await using g = await history(tiers())
    for (let n = 0; n < 12; n += 1) {
      g.origin.script(`/pinned${n}`, ok(pseudoRandom(200_000, `${n}`)))
      await (await g.fetch(g.origin.url(`/pinned${n}`))).arrayBuffer()
      // The last ones may not have been kept at all; then there is nothing to pin.
      await g.fetch
        .entry(g.origin.url(`/pinned${n}`))
        .pin()
        .catch((error: unknown) => expect(error).toMatchObject({ code: 'VERSION_NOT_FOUND' }))
    }
    await g.atOnce('new')
    expect(await (await g.fetch(g.url)).text()).toBe('new')
    const first = await g.fetch(g.origin.url('/pinned0'), { holdfast: { require: { pinned: true } } })
    expect(sha256(new Uint8Array(await first.arrayBuffer()))).toBe(sha256(pseudoRandom(200_000, '0')))
  },
)

describe.each<[string, () => Store[]]>([
  ['memory', () => [memory()]],
  ['a file', () => [sqlite(aFile())]],
  ['memory and a file', () => [memory(), sqlite(aFile())]],
])('over %s, what varies by a header that differs with each request', (_, tiers) => {
  test('has 250 variants: the ones confirmed longest ago go, never a pinned one', async () => {
    const clock = manualClock(Date.now())
    let asked = 0
    const answer = async (): Promise<Response> => new Response(`${++asked}`, { headers: { Vary: 'X-Name' } })
    await using fetch = createCachedFetch({ tiers: tiers(), clock, ttl: '1h', fetch: answer })
    const url = 'https://example.org/f'
    const named = (n: number): Init => ({ headers: { 'X-Name': `n${n}` } })
    const get = async (n: number): Promise<string> => (await fetch(url, named(n))).text()
    const gone: number[] = []
    fetch.on('evicted', ({ bytes }) => gone.push(bytes))
    for (let n = 1; n <= 260; n += 1) {
      expect(await get(n)).toBe(`${n}`)
      if (n === 1) await fetch.entry(url, named(n)).pin()
      await clock.advance(1)
    }
    await fetch.idle()
    const [entry] = await Array.fromAsync(fetch.cache.entries())
    expect(entry?.versions).toBe(251)
    expect(gone.length).toBe(9)
    expect([await get(260), await get(11), await get(1)]).toEqual(['260', '11', '1'])
    expect(await get(2)).toBe('261')
  })
})
