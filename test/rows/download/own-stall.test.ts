import { describe, expect, test } from 'vitest'
import { manualClock } from '../../../adapters/testing/index.ts'
import { losing } from '../../helpers/losing.ts'
import { gate, gatedBody, hang, ok, stall } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from './given.ts'

// A program that parses for a minute without a pause finds its own timers before the answer that has been lying in the socket.
const BUSY = 60_000
const body = 'x'.repeat(1_000)
const transports = [
  ['the wire', {}],
  ['a fetch of the caller', { fetch: globalThis.fetch }],
] as const

describe.each(transports)('%s', (_, options) => {
  test('an answer that came while the program was busy is heard: one request', async () => {
    const clock = losing(manualClock())
    await using g = await given({ ...options, timeouts: { headers: '5s', connect: '1s' } }, clock)
    const late = gate(ok(body))
    g.origin.script('/f', late)
    const call = g.fetch(g.origin.url('/f'))
    await late.arrived
    clock.lose(BUSY)
    await clock.advance(6_000)
    late.release()
    expect(await (await turnUntil(clock, call)).text()).toBe(body)
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('an origin that is silent is given up all the same, one limit later', async () => {
    const clock = losing(manualClock())
    await using g = await given({ ...options, retry: false, timeouts: { headers: '5s', connect: '1s' } }, clock)
    g.origin.script('/f', hang())
    const began = clock.monotonic()
    const call = g.fetch(g.origin.url('/f'))
    while (g.origin.hits('/f') === 0) await turnFor(clock, 0)
    clock.lose(BUSY)
    await expect(turnUntil(clock, call)).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(clock.monotonic() - began - BUSY).toBeLessThanOrEqual(2 * 6_000 + 100)
  })
})

test('what came of a body while the program was busy is read: no second request', async () => {
  const clock = losing(manualClock())
  await using g = await given({ timeouts: { stall: '2s' } }, clock)
  const late = gatedBody(body, '50%')
  g.origin.script('/f', late)
  const call = g.fetch(g.origin.url('/f'))
  await late.arrived
  await turnFor(clock, 100)
  clock.lose(BUSY)
  await clock.advance(2_000)
  late.release()
  expect(await (await turnUntil(clock, call)).text()).toBe(body)
  expect(g.origin.hits('/f')).toBe(1)
})

test('a body that is silent is given up all the same, one limit later', async () => {
  const clock = losing(manualClock())
  await using g = await given({ retry: false, timeouts: { stall: '2s' } }, clock)
  const at = 500
  g.origin.script('/f', stall(body, at))
  const call = g.fetch(g.origin.url('/f'))
  while (g.origin.requests('/f')[0]?.bytesSent !== at) await turnFor(clock, 0)
  await turnFor(clock, 100)
  const began = clock.monotonic()
  clock.lose(BUSY)
  await expect(turnUntil(clock, call)).rejects.toMatchObject({ code: 'STALLED' })
  expect(clock.monotonic() - began - BUSY).toBeLessThanOrEqual(2 * 2_000 + 100)
})
