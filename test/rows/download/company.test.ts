import { describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { byRequest, counting, gate, ok, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, many } from './company.kit.ts'
import { codeOf, die, inspected, seen } from './given.ts'

// Callers who ask what somebody asks just now go along with that one.

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
    for (const { body } of responses) await body?.cancel()
  })

  test.each<[string, Init | undefined, Record<string, string>]>([
    ['a stream', undefined, { 'Content-Type': 'text/event-stream' }],
    ['a stream, who says more than a URL', {}, { 'Content-Type': 'text/event-stream' }],
    ['what is for one request', undefined, { Vary: '*' }],
    ['what is for one request, who says more than a URL', {}, { Vary: '*' }],
  ])('of %s, all at once: nobody waits for the one before', async (_, init, headers) => {
    await using g = await given()
    const [first, others] = [gate(ok('1', { headers })), gate(ok('n', { headers }))]
    g.origin.script('/f', first, others)
    const calls = many(4, () => g.fetch(g.origin.url('/f'), init))
    await first.arrived
    await rounds()
    first.release()
    await others.atLeast(3)
    others.release()
    expect((await Promise.all((await Promise.all(calls)).map((response) => response.text()))).sort()).toEqual([
      '1',
      'n',
      'n',
      'n',
    ])
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
