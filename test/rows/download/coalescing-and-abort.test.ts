import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { byRequest, counting, gate, gatedBody, hang, ok, stall, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { codeOf, die, given, inspected, seen } from './given.ts'

const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n))

describe('one obtain for all who wait', () => {
  test('a thousand callers, one request, a Response for each', async () => {
    await using g = await given()
    const late = gate(ok('fine'))
    g.origin.script('/f', late)
    const calls = many(1_000, () => g.fetch(g.origin.url('/f')))
    await late.arrived
    late.release()
    const responses = await Promise.all(calls)
    expect(new Set(responses).size).toBe(1_000)
    expect(new Set(await Promise.all(responses.map((response) => response.text())))).toEqual(new Set(['fine']))
    expect(g.origin.hits()).toBe(1)
    expect(responses.filter((response) => /; collapsed(;|$)/.test(response.headers.get('cache-status') ?? ''))).toHaveLength(999)
  })

  test('at every request anew, but together where they meet', async () => {
    await using g = await given({ ttl: 0 })
    g.origin.script('/n', counting())
    const get = async (): Promise<string> => (await g.fetch(g.origin.url('/n'))).text()
    expect([await get(), await get()]).toEqual(['1', '2'])
    expect(await Promise.all(many(5, get))).toEqual(many(5, () => '3'))
    await die(g.origin)
    expect(await seen(g.fetch(g.origin.url('/n')))).toEqual({ status: 200, text: '3', outcome: 'fallback' })
  })

  test('a failure is shared too: one series of attempts, an error for each', async () => {
    await using g = await given()
    g.origin.script('/f', status(503, {}, 'busy'))
    expect(await Promise.all(many(20, () => seen(g.fetch(g.origin.url('/f')))))).toEqual(
      many(20, () => ({ status: 503, text: 'busy', outcome: 'miss' })),
    )
    expect(g.origin.hits()).toBe(6)
    await die(g.origin)
    const failures = await Promise.all(many(20, () => g.fetch(g.origin.url('/f')).catch((error: unknown) => error)))
    expect(failures.map(codeOf)).toEqual(many(20, () => 'CONNECT'))
    expect(g.told('attempt')).toHaveLength(12)
  })

  test('another credential, another group, another digest: another obtain', async () => {
    await using g = await given()
    const late = gate(byRequest(({ headers }) => ok(headers.authorization ?? 'nobody')))
    g.origin.script('/f', late)
    const integrity = `sha256-${createHash('sha256').update('nobody').digest('base64')}`
    const inits = [
      { headers: { Authorization: 'a' } },
      { headers: { Authorization: 'b' } },
      {},
      { holdfast: { group: 'g' } },
      { integrity },
    ]
    const calls = inits.map(async (init) => (await g.fetch(g.origin.url('/f'), init)).text())
    await late.atLeast(5)
    late.release()
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'nobody', 'nobody', 'nobody'])
  })

  test('when the answer names a header in which a waiter differs, that waiter walks again', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gate(
      byRequest(({ headers }) => ok(`in ${headers['accept-language']}`, { headers: { Vary: 'Accept-Language' } })),
    )
    g.origin.script('/f', late)
    const inLanguage = async (language: string): Promise<string> =>
      (await g.fetch(g.origin.url('/f'), { headers: { 'Accept-Language': language } })).text()
    const calls = ['de', 'en', 'de', 'fr'].map(inLanguage)
    await late.arrived
    late.release()
    expect(await Promise.all(calls)).toEqual(['in de', 'in en', 'in de', 'in fr'])
    expect(g.origin.hits()).toBe(3)
    expect(await Promise.all(['en', 'fr', 'de'].map(inLanguage))).toEqual(['in en', 'in fr', 'in de'])
    expect(g.origin.hits()).toBe(3)
  })
})

