import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { after, type Stubbed, stubbed, until } from './stub.ts'

// B08, H05: a host that is dead costs one series of attempts, and not one for each caller.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

interface World {
  mood: 'up' | 'dead' | 'silent'
}

/** A host that refuses connections; or that answers, 20 ms later. */
function worldly(world: World) {
  return async (): Promise<Response | Error> => {
    await after(20)
    if (world.mood === 'silent') await after(5_000)
    if (world.mood === 'up') return new Response('fine')
    return Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
  }
}

const url = (name: string | number): string => `http://h.example/${name}`

/** So many URLs stored, then a host that is known to be down. */
async function down(s: Stubbed, world: World, stored: readonly (string | number)[]): Promise<void> {
  for (const name of stored) await until(s.fetch(url(name)))
  world.mood = 'dead'
  for (const name of ['d1', 'd2']) await until(s.fetch(url(name)).catch(() => undefined))
  expect(s.fetch.cache.hosts()).toMatchObject([{ host: 'h.example:80', state: 'down' }])
}

test('down after failures of the network in a row: what is stored answers at once, and the origin is not asked', async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({}, worldly(world))
  const names = Array.from({ length: 50 }, (_, n) => n)
  await down(s, world, names)
  const asked = s.reached.length
  const since = Date.now()
  for (const name of names) {
    const response = await s.fetch(url(name))
    const info = inspect(response)
    expect(info).toMatchObject({ outcome: 'fallback', error: { code: 'CONNECT' } })
    expect(info?.outcome === 'fallback' && info.error.message).toContain('h.example:80 is down: ')
  }
  expect([s.reached.length - asked, Date.now() - since]).toEqual([0, 0])
  expect(s.told.at(-1)).toMatchObject({ host: 'h.example:80', state: 'down', until: expect.any(Date) })
})

test('half open: one probe at a time, the others have what is stored; open again with the first answer', async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({}, worldly(world))
  await down(s, world, [1, 2, 3, 4])
  await vi.advanceTimersByTimeAsync(10_000)
  const asked = s.reached.length
  world.mood = 'up'
  const probe = s.fetch(url(1))
  await vi.advanceTimersByTimeAsync(5)
  expect(inspect(await s.fetch(url(2)))?.outcome).toBe('fallback')
  expect(s.reached.length - asked).toBe(1)
  expect(inspect(await until(probe))?.outcome).toBe('revalidated')
  expect(s.told.at(-1)).toMatchObject({ state: 'open' })
  expect(inspect(await until(s.fetch(url(3))))?.outcome).toBe('revalidated')
  expect(s.fetch.cache.hosts()).toEqual([])
})

test('with nothing stored they wait for what becomes of the probe, and are asked for when it comes back', async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({ limits: { concurrency: 3 } }, worldly(world))
  await down(s, world, [])
  world.mood = 'up'
  const before = s.reached.length
  const calls = Array.from({ length: 10 }, (_, n) => s.fetch(url(`new${n}`)))
  await vi.advanceTimersByTimeAsync(10)
  expect(s.reached.length - before).toBe(1)
  expect(s.fetch.cache.hosts()).toMatchObject([{ running: 1, queued: 9, state: 'down' }])
  const answers = await until(Promise.all(calls))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(s.peak()).toBeLessThanOrEqual(3)
})

test('a probe that fails speaks for all who wait: fifty callers cost a handful of requests, one at a time', async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({ retry: { attempts: 6 } }, worldly(world))
  await down(s, world, [])
  const before = s.reached.length
  const outcomes = await until(
    Promise.all(Array.from({ length: 50 }, (_, n) => s.fetch(url(`new${n}`)).catch((error: unknown) => error))),
  )
  for (const error of outcomes) expect(error).toBeInstanceOf(HoldfastError)
  expect(outcomes).toMatchObject(Array(50).fill({ code: 'CONNECT' }))
  expect(s.fetch.cache.hosts()).toMatchObject([{ queued: 0, running: 0, state: 'down' }])
  // Without it there would be 300.
  expect(s.reached.length - before).toBeLessThanOrEqual(12)
})

