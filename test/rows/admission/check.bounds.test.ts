import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, CallOptions } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, inspected, rejection, seen } from '../download/given.ts'
import { ask, endless, later } from './judging.ts'

type Check = NonNullable<CallOptions['check']>
type Inner = (fetch: CachedFetch, url: string, init: { signal: AbortSignal }) => Promise<unknown>

const sameUrl: Inner = async (fetch, url, init) => (await fetch(url, init)).text()

describe('a check that never settles', () => {
  test('with nothing stored: HOOK at the deadline, by the clock', async () => {
    const { check, asked } = endless()
    await using g = await given({ check, timeouts: { deadline: '20s' } })
    g.origin.script('/f', ok('v1'))
    const call = rejection(g.fetch(g.origin.url('/f')))
    await asked
    await turnFor(g.clock, 19_000, 1_000)
    expect(await isSettled(call)).toBe(false)
    const error = await turnUntil(g.clock, call, { limit: 2_000 })
    expect(error).toMatchObject({ code: 'HOOK', url: g.origin.url('/f') })
    expect(error.attempts).toHaveLength(1)
    expect(g.origin.hits()).toBe(1)
  })

  test('with a version stored: that one, no later than the deadline', async () => {
    await using g = await given({ timeouts: { deadline: '20s' } })
    g.origin.script('/f', ok('v1'), ok('v2'))
    await ask(g)
    const { check, asked } = endless()
    const call = g.fetch(g.origin.url('/f'), { holdfast: { check } })
    await asked
    const response = await turnUntil(g.clock, call, { limit: 21_000 })
    expect(inspected(response, 'fallback').error).toMatchObject({ code: expect.stringMatching(/^(HOOK|TIMEOUT)$/) })
    expect(await response.text()).toBe('v1')
  })

  test('with a version in hand, fallback.after is the patience; the check goes on behind', async () => {
    await using g = await given({ fallback: { after: '10s' } })
    g.origin.script('/f', ok('v1'), ok('v2'))
    await ask(g)
    await g.clock.advance(1_000)
    const started = g.clock.monotonic()
    const verdict = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const check: Check = () => {
      asked.resolve()
      return verdict.promise
    }
    const call = ask(g, { holdfast: { check } })
    await asked.promise
    expect(await turnUntil(g.clock, call, { step: 500 })).toMatchObject({ text: 'v1', outcome: 'fallback' })
    expect(g.clock.monotonic() - started).toBeLessThanOrEqual(11_000)
    verdict.resolve()
    await turnUntil(g.clock, g.fetch.idle())
    expect(await ask(g, { cache: 'force-cache' })).toMatchObject({ text: 'v2', outcome: 'hit' })
  })

  test('its signal aborts then, and what it does afterwards is nobody else’s', async () => {
    const late: PromiseWithResolvers<void>[] = []
    const signals: AbortSignal[] = []
    const check: Check = (_, { signal }) => {
      signals.push(signal)
      const one = Promise.withResolvers<void>()
      late.push(one)
      return one.promise
    }
    await using g = await given({ check, timeouts: { deadline: '5s' } })
    g.origin.script('/f', ok('v1'))
    for (let n = 0; n < 2; n += 1) {
      const call = ask(g)
      while (signals.length === n) await rounds()
      expect(await turnUntil(g.clock, call, { limit: 6_000 })).toEqual({ rejected: 'HOOK' })
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    late[0]?.reject(new Error('too late'))
    late[1]?.resolve()
    await rounds()
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
    expect(g.told('rejected')).toEqual([])
  })

  test('nothing is known of the bytes: the next call asks again, and a check that passes takes them', async () => {
    await using g = await given({ timeouts: { deadline: '5s' } })
    g.origin.script('/f', ok('v1'))
    const { check, asked } = endless()
    const call = ask(g, { holdfast: { check } })
    await asked
    expect(await turnUntil(g.clock, call)).toEqual({ rejected: 'HOOK' })
    await later(g)
    expect(await ask(g, { holdfast: { check: () => undefined } })).toMatchObject({ text: 'v1', outcome: 'miss' })
  })

  test('other callers of the URL and of the host are not held up', async () => {
    await using g = await given({ limits: { concurrency: 1 } })
    g.origin.script('/f', ok('v1'))
    g.origin.script('/g', ok('other'))
    const { check, asked } = endless()
    const stuck = ask(g, { holdfast: { check } })
    await asked
    expect(await ask(g)).toMatchObject({ text: 'v1' })
    expect(await seen(g.fetch(g.origin.url('/g')))).toMatchObject({ text: 'other' })
    expect(await turnUntil(g.clock, stuck)).toMatchObject({ rejected: 'HOOK' })
  })

  test('the caller may leave: his reason, and the signal of the check aborts', async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const check: Check = (_, { signal }) => {
      started.resolve(signal)
      return new Promise(() => undefined)
    }
    await using g = await given({ check })
    g.origin.script('/f', ok('v1'))
    const [mine, why] = [new AbortController(), new Error('enough')]
    const call = g.fetch(g.origin.url('/f'), { signal: mine.signal }).catch((reason: unknown) => reason)
    const signal = await started.promise
    mine.abort(why)
    expect(await call).toBe(why)
    await rounds()
    expect(signal.aborted).toBe(true)
  })

  test('closing the instance does not wait for it', async () => {
    const { check, asked } = endless()
    const g = await given({ check })
    g.origin.script('/f', ok('v1'))
    const call = ask(g)
    await asked
    await turnUntil(g.clock, Promise.resolve(g[Symbol.asyncDispose]()))
    expect(await turnUntil(g.clock, call)).toEqual({ rejected: expect.stringMatching(/^(CLOSED|HOOK)$/) })
  })
})

