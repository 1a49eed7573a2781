import { expect, test, vi } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { startConnectHole } from '../../helpers/connect-hole.ts'
import { echo, gate, hang, ok, stall, status, trickleHeaders } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { type Given, given, inspected, rejection, seen } from './given.ts'

test('no headers: TIMEOUT after timeouts.headers, then another attempt', async () => {
  await using g = await given({ timeouts: { headers: '7s' } })
  g.origin.script('/f', hang(), ok('fine'))
  const response = await turnUntil(g.clock, g.fetch(g.origin.url('/f')))
  const [first] = inspected(response, 'miss').attempts
  expect(first?.error?.code).toBe('TIMEOUT')
  expect(first?.ms).toBe(7_000)
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
})

test('30 s for headers where nothing is said', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', hang())
  const call = rejection(g.fetch(g.origin.url('/f')))
  await turnFor(g.clock, 29_900)
  expect(await isSettled(call)).toBe(false)
  await turnFor(g.clock, 200)
  expect((await call).code).toBe('TIMEOUT')
})

test('a head that trickles does not start the time anew', async () => {
  await using g = await given({ retry: false, timeouts: { headers: '5s' } })
  g.origin.script('/f', trickleHeaders(ok('x'), { bytes: 1, everyMs: 2 }))
  const error = await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))))
  expect(error.code).toBe('TIMEOUT')
})

test('silence in the body: STALLED after timeouts.stall', async () => {
  await using g = await given({ retry: false, timeouts: { stall: '4s' } })
  g.origin.script('/f', stall('x'.repeat(1000), 500))
  const call = rejection(g.fetch(g.origin.url('/f')))
  await turnFor(g.clock, 3_900)
  expect(await isSettled(call)).toBe(false)
  await turnFor(g.clock, 200)
  const error = await call
  expect(error.code).toBe('STALLED')
  expect(error.attempts).toMatchObject([{ status: 200, bytes: 500 }])
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
})

test('deadline: 2 s for headers over all attempts; with a version stored, the version', async () => {
  await using g = await given({ timeouts: { deadline: '2s' } })
  g.origin.script('/f', hang())
  g.origin.script('/known', ok('v1'), hang())
  await g.fetch(g.origin.url('/known'))
  const error = await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))))
  expect([error.code, g.clock.monotonic()]).toEqual(['TIMEOUT', expect.closeTo(2_000, -3)])
  const start = g.clock.monotonic()
  expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/known'))))).toEqual({
    status: 200,
    text: 'v1',
    outcome: 'fallback',
  })
  expect(g.clock.monotonic() - start).toBeGreaterThanOrEqual(2_000)
  expect(g.clock.monotonic() - start).toBeLessThanOrEqual(2_200)
})

test('deadline: an error page that does not end is no acceptable answer', async () => {
  await using g = await given({ timeouts: { deadline: '2s', stall: '1h' } })
  g.origin.script('/f', stall('sorry'.repeat(200), 500, { status: 503 }))
  const error = await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))))
  expect([error.code, error.attempts]).toMatchObject(['TIMEOUT', [{ status: 503, ms: 2_000 }]])
  expect(await g.origin.requests('/f')[0]?.ended).toBe('client-gone')
})

/** A body whose parts come a minute apart. */
async function* partsOf({ clock }: Given): AsyncGenerator<Uint8Array> {
  for (const part of ['one', 'two', 'three']) {
    await rounds()
    await clock.advance(60_000)
    yield Buffer.from(part)
  }
}

test('deadline: an upload may take longer, and the time to its answer is counted from there', async () => {
  await using g = await given({ timeouts: { deadline: '2s', headers: '1h' } })
  g.origin.script('/f', echo(), hang())
  const upload = (): Promise<Response> =>
    g.fetch(g.origin.url('/f'), { method: 'PUT', body: ReadableStream.from(partsOf(g)), duplex: 'half' } as Init)
  expect(await (await upload()).text()).toBe('onetwothree')
  const sent = g.clock.monotonic() + 180_000
  const call = rejection(upload())
  await vi.waitUntil(() => g.clock.monotonic() >= sent)
  await turnFor(g.clock, 1_900)
  expect(await isSettled(call)).toBe(false)
  await turnFor(g.clock, 200)
  expect((await call).message).toContain('timeouts.deadline')
})

