import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../adapters/testing/index.ts'
import type { Transport } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { cut, gate, gatedBody, type Origin, ok, startOrigin } from '../helpers/origin/index.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf, requestTo } from './transport.ask.ts'

let origin: Origin
let clock: ManualClock
let controller: AbortController
const open: Transport[] = []
beforeEach(async () => {
  origin = await startOrigin()
  clock = manualClock()
  controller = new AbortController()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()))
  await origin.close()
})

function started(make: () => Transport): Transport {
  const transport = make()
  open.push(transport)
  return transport
}

const wire = (): Transport => started(() => wireTransport({ clock }))
const fetched = (): Transport => started(() => fetchTransport(() => fetch, { clock }))
const REASON = { any: 'value' }
const listeners = (): number => getEventListeners(controller.signal, 'abort').length
const BODY = pseudoRandom(200_000)

async function connectionsGone(): Promise<void> {
  while (origin.openConnections > 0) await setImmediate()
}

describe.each([
  ['wire', wire],
  ['fetch', fetched],
])('an abort, by %s', (_name, make) => {
  const request = (): Parameters<typeof requestTo>[1] => ({ signal: controller.signal })

  test('before the request: nothing is sent', async () => {
    controller.abort(REASON)
    await expect(make().send(requestTo(origin.url('/a'), request()))).rejects.toBe(REASON)
    expect(origin.hits()).toBe(0)
  })

  test('in the same turn', async () => {
    origin.script('/a', ok('a'))
    const sent = make().send(requestTo(origin.url('/a'), request()))
    controller.abort(REASON)
    await expect(sent).rejects.toBe(REASON)
  })

  test('before the answer', async () => {
    const asked = gate()
    origin.script('/a', asked)
    const sent = make().send(requestTo(origin.url('/a'), request()))
    await asked.arrived
    controller.abort(REASON)
    await expect(sent).rejects.toBe(REASON)
    await connectionsGone()
  })

  test('in the body, while it is waited for', async () => {
    const body = gatedBody(BODY, 10)
    origin.script('/a', body)
    const response = await make().send(requestTo(origin.url('/a'), request()))
    const iterator = response.body[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toHaveLength(10)
    const next = iterator.next()
    controller.abort(REASON)
    await expect(next).rejects.toBe(REASON)
    await expect(iterator.next()).rejects.toBe(REASON)
    await connectionsGone()
  })

  test('in the body, while nobody reads: what lies ready is not handed out', async () => {
    origin.script('/a', gatedBody(BODY, 10))
    const response = await make().send(requestTo(origin.url('/a'), request()))
    await rounds()
    controller.abort(REASON)
    await expect(response.body[Symbol.asyncIterator]().next()).rejects.toBe(REASON)
    await connectionsGone()
  })

  test('after the end changes nothing', async () => {
    origin.script('/a', ok(BODY))
    const response = await make().send(requestTo(origin.url('/a'), request()))
    expect((await bytesOf(response.body)).equals(BODY)).toBe(true)
    controller.abort(REASON)
    expect(await bytesOf(response.body)).toHaveLength(0)
  })
})

describe.each([
  ['wire', wire],
  ['fetch', fetched],
])('what is left over, by %s', (_name, make) => {
  test.each([
    ['a whole body', ok(BODY), 'read'],
    ['a broken body', cut(BODY, 1000), 'read'],
    ['a body that is given up', gatedBody(BODY, 10), 'discard'],
    ['a body that is left', gatedBody(BODY, 10), 'leave'],
    ['no body', ok(BODY), 'HEAD'],
  ])('after %s: no timer, no listener', async (_what, step, how) => {
    origin.script('/a', step)
    const method = how === 'HEAD' ? 'HEAD' : 'GET'
    const response = await make().send(requestTo(origin.url('/a'), { method, signal: controller.signal }))
    expect(clock.pending).toBe(0)
    if (how === 'read') await bytesOf(response.body).catch(() => {})
    if (how === 'discard') response.discard()
    if (how === 'leave') for await (const _bytes of response.body) break
    expect(listeners()).toBe(0)
  })

  test('after an answer that never came', async () => {
    expect(await failureOf(make().send(requestTo('http://127.0.0.1:2/', { signal: controller.signal })))).toBe('CONNECT')
    expect([clock.pending, listeners()]).toEqual([0, 0])
  })
})
