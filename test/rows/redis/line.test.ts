import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { redis } from '../../../adapters/stores/redis.ts'
import { describeRedis, somePrefix } from '../../adapters/redis/servers.ts'
import type { TcpFaults } from '../../helpers/tcp-proxy.ts'
import { anInstance, heard } from '../stores/given.ts'
import { another, aPlace, judged, LISTS, type Place, serve, timed } from './given.ts'

// A bad line to a Redis that is well (X04 to X06).

/** How many positions are tried of each kind of break: few in a run of all tests, more by hand (HOLDFAST_POSITIONS=500). */
const POSITIONS = Number(process.env.HOLDFAST_POSITIONS ?? 12)

describeRedis.each(LISTS)('X04 %s', (_, list) => {
  test.each<[string, TcpFaults]>([
    ['latency 200 with jitter 150', { latency: 200, jitter: 150 }],
    ['50 KB a second', { rate: 50_000 }],
    ['three bytes at a time', { slice: 3 }],
  ])('%s: right, and memory hides it from hits', async (_how, faults) => {
    const place = await aPlace()
    const paths = ['/b/200/a', '/b/300/b', '/b/20000/c']
    serve(place.origin, paths)
    place.line.use(faults)
    const fetch = anInstance({ tiers: list(place.redis()) })
    for (const path of paths) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    for (const path of paths) {
      const [outcome, ms] = await timed(() => judged(fetch(place.origin.url(path)), path))
      expect(outcome).toBe('right')
      expect(ms).toBeLessThan(100)
    }
    expect(place.origin.requests()).toHaveLength(paths.length)
    const other = another(place)
    for (const path of paths) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    place.line.use({})
  })
})

const TALK = ['/b/100/a', '/b/300/b', '/b/2000/c', '/b/66000/d']

/** Stored by one process, read by the next, all at once over one connection. What any of them took for something else, it says. */
async function conversation(place: Place): Promise<string[]> {
  const url = `redis://127.0.0.1:${place.line.port}`
  const prefix = somePrefix()
  const said: string[] = []
  for (let n = 0; n < 2; n++) {
    const fetch = anInstance({ tiers: [redis(url, { prefix, private: 'allow' })], storeTimeout: '2s' })
    fetch.on('warning', ({ warning }) => {
      // A body that cannot be read now is asked for anew: that is as it should be.
      if (!warning.includes('cannot be reached')) said.push(warning)
    })
    said.push(...(await Promise.all(TALK.map((path) => judged(fetch(place.origin.url(path)), path)))))
    await fetch.idle()
    await fetch.close()
    await place.forgetLeases()
  }
  return said
}

describeRedis('X05 the connection breaks', () => {
  test.each(['end', 'reset'] as const)(
    '%s, after each of many positions: right, and no reply is taken for another',
    async (how) => {
      const place = await aPlace()
      serve(place.origin, TALK)
      place.line.use({})
      await conversation(place)
      const whole = place.line.passed
      expect(whole).toBeGreaterThan(2 * 66_000)
      let broken = 0
      for (let n = 0; n < POSITIONS; n++) {
        const bytes = Math.floor(((n + 0.5) * whole) / POSITIONS)
        place.line.use({ breakAfter: { bytes, how } })
        const said = await conversation(place)
        expect(said, `after ${bytes} bytes`).toEqual(said.map(() => 'right'))
        if (place.line.broken) broken++
      }
      expect(broken).toBeGreaterThan(POSITIONS * 0.8)
    },
    120_000 + POSITIONS * 500,
  )
})

describeRedis('X06 corruption', () => {
  test.each<[string, TcpFaults]>([
    ['each 100,000th byte that Redis says', { corruptEvery: 100_000 }],
    ['each 100,000th byte both ways', { corruptEvery: 100_003, corrupts: 'both' }],
    ['each 997th byte that Redis says', { corruptEvery: 997 }],
    ['each 997th byte both ways', { corruptEvery: 997, corrupts: 'both' }],
  ])('%s: a miss, and right', async (_how, faults) => {
    const place = await aPlace()
    const paths = Array.from({ length: 12 }, (_, n) => `/b/${[500, 70_000, 130_000][n % 3]}/${n}`)
    serve(place.origin, paths)
    place.line.use(faults)
    for (let n = 0; n < 2; n++) {
      const fetch = anInstance({ tiers: [memory(), place.redis()] })
      for (const path of paths) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
      await fetch.idle()
      await fetch.close()
    }
    expect(place.line.corrupted, 'the line did what it is for').toBeGreaterThan(5)
    // A healthy line afterwards: what was stored over the bad one is right, or is not used.
    place.line.use({})
    const fetch = anInstance({ tiers: [memory(), place.redis()] })
    const warnings = heard(fetch, 'warning')
    for (const path of paths) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    for (const { warning } of warnings) expect(warning).toMatch(/^redis: /)
  })
})