describe.each([
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['both', () => [memory(), sqlite(':memory:')]],
] as const)('a check that calls the instance again; %s', (_, tiers) => {
  async function reentering(where: string, inner: Inner): Promise<unknown> {
    let depth = 0
    const asked = Promise.withResolvers<void>()
    const check: Check = async (_response, { signal }) => {
      depth += 1
      asked.resolve()
      if (depth === 1) await inner(g.fetch, g.origin.url('/f'), { signal })
    }
    const admission = { check, timeouts: { deadline: '10s' } }
    const onInstance = where === 'the instance'
    await using g = await given({ tiers: tiers(), limits: { concurrency: 1 }, ...(onInstance && admission) })
    g.origin.script('/f', ok('v1'), ok('v2'))
    g.origin.script('/g', ok('other'))
    const call = ask(g, onInstance ? {} : { holdfast: admission })
    await asked.promise
    return await turnUntil(g.clock, call, { limit: 15_000 })
  }
  const other = (url: string): string => url.replace('/f', '/g')

  const ways: [string, Inner][] = [
    ['another URL of the host', async (fetch, url, init) => (await fetch(other(url), init)).text()],
    ['another, whose body it does not read', (fetch, url, init) => fetch(other(url), init)],
    ['the same URL', sameUrl],
    ['the same URL, by reload', async (fetch, url, init) => (await fetch(url, { ...init, cache: 'reload' })).text()],
    ['the same URL, from the store alone', (fetch, url) => fetch(url, { cache: 'only-if-cached' }).catch(() => undefined)],
    ['has() and put()', async (fetch, url) => [await fetch.cache.has(url), await fetch.put(other(url), new Response('put'))]],
    [
      'an unsafe method, which invalidates it',
      async (fetch, url, init) => (await fetch(other(url), { ...init, method: 'PUT', body: 'x' })).text(),
    ],
  ]
  describe.each(['a call', 'the instance'])('which stands on %s', (where) => {
    test.each(ways)('%s', async (_way, inner) => {
      const own = where === 'the instance' && inner === sameUrl
      // It waits for the flight that waits for it: the deadline ends that, as it ends any check that does not settle.
      const came = own ? { rejected: 'HOOK' } : { status: 200, outcome: expect.stringMatching(/^(miss|revalidated)$/) }
      expect(await reentering(where, inner)).toMatchObject(came)
    })
  })
})
