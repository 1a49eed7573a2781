import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Options } from '../../../src/index.ts'
import { byRequest, counting, gate, hang, ok, type Origin, startOrigin, status } from '../../helpers/origin/index.ts'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { codeOf, die, inspected, seen } from './given.ts'

// Callers who ask what somebody asks just now go along with that one. Nobody listens to look-ups here: who is told of each has each of them look.

interface Given extends AsyncDisposable {
  readonly clock: ManualClock
  readonly origin: Origin
  readonly fetch: CachedFetch
}

async function given(options: Options = {}): Promise<Given> {
  const clock = manualClock()
  const origin = await startOrigin({ clock })
  const fetch = createCachedFetch({ tiers: [memory()], clock, random: () => 0, ttl: 0, ...options })
  return {
    clock,
    origin,
    fetch,
    async [Symbol.asyncDispose]() {
      origin.kill()
      await fetch.close()
      await origin.close()
    },
  }
}

const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n))
const collapsed = (response: Response): boolean => /; collapsed(;|$)/.test(response.headers.get('cache-status') ?? '')

describe('what each has of it', () => {
  test('a Response of its own, collapsed into the first, without what was set for who asked', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gate(ok('fine', { headers: { 'Set-Cookie': 'a=b', 'X-Mark': 'right' } }))
    g.origin.script('/f', late)
    const calls = many(100, () => g.fetch(g.origin.url('/f')))
    await late.arrived
    late.release()
    const responses = await Promise.all(calls)
    expect(new Set(responses).size).toBe(100)
    expect(responses.map(collapsed)).toEqual([false, ...many(99, () => true)])
    expect(responses.map(({ headers }) => headers.getSetCookie().length)).toEqual([1, ...many(99, () => 0)])
    responses[1]?.headers.set('X-Mark', 'wrong')
    ;(await responses[1]?.bytes())?.fill(0)
    expect(responses[2]?.headers.get('x-mark')).toBe('right')
    expect(await responses[2]?.text()).toBe('fine')
    for (const response of responses) inspected(response, 'miss')
    expect(g.origin.hits()).toBe(1)
  })

  test('all are counted, of the instance and of the entry, and are in its account', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', ok('fine'))
    await Promise.all(many(100, () => g.fetch(g.origin.url('/f'))))
    expect(g.fetch.cache.stats()).toMatchObject({ requests: 100, misses: 100, hits: 0 })
    const entry = g.fetch.entry(g.origin.url('/f'))
    expect(await entry.stats()).toMatchObject({ requests: 100, hits: 0 })
    expect(await entry.explain()).toMatch(/ms, 99 callers: miss, version/)
  })

  test('of a failure an error of its own, and it is in the account too', async () => {
    await using g = await given()
    await die(g.origin)
    const errors = await Promise.all(many(20, () => g.fetch(g.origin.url('/f')).catch((error: unknown) => error)))
    expect(errors.map(codeOf)).toEqual(many(20, () => 'CONNECT'))
    expect(new Set(errors).size).toBe(20)
    expect(g.fetch.cache.stats()).toMatchObject({ requests: 0 })
    expect(await g.fetch.entry(g.origin.url('/f')).explain()).toMatch(/ms, 19 callers: no answer, CONNECT/)
  })

  test('an error status with nothing to fall back to is an answer for each', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', status(503, {}, 'busy'))
    const answers = await Promise.all(many(5, () => seen(g.fetch(g.origin.url('/f')))))
    expect(answers).toEqual(many(5, () => ({ status: 503, text: 'busy', outcome: 'miss' })))
    expect([g.origin.hits(), g.fetch.cache.stats().requests]).toEqual([1, 5])
  })

  test('of a fallback the event, and the count', async () => {
    await using g = await given()
    g.origin.script('/f', ok('fine'))
    await g.fetch(g.origin.url('/f'))
    const told: unknown[] = []
    g.fetch.on('fallback', (event) => told.push(event))
    await die(g.origin)
    const answers = await Promise.all(many(5, () => seen(g.fetch(g.origin.url('/f')))))
    expect(answers).toEqual(many(5, () => ({ status: 200, text: 'fine', outcome: 'fallback' })))
    expect(told).toHaveLength(5)
    expect(g.fetch.cache.stats()).toMatchObject({ requests: 6, fallbacks: 5 })
  })
})

