import { describe, expect, test } from 'vitest'
import type { Options } from '../../../src/index.ts'
import { byRequest, gate, hang, ok } from '../../helpers/origin/index.ts'
import { rounds, turnFor } from '../../helpers/turning.ts'
import { type Given, given, many } from './company.kit.ts'
import { codeOf, inspected, seen } from './given.ts'

// For how long callers may go along with one who asks already, and what ends that.

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
    g.origin.script(
      '/f',
      byRequest(({ method }) => ok(method === 'POST' ? 'done' : 'new')),
    )
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
    expect(Object.fromEntries(ends.map(([name, at]) => [name, at - since]))).toEqual({
      first: 10_000,
      near: 10_000,
      later: 15_000,
    })
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