test('who leaves while waiting for a probe leaves at once; a probe whose caller leaves is made by the next', async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({}, worldly(world))
  await down(s, world, [])
  world.mood = 'silent'
  const [prober, waiter] = [new AbortController(), new AbortController()]
  const probing = s.fetch(url('p'), { signal: prober.signal }).catch(() => 'left')
  await vi.advanceTimersByTimeAsync(10)
  const waiting = s.fetch(url('w'), { signal: waiter.signal }).catch(() => 'left')
  const staying = s.fetch(url('s'))
  await vi.advanceTimersByTimeAsync(10)
  waiter.abort()
  expect(await waiting).toBe('left')
  world.mood = 'up'
  prober.abort()
  expect(await probing).toBe('left')
  expect((await until(staying)).status).toBe(200)
})

describe('what does not make a host down', () => {
  test('one URL that breaks for ever', async () => {
    await using s = stubbed({ retry: { attempts: 20 } }, ({ url: asked }) =>
      asked.endsWith('/bad')
        ? Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } })
        : new Response('fine'),
    )
    await until(s.fetch(url('bad')).catch(() => undefined))
    expect(s.told).toEqual([])
    expect((await until(s.fetch(url('good')))).status).toBe(200)
  })

  test('statuses, however many', async () => {
    await using s = stubbed({}, () => new Response('no', { status: 500 }))
    for (let n = 0; n < 5; n++) await until(s.fetch(url(n)))
    expect(s.told).toEqual([])
  })

  test('callers who give up', async () => {
    await using s = stubbed({ timeouts: { deadline: '100ms' }, retry: false }, () =>
      after(60_000).then(() => new Response('late')),
    )
    for (let n = 0; n < 10; n++) await until(s.fetch(url(n)).catch(() => undefined))
    expect(s.told).toEqual([])
    await vi.advanceTimersByTimeAsync(60_000)
  })

  test('failures with an answer between', async () => {
    let n = 0
    await using s = stubbed({ retry: { attempts: 2 } }, () => {
      n += 1
      return n % 4 === 0
        ? new Response('fine')
        : Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
    })
    for (let m = 0; m < 20; m++) await until(s.fetch(url(m)).catch(() => undefined))
    expect(s.told).toEqual([])
  })
})

test("cache: 'no-cache' insists: it goes to look itself", async () => {
  const world: World = { mood: 'up' }
  await using s = stubbed({}, worldly(world))
  await down(s, world, [1])
  world.mood = 'up'
  expect(inspect(await until(s.fetch(url(1), { cache: 'no-cache' })))?.outcome).toBe('revalidated')
})

test('another than the probe has its answer: who waits for a probe that hangs goes on', async () => {
  const gone = Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) })
  await using s = stubbed({ retry: false }, async ({ url: asked }) => {
    if (asked.endsWith('slow')) return after(1_000).then(() => new Response('slow'))
    if (asked.endsWith('probe')) return after(20_000).then(() => gone)
    return asked.endsWith('mine') ? new Response('fine') : gone
  })
  const slow = s.fetch(url('slow'))
  await vi.advanceTimersByTimeAsync(10)
  await until(Promise.allSettled(Array.from({ length: 6 }, (_, n) => s.fetch(url(n)))))
  const probe = s.fetch(url('probe')).catch(() => 'gone')
  await vi.advanceTimersByTimeAsync(10)
  const mine = s.fetch(url('mine'))
  await vi.advanceTimersByTimeAsync(10)
  expect(s.fetch.cache.hosts()).toMatchObject([{ running: 2, queued: 1, state: 'down' }])
  expect(await (await until(slow, { limit: 2_000 })).text()).toBe('slow')
  expect(await (await until(mine, { limit: 100 })).text()).toBe('fine')
  await until(probe)
})
