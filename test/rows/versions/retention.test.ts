import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { byRequest, ok, startOrigin, status } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { all, DAY, HOUR, history, MINUTE, places, textOf } from './histories.ts'

// What is collected: beyond the newest `keep` and older than `keepFor`; never the last good one (B120, B85).
describe.each(places)('over %s', (_, tiers) => {
  test('two are kept unless told otherwise: the newest ones', async () => {
    await using g = await history(tiers(), { versions: {} })
    await g.brings('1', '2', '3', '4', '5')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['4', '5'])
    expect((await all(g.entry)).at(-1)?.previous).toBeUndefined()
  })

  test('keep 1, keep 3', async () => {
    for (const [keep, left] of [
      [1, ['5']],
      [3, ['3', '4', '5']],
    ] as const) {
      await using g = await history(tiers(), { versions: { keep } })
      await g.brings('1', '2', '3', '4', '5')
      await g.fetch.cache.sweep()
      expect(await g.texts()).toEqual(left)
    }
  })

  test('keepFor: beyond the newest, and older than that; both', async () => {
    await using g = await history(tiers(), { versions: { keep: 1, keepFor: 150 * MINUTE } })
    await g.brings('1', '2', '3', '4', '5')
    // One an hour, the last an hour ago: they are 5, 4, 3, 2 and 1 hours old.
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['4', '5'])
    await g.clock.advance(DAY)
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['5'])
  })

  test('the count is for each variant', async () => {
    await using g = await history(tiers(), { versions: { keep: 2 } })
    let n = 0
    const numbered = byRequest((request) => {
      n += 1
      return ok(`${request.headers.accept} ${n}`, { headers: { Vary: 'Accept' } })
    })
    g.origin.script('/v', numbered)
    for (const accept of ['json', 'csv', 'csv', 'csv', 'csv']) {
      await (await g.fetch(g.origin.url('/v'), { headers: { accept }, cache: 'reload' })).text()
      await g.clock.advance(HOUR)
    }
    await g.fetch.cache.sweep()
    await die(g.origin)
    const left = async (accept: string): Promise<string[]> => {
      const entry = g.fetch.entry(g.origin.url('/v'), { headers: { accept } })
      return Promise.all((await all(entry)).map(({ id }) => textOf(entry, id)))
    }
    expect((await left('csv')).filter((text) => text.startsWith('csv'))).toEqual(['csv 5', 'csv 4'])
    expect((await left('json')).filter((text) => text.startsWith('json'))).toEqual(['json 1'])
    expect((await seen(g.fetch(g.origin.url('/v'), { headers: { accept: 'json' } }))).text).toBe('json 1')
  })

  test('the last good one stays, however many came after it: labelled valid', async () => {
    await using g = await history(tiers(), { versions: { keep: 1 } })
    await g.brings('good')
    await g.entry.label('valid')
    await g.brings('2', '3', '4')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['good', '4'])
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'good', outcome: 'fallback' })
  })

  test('failed ones push no good one out, and are not kept without end', async () => {
    await using g = await history(tiers(), { versions: { keep: 2, keepFailed: 3 } })
    await g.brings('1', '2')
    const check = async (response: Response): Promise<void> => {
      if ((await response.text()).startsWith('x')) throw new Error('an x')
    }
    for (const bad of ['x1', 'x2', 'x3', 'x4', 'x5']) {
      g.origin.script('/f', ok(bad))
      expect((await seen(g.fetch(g.url, { cache: 'reload', holdfast: { check } }))).text).toBe('2')
      await g.clock.advance(HOUR)
    }
    await g.fetch.cache.sweep()
    const texts = await g.texts()
    expect(texts.filter((text) => !text.startsWith('x'))).toEqual(['1', '2'])
    expect(['x3', 'x4', 'x5']).toEqual(expect.arrayContaining(texts.filter((text) => text.startsWith('x'))))
    expect((await seen(g.fetch(g.url, { cache: 'force-cache' }))).text).toBe('2')
  })

  test('a rule may say how many are kept', async () => {
    const rules = [{ match: (request: Request) => request.url.endsWith('/f'), versions: { keep: 4 } }]
    await using g = await history(tiers(), { versions: { keep: 1 }, rules })
    g.origin.script('/g', ok('a'))
    await seen(g.fetch(g.origin.url('/g')))
    g.origin.script('/g', ok('b'))
    await seen(g.fetch(g.origin.url('/g')))
    await g.brings('1', '2', '3', '4', '5')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2', '3', '4', '5'])
    expect(await all(g.fetch.entry(g.origin.url('/g')))).toHaveLength(1)
  })

  test('failures: the last three that gave up, newest or oldest first but no more', async () => {
    await using g = await history(tiers(), { fallback: { cooldown: 0 } })
    await g.brings('1', '2')
    for (const code of [500, 501, 502, 503]) {
      g.origin.script('/f', status(code))
      await seen(g.fetch(g.url, { cache: 'reload' }))
      await g.clock.advance(HOUR)
    }
    const codes = (await g.entry.failures()).map((attempts) => attempts.at(-1)?.status ?? 0)
    expect(codes.toSorted((a, b) => a - b)).toEqual([501, 502, 503])
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2'])
  })
})

test('nobody sweeps by hand: a day later only what is kept is left', async () => {
  await using g = await history([sqlite(':memory:')], { versions: { keep: 2 } })
  await g.brings('1', '2', '3', '4', '5')
  for (let hour = 0; hour < 24; hour += 1) {
    await g.clock.advance(HOUR)
    await g.fetch.idle()
  }
  expect(await g.texts()).toEqual(['4', '5'])
})

test('what is collected is gone from the chain: the ones left know each other', async () => {
  await using g = await history([sqlite(':memory:')], { versions: { keep: 1 } })
  await g.brings('1')
  await g.entry.pin()
  await g.brings('2', '3')
  const [first] = await g.ids()
  await g.fetch.cache.sweep()
  // B41: the middle of three is gone.
  expect(inspect(await g.fetch(g.url, { cache: 'force-cache' }))).toMatchObject({ version: { previous: first } })
  expect((await all(g.entry)).map(({ next, previous }) => [previous, next])).toEqual([
    [first, undefined],
    [undefined, (await g.ids())[1]],
  ])
})

test('a clock that is set back keeps no version more', async () => {
  const clock = manualClock()
  let back = 0
  const set = {
    ...clock,
    now: () => clock.now() - back,
    monotonic: () => clock.monotonic(),
    setTimeout: clock.setTimeout.bind(clock),
  }
  await using fetch = createCachedFetch({ tiers: [memory()], clock: set, ttl: 0, versions: { keep: 1 } })
  await using origin = await startOrigin({ clock })
  for (const body of ['1', '2', '3', '4']) {
    origin.script('/f', ok(body))
    await (await fetch(origin.url('/f'), { cache: 'reload' })).text()
    back += 3_600_000
  }
  expect(await fetch.entry(origin.url('/f')).versions({ limit: 0 })).toHaveLength(1)
})
