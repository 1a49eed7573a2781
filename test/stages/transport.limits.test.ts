import dns from 'node:dns'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ManualClock, manualClock } from '../../adapters/testing/index.ts'
import type { Transport } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { startConnectHole } from '../helpers/connect-hole.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { early, gatedBody, hang, type Origin, ok, startOrigin, trickleHeaders } from '../helpers/origin/index.ts'
import { isSettled, rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf, requestTo, textAt } from './transport.ask.ts'

let origin: Origin
let clock: ManualClock
let wire: Transport
let fetched: Transport
beforeEach(async () => {
  origin = await startOrigin()
  clock = manualClock()
  wire = wireTransport({ clock })
  fetched = fetchTransport(() => fetch, { clock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

const BODY = pseudoRandom(200_000)

async function connectionsGone(): Promise<void> {
  while (origin.openConnections > 0) await setImmediate()
}

describe('time limits', () => {
  const limits = { connectTimeout: 10_000, headersTimeout: 30_000 }

  test('of a head that does not come', async () => {
    origin.script('/a', hang())
    const failure = failureOf(textAt(wire, origin.url('/a'), limits))
    while (origin.hits() === 0) await setImmediate()
    await clock.advance(29_999)
    expect(origin.openConnections).toBe(1)
    await clock.advance(1)
    expect(await failure).toBe('TIMEOUT')
    await connectionsGone()
  })

  test.each([
    ['a head that trickles', trickleHeaders(ok('a'), { bytes: 1, everyMs: 20 })],
    ['interim answers', early(5, hang())],
  ])('of a head: %s does not prolong them', async (_what, step) => {
    origin.script('/a', step)
    const failure = failureOf(textAt(wire, origin.url('/a'), limits))
    while (origin.hits() === 0) await setImmediate()
    await clock.advance(30_000)
    expect(await failure).toBe('TIMEOUT')
  })

  test('of a head on a used connection: silence is not a stale connection, and not tried again', async () => {
    origin.script('/a', ok('one'), hang())
    await textAt(wire, origin.url('/a'), limits)
    const failure = failureOf(textAt(wire, origin.url('/a'), limits))
    while (origin.hits() < 2) await setImmediate()
    await clock.advance(30_000)
    expect(await failure).toBe('TIMEOUT')
    expect(origin.hits()).toBe(2)
  })

  test('of a connection that neither opens nor fails', async (context) => {
    await using hole = await startConnectHole()
    if (!hole) return context.skip()
    const failure = failureOf(textAt(wire, hole.url('/'), limits))
    await rounds()
    await clock.advance(9_999)
    expect(await isSettled(failure)).toBe(false)
    await clock.advance(1)
    expect(await failure).toBe('CONNECT')
  })

  test('of a resolver that is silent, which is called by its name', async () => {
    const silence = vi.spyOn(dns, 'lookup').mockImplementation((() => {}) as unknown as typeof dns.lookup)
    const failure = failureOf(textAt(wire, 'http://holdfast.invalid/', limits))
    while (silence.mock.calls.length === 0) await setImmediate()
    await clock.advance(10_000)
    expect(await failure).toBe('DNS')
    silence.mockRestore()
  })

  test('of a fetch: both in one, for it does not show its connections', async () => {
    origin.script('/a', hang())
    const failure = failureOf(textAt(fetched, origin.url('/a'), limits))
    while (origin.hits() === 0) await setImmediate()
    await clock.advance(40_000)
    expect(await failure).toBe('TIMEOUT')
    await connectionsGone()
  })

  test('of Infinity set no timer, and none runs in the body', async () => {
    const body = gatedBody(BODY, 10)
    origin.script('/a', body)
    const infinite = { connectTimeout: Infinity, headersTimeout: Infinity }
    const text = textAt(wire, origin.url('/a'), infinite)
    await body.arrived
    expect(clock.pending).toBe(0)
    await clock.advance(10 ** 9)
    body.release()
    expect(await text).toBe(BODY.toString())
  })
})

describe('no connection', () => {
  test.each([
    ['wire', () => wire],
    ['fetch', () => fetched],
  ])('by %s: refused, or without an address', async (_name, transport) => {
    await origin.refuse()
    expect(await failureOf(textAt(transport(), origin.url('/a')))).toBe('CONNECT')
    expect(await failureOf(textAt(transport(), 'http://holdfast.invalid/'))).toBe('DNS')
  })

  test('after close: what has an answer has the whole, what waits for one is given up, what comes is refused for good', async () => {
    const rest = gatedBody(BODY, 10)
    origin.script('/a', rest)
    origin.script('/b', hang())
    const { body } = await wire.send(requestTo(origin.url('/a')))
    const waiting = failureOf(textAt(wire, origin.url('/b')))
    while (origin.hits('/b') === 0) await setImmediate()
    await wire.close()
    expect(await waiting).toBe('CONNECT for good')
    rest.release()
    expect((await bytesOf(body)).equals(BODY)).toBe(true)
    expect(await failureOf(textAt(wire, origin.url('/a')))).toBe('CONNECT for good')
    await connectionsGone()
  })
})