describe('who asks alone', () => {
  test('where every other request may have another answer', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', counting({ headers: { Vary: '*' } }))
    const texts = await Promise.all(many(5, async () => (await g.fetch(g.origin.url('/f'))).text()))
    expect(new Set(texts).size).toBe(5)
  })

  test('of a stream', async () => {
    await using g = await given()
    g.origin.script('/f', ok('data: 1\n\n', { headers: { 'Content-Type': 'text/event-stream' } }))
    const responses = await Promise.all(many(3, () => g.fetch(g.origin.url('/f'))))
    for (const response of responses) inspected(response, 'bypass')
    expect(g.origin.hits()).toBe(3)
    await Promise.all(responses.map(({ body }) => body?.cancel()))
  })

  test('who says more than a URL', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gate(byRequest(({ headers }) => ok(headers['accept-language'] ?? '', { headers: { Vary: 'Accept-Language' } })))
    g.origin.script('/f', late)
    const url = g.origin.url('/f')
    const calls = [{}, { headers: { 'Accept-Language': 'de' } }, { holdfast: { group: 'g' } }, { holdfast: { partition: 'p' } }]
    const texts = calls.map(async (init) => (await g.fetch(url, init)).text())
    await late.atLeast(3)
    late.release()
    expect(await Promise.all(texts)).toEqual(['*', 'de', '*', '*'])
  })

  test('who is told of each look-up hears one for each', async () => {
    await using g = await given()
    const heard: unknown[] = []
    g.fetch.on('lookup', (event) => heard.push(event))
    g.origin.script('/f', ok('fine'))
    await Promise.all(many(5, () => g.fetch(g.origin.url('/f'))))
    expect([heard.length, g.origin.hits()]).toEqual([5, 1])
  })

  test('where a rule asks code of the user, which may think better of it', async () => {
    let asked = 0
    await using g = await given({ rules: [{ match: () => ++asked % 2 === 0, group: 'even' }] })
    g.origin.script('/f', ok('fine'))
    await Promise.all(many(4, () => g.fetch(g.origin.url('/f'))))
    expect([asked, g.origin.hits()]).toEqual([4, 2])
  })

  test('another door of the same house, with options of its own', async () => {
    await using g = await given()
    const child = g.fetch.extend({ group: 'child' })
    g.origin.script('/f', ok('fine'))
    await Promise.all([g.fetch, child, g.fetch, child].map((door) => door(g.origin.url('/f'))))
    expect(g.origin.hits()).toBe(2)
  })
})

describe('who comes when something has changed looks anew', () => {
  /** Somebody waits, and then this happens. */
  async function waiting(options: Options = {}): Promise<Given & { url: string; first: Promise<string>; release: () => void }> {
    const g = await given({ ttl: '1h', ...options })
    const late = gate(ok('old'))
    g.origin.script('/f', late, ok('new'))
    const url = g.origin.url('/f')
    const first = g.fetch(url).then((response) => response.text())
    await late.arrived
    return { ...g, url, first, release: late.release }
  }

  test('a version that was put is a hit, and nobody waits for it', async () => {
    await using g = await waiting()
    await g.fetch.put(g.url, new Response('put'))
    expect(await seen(g.fetch(g.url))).toEqual({ status: 200, text: 'put', outcome: 'hit' })
    g.release()
    expect(await g.first).toBe('old')
  })

  test.each<[string, (g: Given & { url: string }) => Promise<unknown>]>([
    ['by url', ({ fetch, url }) => fetch.cache.invalidate({ url })],
    ['by tag', ({ fetch }) => fetch.cache.invalidate({ tag: 't' })],
    ['by group', ({ fetch }) => fetch.cache.invalidate({ group: 'default' })],
    ['by an unsafe method', ({ fetch, url }) => fetch(url, { method: 'POST' })],
  ])('an invalidation: %s', async (_, change) => {
    await using g = await waiting()
    g.origin.script('/f', byRequest(({ method }) => ok(method === 'POST' ? 'done' : 'new')))
    await change(g)
    expect(await (await g.fetch(g.url)).text()).toBe('new')
    g.release()
    expect(await g.first).toBe('old')
  })

  test('who comes when the first has its answer has a hit', async () => {
    await using g = await waiting()
    g.release()
    expect(await g.first).toBe('old')
    expect(await seen(g.fetch(g.url))).toEqual({ status: 200, text: 'old', outcome: 'hit' })
  })
})

describe('patience', () => {
  test('who comes later has its own; who comes within a thousandth of it has that of the first', async () => {
    await using g = await given({ fallback: { after: '10s' } })
    g.origin.script('/f', ok('fine'), hang())
    const url = g.origin.url('/f')
    await g.fetch(url)
    const ends: [string, number][] = []
    const call = (name: string): Promise<unknown> =>
      g.fetch(url).then((response) => {
        inspected(response, 'fallback')
        ends.push([name, g.clock.monotonic()])
      })
    const since = g.clock.monotonic()
    const calls = [call('first')]
    await turnFor(g.clock, 10, 5)
    calls.push(call('near'))
    await turnFor(g.clock, 4_990, 1_000)
    calls.push(call('later'))
    await turnFor(g.clock, 12_000, 1_000)
    await Promise.all(calls)
    expect(Object.fromEntries(ends.map(([name, at]) => [name, at - since]))).toEqual({ first: 10_000, near: 10_000, later: 15_000 })
  })

  test('one who leaves leaves alone: those who came along wait on', async () => {
    await using g = await given()
    const late = gate(ok('fine'))
    g.origin.script('/f', late)
    const url = g.origin.url('/f')
    const controller = new AbortController()
    const leaver = g.fetch(url, { signal: controller.signal }).catch((error: unknown) => error)
    const stayers = many(3, () => seen(g.fetch(url)))
    await late.arrived
    controller.abort(new RangeError('enough'))
    expect(await leaver).toBeInstanceOf(RangeError)
    late.release()
    expect(await Promise.all(stayers)).toEqual(many(3, () => ({ status: 200, text: 'fine', outcome: 'miss' })))
    expect(g.origin.hits()).toBe(1)
  })

  test('when the instance is closed each is told so, and nothing is left waiting', async () => {
    await using g = await given()
    g.origin.script('/f', hang())
    const calls = many(5, () => g.fetch(g.origin.url('/f')).catch((error: unknown) => error))
    await rounds()
    await g.fetch.close()
    expect((await Promise.all(calls)).map(codeOf)).toEqual(many(5, () => 'CLOSED'))
    expect(await g.fetch(g.origin.url('/f')).catch(codeOf)).toBe('CLOSED')
  })
})
