import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { byRequest, counting, gate, notModified, ok } from '../../helpers/origin/index.ts'
import { die, given, seen } from '../download/given.ts'
import { aFile, all, another, DAY, HOUR, SECOND } from '../versions/histories.ts'
import { pass } from './kit.ts'

// Five ways to stay current. Two of them work without a caller: by age in refresh.every.test.ts, by a calendar in refresh.cron.test.ts.

describe('never: ttl Infinity (B60)', () => {
  test('one request ever, also after ten years and a restart', async () => {
    const file = aFile()
    const options = { ttl: 'http' as const, rules: [{ match: '/static/*', ttl: Number.POSITIVE_INFINITY }] }
    await using g = await given({ tiers: [memory(), sqlite(file)], ...options })
    const url = g.origin.url('/static/f')
    g.origin.script('/static/f', counting())
    await seen(g.fetch(url))
    await g.clock.advance(3_653 * DAY)
    expect(await seen(g.fetch(url))).toMatchObject({ text: '1', outcome: 'hit' })
    await g.fetch.close()
    const after = another(g, [memory(), sqlite(file)], options)
    expect(await seen(after(url))).toMatchObject({ text: '1', outcome: 'hit' })
    expect(g.origin.hits()).toBe(1)
  })
})

describe('at each request: ttl 0 (B63)', () => {
  test('one after the other each asks; at once they share one request and one value', async () => {
    await using g = await given({ ttl: 0 })
    const url = g.origin.url('/n')
    g.origin.script('/n', counting())
    expect([(await seen(g.fetch(url))).text, (await seen(g.fetch(url))).text]).toEqual(['1', '2'])
    const slow = gate(ok('3'))
    g.origin.script('/n', slow)
    const five = Promise.all([1, 2, 3, 4, 5].map(() => seen(g.fetch(url))))
    await slow.arrived
    slow.release()
    expect((await five).map(({ text }) => text)).toEqual(['3', '3', '3', '3', '3'])
    expect(slow.arrivals).toBe(1)
  })

  test('the stored one is a net: the origin is down, and the last value is the answer', async () => {
    await using g = await given({ ttl: 0, retry: false })
    g.origin.script('/n', counting())
    await seen(g.fetch(g.origin.url('/n')))
    await die(g.origin)
    expect(await seen(g.fetch(g.origin.url('/n')))).toMatchObject({ text: '1', outcome: 'fallback' })
  })
})

describe('when it has changed: conditional revalidation', () => {
  test('etags a, a, b: the body is sent twice, there are two versions, and a 304 renews the time (B64)', async () => {
    await using g = await given({ ttl: '30d', refresh: { every: '6h' } })
    const url = g.origin.url('/f')
    g.origin.script('/f', ok('first', { etag: '"a"' }), notModified(), ok('second', { etag: '"b"' }))
    await seen(g.fetch(url))
    const [before] = await all(g.fetch.entry(url))
    await pass(g, 6 * HOUR + SECOND)
    const [renewed] = await all(g.fetch.entry(url))
    expect(renewed?.id).toBe(before?.id)
    expect((renewed?.checkedAt.getTime() ?? 0) - (before?.checkedAt.getTime() ?? 0)).toBeGreaterThanOrEqual(6 * HOUR)
    await pass(g, 6 * HOUR + SECOND)
    expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"', '"a"'])
    expect((await all(g.fetch.entry(url))).map(({ size }) => size)).toEqual([6, 5])
    expect(await seen(g.fetch(url))).toMatchObject({ text: 'second', outcome: 'hit' })
  })

  test('by date where there is no tag', async () => {
    await using g = await given({ ttl: '30d', refresh: { every: '6h' } })
    const date = 'Wed, 14 Jan 2026 08:00:00 GMT'
    g.origin.script('/f', ok('x', { headers: { 'last-modified': date } }), notModified())
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 6 * HOUR + SECOND)
    expect(g.origin.requests('/f')[1]?.headers['if-modified-since']).toBe(date)
    expect(g.told('stored')).toHaveLength(1)
  })

  test('where the server tells nothing it is sent again, and equal bytes are no new version (B65)', async () => {
    await using g = await given({ ttl: '30d', refresh: { every: '1d' } })
    const url = g.origin.url('/f')
    g.origin.script('/f', ok('the same'))
    await seen(g.fetch(url))
    await pass(g, 6 * HOUR)
    expect(g.origin.hits('/f')).toBe(1)
    await pass(g, 18 * HOUR + SECOND)
    expect(g.origin.hits('/f')).toBe(2)
    const [held, ...older] = await all(g.fetch.entry(url))
    expect(older).toHaveLength(0)
    expect(held?.checkedAt.getTime()).toBeGreaterThan(held?.storedAt.getTime() ?? 0)
  })

  test('a server that lies: a new tag on the same bytes is no version; new bytes under the old tag are seen by who insists (B66)', async () => {
    await using g = await given({ ttl: '30d', refresh: { every: '6h' } })
    const url = g.origin.url('/f')
    g.origin.script(
      '/f',
      ok('same', { etag: '"a"' }),
      ok('same', { etag: '"b"' }),
      byRequest(({ headers }) => lying(headers)),
    )
    await seen(g.fetch(url))
    await pass(g, 6 * HOUR + SECOND)
    expect(await all(g.fetch.entry(url))).toHaveLength(1)
    await pass(g, 6 * HOUR + SECOND)
    expect(await seen(g.fetch(url))).toMatchObject({ text: 'same' })
    expect(await seen(g.fetch(url, { cache: 'reload' }))).toMatchObject({ text: 'other' })
    expect(await all(g.fetch.entry(url))).toHaveLength(2)
  })
})

const lying = (headers: Record<string, unknown>): ReturnType<typeof ok> =>
  headers['if-none-match'] === undefined ? ok('other', { etag: '"b"' }) : notModified()
