import { expect, test } from 'vitest'
import type { RedisOptions } from '../../../adapters/stores/redis.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { ok } from '../../helpers/origin/index.ts'
import { type Stopwatch, stopwatch } from '../../helpers/own-time.ts'
import { until } from '../../helpers/redis.ts'
import { anInstance, heard } from '../stores/given.ts'
import { another, aPlace, judged, LISTS, type Place, PUBLIC, serve, timed } from './given.ts'

// Redis gone, and back: a broken tier is a quick miss, and nobody waits for it (X01 to X03, B09, B173).

/** Milliseconds: the time limit of a remote store, with room for a machine that is busy. */
const LIMIT = 250
const ROOM = 200

/** The longest pause between two trials of a tier that is left alone. */
const PROBE = 5_000

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `/b/300/${n}`)

function withTiers(place: Place, list: (typeof LISTS)[number][1], options?: RedisOptions) {
  const fetch = anInstance({ tiers: list(place.redis(options)) })
  return { fetch, states: heard(fetch, 'tier-state'), errors: heard(fetch, 'tier-error') }
}

describeRedis.each(LISTS)('%s', (_, list) => {
  test('X01 down at start: served at once, said so, and used when it is there', async () => {
    const place = await aPlace()
    const paths = names(40)
    serve(place.origin, paths)
    await place.line.down()
    const { fetch, states, errors } = withTiers(place, list)
    for (const path of paths) {
      const [outcome, ms] = await timed(() => judged(fetch(place.origin.url(path)), path))
      expect(outcome).toBe('right')
      expect(ms).toBeLessThan(LIMIT + ROOM)
    }
    await fetch.idle()
    expect(states.at(-1)).toMatchObject({ tier: 'redis', state: expect.stringMatching(/open/) })
    expect(errors[0]?.error.message).toMatch(/cannot be reached/)
    expect((await fetch.cache.ready()).tiers.at(-1)).toMatchObject({ name: 'redis', state: 'open', error: expect.any(Error) })
    await place.line.up()
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    await fetch.idle()
    // What it missed is brought to it: another process has it all, and asks the origin for nothing.
    const other = another(place)
    for (const path of paths) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length).toBe(paths.length)
  })

  test('X02 down in the midst of 1,000 calls, and up again', async () => {
    const place = await aPlace()
    const paths = names(200)
    serve(place.origin, paths)
    const { fetch, states } = withTiers(place, list)
    const calls = paths.flatMap((path) => Array.from({ length: 5 }, () => path))
    let sinceUp: Stopwatch | undefined
    for (let at = 0; at < calls.length; at += 10) {
      if (at === 300) await place.line.down()
      if (at === 700) {
        await place.line.up()
        sinceUp = stopwatch()
      }
      const outcomes = await Promise.all(calls.slice(at, at + 10).map((path) => judged(fetch(place.origin.url(path)), path)))
      expect(outcomes).toEqual(outcomes.map(() => 'right'))
    }
    await until(() => states.at(-1)?.state === 'closed')
    expect(sinceUp?.ms()).toBeLessThan(PROBE + LIMIT + ROOM)
    sinceUp?.[Symbol.dispose]()
    expect(states.map(({ state }) => state)).toContain('open')
    // On a busy machine it may have been left alone once more since.
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    await fetch.idle()
    expect(place.origin.requests().length).toBe(paths.length)
    const other = another(place)
    for (const path of paths) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length, 'nothing is missing there').toBe(paths.length)
  })

  test.each([
    ['blackhole', (place: Place) => place.line.use({ silence: 'blackhole' }), (place: Place) => place.line.use({})],
    ['freeze', (place: Place) => place.line.use({ silence: 'freeze' }), (place: Place) => place.line.use({})],
    ['SIGSTOP', (place: Place) => place.server.freeze(), (place: Place) => place.server.thaw()],
  ])('X03 %s: no call waits longer than the time limit, and with the breaker open none waits', async (how, stop, go) => {
    const place = await aPlace()
    const paths = names(120)
    serve(place.origin, paths)
    const clock = manualClock()
    const { fetch, states } = withTiers(place, list, how === 'blackhole' ? { clock } : {})
    for (const path of paths.slice(0, 20)) await judged(fetch(place.origin.url(path)), path)
    await fetch.idle()
    stop(place)
    const costs: number[] = []
    for (const path of paths.slice(20)) {
      const [outcome, ms] = await timed(() => judged(fetch(place.origin.url(path)), path))
      expect(outcome).toBe('right')
      costs.push(ms)
    }
    expect(Math.max(...costs)).toBeLessThan(LIMIT + ROOM)
    expect(costs.filter((ms) => ms > LIMIT).length, 'one call, or two, find out').toBeLessThanOrEqual(3)
    expect(costs.toSorted((a, b) => a - b)[Math.floor(costs.length / 2)]).toBeLessThan(LIMIT / 2)
    expect(states).toContainEqual({ tier: 'redis', state: 'open' })
    go(place)
    // What was lost in a black hole is never answered: its connection is given up when nothing has been for ten seconds.
    if (how === 'blackhole') await clock.advance(10_000)
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    const other = another(place)
    await fetch.idle()
    for (const path of paths) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
  })
})

describeRedis.each(LISTS)('%s: what it missed while it was away', (_, list) => {
  test('a deletion, also where all that came after it is private', async () => {
    const place = await aPlace()
    const url = place.origin.url('/f')
    const { fetch } = withTiers(place, list)
    place.origin.script('/f', ok('for all', PUBLIC))
    await (await fetch(url)).text()
    await fetch.idle()
    await place.line.down()
    await fetch.entry(url).delete()
    place.origin.script('/f', ok('for one', { headers: { 'Cache-Control': 'private, max-age=600' } }))
    expect(await (await fetch(url)).text()).toBe('for one')
    await place.line.up()
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    await fetch.idle()
    expect(await another(place).entry(url).versions()).toEqual([])
    expect(await (await fetch(url)).text()).toBe('for one')
  })
})