test('total: 2 s for all of it; no pause between attempts goes beyond that, and no other place is asked after it', async () => {
  await using g = await given({ timeouts: { total: '2s' }, retry: { minDelay: '10s' }, random: () => 0.999 })
  g.origin.script('/f', status(500), ok('fine'))
  expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ status: 500 })
  expect([g.origin.hits('/f'), g.clock.monotonic()]).toEqual([1, expect.closeTo(0, -3)])
  g.origin.script('/stalling', stall('x'.repeat(1000), 500))
  g.origin.script('/mirror', ok('fine'))
  const call = g.fetch(g.origin.url('/stalling'), { holdfast: { sources: [g.origin.url('/mirror')] } })
  expect((await turnUntil(g.clock, rejection(call))).code).toBe('TIMEOUT')
  expect(g.origin.hits('/mirror')).toBe(0)
})

test('2 min is the deadline where nothing is said', async () => {
  await using g = await given({ retry: { attempts: 100 } })
  g.origin.script('/f', hang())
  await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))), { step: 500 })
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(120_000)
  expect(g.clock.monotonic()).toBeLessThanOrEqual(121_000)
})

test('waiting for a ticket eats no timeout', async () => {
  await using g = await given({
    limits: { concurrency: 1 },
    timeouts: { total: '30s', deadline: '20s', headers: '20s' },
    retry: false,
  })
  const first = gate(ok('first'))
  g.origin.script('/slow', first)
  g.origin.script('/f', ok('fine'))
  const slow = seen(g.fetch(g.origin.url('/slow'), { holdfast: { timeouts: { headers: '1h', deadline: '1h', total: '1h' } } }))
  await first.arrived
  const queued = seen(g.fetch(g.origin.url('/f')))
  await rounds()
  await turnFor(g.clock, 60_000, 1_000)
  expect(await isSettled(queued)).toBe(false)
  first.release()
  expect([await slow, await queued]).toMatchObject([{ text: 'first' }, { text: 'fine' }])
  expect(g.told('attempt').map(({ attempt }) => [attempt.ms, attempt.waited])).toEqual([
    [60_000, undefined],
    [0, 60_000],
  ])
})

test('a connection that never opens is bounded by timeouts.connect', async ({ skip }) => {
  await using hole = await startConnectHole()
  if (hole === undefined) return skip('the system does not let a backlog run full')
  await using g = await given({ retry: 2, timeouts: { connect: '3s' } })
  const call = rejection(g.fetch(hole.url('/f')))
  const error = await turnUntil(g.clock, call)
  expect(error.code).toBe('CONNECT')
  expect(error.attempts.map(({ ms }) => ms)).toEqual([3_000, 3_000])
  expect(g.clock.monotonic()).toBeLessThanOrEqual(6_300)
})

test.each<[string, string | undefined, { deadline?: string; total?: string }]>([
  ['headers, with nothing stored: TIMEOUT', undefined, { deadline: '2s' }],
  ['headers, with a version stored: that one', 'old', { deadline: '2s' }],
  ['the whole body, with nothing stored: TIMEOUT', undefined, { total: '2s' }],
  ['the whole body, with a version stored: that one', 'old', { total: '2s' }],
])('who joins a flight has a limit of his own for %s, and it goes on for the others', async (_, stored, timeouts) => {
  await using g = await given()
  const url = g.origin.url('/f')
  if (stored) await g.fetch.put(url, new Response(stored))
  const held = gate(ok('fine'))
  g.origin.script('/f', held)
  const first = seen(g.fetch(url))
  const second = seen(g.fetch(url, { holdfast: { timeouts } }))
  await held.arrived
  await turnFor(g.clock, 1_900)
  expect(await isSettled(second)).toBe(false)
  await turnFor(g.clock, 100)
  expect(await second).toEqual(stored ? { status: 200, text: 'old', outcome: 'fallback' } : { rejected: 'TIMEOUT' })
  held.release()
  expect(await first).toEqual({ status: 200, text: 'fine', outcome: 'miss' })
})
