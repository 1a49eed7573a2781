import { setImmediate as round } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { ok } from '../../helpers/origin/index.ts'
import { startRedis, until } from '../../helpers/redis.ts'
import { anInstance, heard } from '../stores/given.ts'
import { another, aPlace, bodyOf, judged, LISTS, type Place, PUBLIC, serve } from './given.ts'

// What was stored is gone, in whole or in part: a miss, fetched again, and never a hole (X07 to X09).
const SMALL = ['/b/100/a', '/b/70000/b', '/b/2500000/c']
const LARGE = '/b/6000000/large'

async function filled(place: Place, paths: readonly string[]): Promise<void> {
  serve(place.origin, paths)
  const fetch = anInstance({ tiers: [memory(), place.redis()], storeTimeout: '5s' })
  for (const path of paths) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
  await fetch.idle()
}

describeRedis.each(LISTS)('X07 %s: restarted empty', (_, list) => {
  test('a miss and no error, and it is used again', async () => {
    const place = await aPlace()
    await filled(place, SMALL)
    const fetch = anInstance({ tiers: list(place.redis()) })
    const before = place.origin.requests().length
    expect(await judged(fetch(place.origin.url(SMALL[0] ?? '')), SMALL[0] ?? '')).toBe('right')
    expect(place.origin.requests().length).toBe(before)
    await using fresh = await startRedis()
    place.line.retarget(fresh.port)
    for (const path of SMALL) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    const other = another(place)
    for (const path of SMALL) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    await other.idle()
    const third = another(place)
    const asked = place.origin.requests().length
    for (const path of SMALL) expect(await judged(third(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length).toBe(asked)
  })
})

describeRedis('X07 FLUSHALL', () => {
  test('in the middle of a chunked read: the stream ends right, from the origin, and never has a hole', async () => {
    const place = await aPlace()
    await filled(place, [LARGE])
    // Without memory before it a body of six chunks is read from Redis as it is asked for.
    const fetch = another(place, { storeTimeout: '5s' })
    const response = await fetch(place.origin.url(LARGE))
    const reader = response.body?.getReader()
    const first = await reader?.read()
    place.server.cli('FLUSHALL')
    const got: Uint8Array[] = [first?.value ?? new Uint8Array(0)]
    const end = await readAll(reader, got)
    const bytes = Buffer.concat(got)
    expect(end).toBe('ended')
    expect(bytes.equals(bodyOf(LARGE)), 'the rest is the origin’s').toBe(true)
    await fetch.idle()
    expect(await judged(fetch(place.origin.url(LARGE)), LARGE), 'which is kept again').toBe('right')
    expect(place.origin.hits(LARGE)).toBe(2)
  })

  test('again and again, while eight readers read and write', async () => {
    const place = await aPlace()
    await filled(place, SMALL)
    const fetch = anInstance({ tiers: [memory({ maxEntryBytes: '1KB' }), place.redis()], storeTimeout: '5s' })
    let reading = true
    const flushing = (async () => {
      while (reading) {
        await place.ask('FLUSHALL')
        for (let n = 0; n < 200 && reading; n++) await round()
      }
    })()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, reader) => {
        const path = SMALL[reader % 3] ?? ''
        const seen: string[] = []
        for (let n = 0; n < 10; n++) seen.push(await judged(fetch(place.origin.url(path)), path))
        return seen
      }),
    )
    reading = false
    await flushing
    for (const outcome of outcomes.flat()) expect(outcome).toMatch(/^(right$|broken: )/)
    expect(outcomes.flat()).toContain('right')
  })
})

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, got: Uint8Array[]): Promise<unknown> {
  try {
    for (;;) {
      const piece = await reader?.read()
      if (piece === undefined || piece.done) return 'ended'
      got.push(piece.value)
    }
  } catch (error) {
    return error
  }
}

describeRedis('X08 a Redis that is full', () => {
  const paths = Array.from({ length: 24 }, (_, n) => `/b/${n % 2 === 0 ? 1_200_000 : 30_000}/${n}`)

  test.each(['allkeys-lru', 'volatile-ttl', 'noeviction'])(
    '%s: what is there is right, what is not there is a miss',
    async (policy) => {
      const place = await aPlace(['--maxmemory', `${8 * 1024 * 1024}`, '--maxmemory-policy', policy])
      serve(place.origin, paths)
      const fetch = anInstance({ tiers: [memory(), place.redis()], storeTimeout: '5s' })
      const errors = heard(fetch, 'tier-error')
      for (const path of paths) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
      await fetch.idle()
      // Values without an end are not for volatile-ttl to give up, so it refuses too. No refusal is taken for a write.
      const refused = errors.filter(({ error }) => /it is full/.test(error.message))
      expect(refused.length > 0).toBe(policy !== 'allkeys-lru')
      const before = place.origin.requests().length
      const other = anInstance({ tiers: [memory(), place.redis()], storeTimeout: '5s' })
      const told = heard(other, 'lookup')
      // Those that were used last are there, if any are.
      for (const path of paths.toReversed()) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
      await other.idle()
      expect(place.origin.requests().length, 'some were given up').toBeGreaterThan(before)
      expect(
        told.some(({ tier }) => tier === 'redis'),
        'and some are there',
      ).toBe(true)
    },
  )

  test('room again: it is used again, and is brought what it did not take', async () => {
    const place = await aPlace(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    serve(place.origin, SMALL)
    const fetch = anInstance({ tiers: [memory(), place.redis()] })
    for (const path of SMALL) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    await fetch.idle()
    expect(await place.keys('h1:v:')).toEqual([])
    await place.ask('CONFIG', 'SET', 'maxmemory', '0')
    await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    await until(async () => (await place.keys('h1:v:')).length === SMALL.length)
    const other = another(place)
    for (const path of SMALL) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length).toBe(SMALL.length)
  })
})

describeRedis.each(LISTS)('X09 %s', (_, list) => {
  test.each([
    ['chunks before the entry', 'h1:c:'],
    ['the entry before its chunks', 'h1:e:'],
    ['versions before the entry', 'h1:v:'],
  ])('%s: a miss, and right', async (_what, kind) => {
    const place = await aPlace()
    await filled(place, SMALL)
    const gone = await place.keys(kind)
    expect(gone.length).toBeGreaterThan(0)
    for (const key of gone) await place.ask('PEXPIREAT', key, '1')
    const fetch = anInstance({ tiers: list(place.redis()) })
    const errors = heard(fetch, 'tier-error')
    for (const path of SMALL) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    await fetch.idle()
    expect(errors).toEqual([])
    // Written anew, and whole.
    const other = another(place)
    const asked = place.origin.requests().length
    for (const path of SMALL) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length).toBe(asked)
  })
})

describeRedis('X09 a chunk from the middle', () => {
  test('of an answer that the origin has just confirmed: it ends right, from the origin', async () => {
    const place = await aPlace()
    place.origin.script(LARGE, ok(bodyOf(LARGE), { ...PUBLIC, etag: '"1"', conditional: true }))
    const url = place.origin.url(LARGE)
    const before = another(place)
    expect(await judged(before(url), LARGE)).toBe('right')
    await before.idle()
    const fetch = another(place)
    const confirmed = await fetch(url, { cache: 'no-cache' })
    await fetch.idle()
    for (const key of await place.keys('h1:c:')) if (key.endsWith(':3')) await place.ask('DEL', key)
    expect(await judged(Promise.resolve(confirmed), LARGE)).toBe('right')
    expect(place.origin.hits(LARGE)).toBe(3)
  })
})