describe('each caller has a signal of its own', () => {
  const abortable = (g: Awaited<ReturnType<typeof given>>, path = '/f') => {
    const controller = new AbortController()
    return { controller, call: seen(g.fetch(g.origin.url(path), { signal: controller.signal })) }
  }

  test('the first one leaves, then all but one of the rest: that one has its answer, from the one request', async () => {
    await using g = await given()
    const late = gatedBody('fine', 2)
    g.origin.script('/f', late)
    const callers = many(100, () => abortable(g))
    await late.arrived
    callers[0]?.controller.abort(new RangeError('first'))
    expect(await callers[0]?.call).toEqual({ rejected: 'RangeError' })
    for (const { controller } of callers.slice(1, 99)) controller.abort()
    const left = await Promise.all(callers.slice(1, 99).map(({ call }) => call))
    expect(left).toEqual(many(98, () => ({ rejected: 'AbortError' })))
    late.release()
    expect(await callers[99]?.call).toEqual({ status: 200, text: 'fine', outcome: 'miss' })
    expect(g.origin.hits()).toBe(1)
  })

  test.each([
    ['before the headers', hang()],
    ['in the middle of the body', stall('x'.repeat(1_000), 500)],
  ])('when all have left %s, the connection closes and no timer stays', async (_, step) => {
    await using g = await given()
    g.origin.script('/f', step)
    const callers = many(10, () => abortable(g))
    await rounds()
    expect(g.origin.inFlight).toBe(1)
    for (const { controller } of callers) controller.abort()
    expect(await Promise.all(callers.map(({ call }) => call))).toEqual(many(10, () => ({ rejected: 'AbortError' })))
    expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
    expect(await isSettled(g.fetch.idle())).toBe(true)
    expect(g.clock.pending).toBe(0)
    await turnFor(g.clock, 120_000, 10_000)
    expect(g.origin.hits()).toBe(1)
  })

  test('a caller that comes after all have left starts anew', async () => {
    await using g = await given()
    g.origin.script('/f', hang(), ok('fine'))
    const first = abortable(g)
    await rounds()
    first.controller.abort()
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
    expect(await first.call).toEqual({ rejected: 'AbortError' })
  })

  test('aborted before the call: nothing is asked, the reason is the very one', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', ok('fine'))
    await g.fetch(g.origin.url('/f'))
    const reason = { mine: true }
    const told = await g.fetch(g.origin.url('/f'), { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error)
    expect(told).toBe(reason)
    expect(g.origin.hits()).toBe(1)
  })

  test('waiting for a ticket: the abort leaves the queue, the one before is not disturbed', async () => {
    await using g = await given({ limits: { concurrency: 1 } })
    const late = gate(ok('fine'))
    g.origin.script('/slow', late)
    g.origin.script('/f', ok('never asked'))
    const slow = seen(g.fetch(g.origin.url('/slow')))
    await late.arrived
    const queued = abortable(g)
    await rounds()
    queued.controller.abort()
    expect(await queued.call).toEqual({ rejected: 'AbortError' })
    late.release()
    expect(await slow).toMatchObject({ text: 'fine' })
    await turnUntil(g.clock, g.fetch.idle())
    expect(g.origin.hits('/f')).toBe(0)
  })

  test('a Response once handed out is not tied to the signal', async () => {
    await using g = await given()
    g.origin.script('/f', ok('fine'))
    const controller = new AbortController()
    const response = await g.fetch(g.origin.url('/f'), { signal: controller.signal })
    controller.abort()
    expect(await response.text()).toBe('fine')
  })
})

test('what a caller does to its Response, its headers or its bytes changes nothing in the cache', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', ok('fine', { headers: { 'X-Mark': 'right' } }))
  for (let n = 0; n < 3; n += 1) {
    const response = await g.fetch(g.origin.url('/f'))
    expect([response.headers.get('x-mark'), response.headers.get('x-more')]).toEqual(['right', null])
    response.headers.set('X-Mark', 'wrong')
    response.headers.append('X-More', 'wrong')
    const bytes = await response.bytes()
    expect(Buffer.from(bytes).toString()).toBe('fine')
    bytes.fill(0)
    const { version } = inspected(response, n === 0 ? 'miss' : 'hit')
    version.headers.set('X-Mark', 'wrong')
    version.storedAt.setTime(0)
  }
  expect(g.origin.hits()).toBe(1)
})
