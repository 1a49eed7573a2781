import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Transport, WireRequest } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { echo, type Origin, startOrigin } from '../helpers/origin/index.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf, requestTo } from './transport.ask.ts'

let origin: Origin
let wire: Transport
let fetched: Transport
beforeEach(async () => {
  origin = await startOrigin()
  wire = wireTransport({ clock: systemClock })
  fetched = fetchTransport(() => fetch, { clock: systemClock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

const STREAM = (): ReadableStream<Uint8Array> =>
  ReadableStream.from(Array.from({ length: 50 }, (_, n) => pseudoRandom(20_000, `${n}`)))
const STREAMED = Buffer.concat(Array.from({ length: 50 }, (_, n) => pseudoRandom(20_000, `${n}`)))

describe.each([
  ['wire', () => wire],
  ['fetch', () => fetched],
])('the body of a request, by %s', (_name, transport) => {
  test.each<[string, Partial<WireRequest>, Buffer]>([
    ['bytes', { body: STREAMED }, STREAMED],
    ['no bytes', { body: new Uint8Array(0) }, Buffer.alloc(0)],
    ['nothing', {}, Buffer.alloc(0)],
  ])('%s, with their length', async (_what, changes, expected) => {
    origin.script('/a', echo())
    const response = await transport().send(requestTo(origin.url('/a'), { method: 'POST', ...changes }))
    expect((await bytesOf(response.body)).equals(expected)).toBe(true)
    expect(origin.requests('/a')[0]?.headers['content-length']).toBe(String(expected.length))
  })

  // Node frames no body of a DELETE or an OPTIONS by itself: its bytes would be read as the next request on that connection.
  test.each(['PUT', 'DELETE', 'OPTIONS'])('a stream, in chunks: %s', async (method) => {
    origin.script('/a', echo())
    const response = await transport().send(requestTo(origin.url('/a'), { method, body: STREAM() }))
    expect((await bytesOf(response.body)).equals(STREAMED)).toBe(true)
    expect(origin.requests('/a')[0]?.headers['transfer-encoding']).toBe('chunked')
  })
})

test('a stream that never ends is let go of when its request is over', async () => {
  const cancelled = Promise.withResolvers<void>()
  const controller = new AbortController()
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: (sink) => {
      pulled += 1
      sink.enqueue(Buffer.alloc(1000))
      if (pulled === 100) controller.abort('enough')
    },
    cancel: () => cancelled.resolve(),
  })
  const sent = wire.send(requestTo(origin.url('/a'), { method: 'POST', body: endless, signal: controller.signal }))
  await expect(sent).rejects.toBe('enough')
  await cancelled.promise
})

test('a stream is read no faster than the origin reads', async () => {
  const deaf = createServer((socket) => void socket.pause().on('error', () => {})).listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: (sink) => {
      pulled += 1
      sink.enqueue(Buffer.alloc(64 * 1024))
    },
  })
  const controller = new AbortController()
  const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}/`
  const sent = wire.send(requestTo(url, { method: 'PUT', body: endless, signal: controller.signal }))
  for (let before = -1; before < pulled; ) {
    before = pulled
    await rounds(100)
  }
  expect(pulled).toBeLessThan(1000)
  controller.abort('enough')
  await expect(sent).rejects.toBe('enough')
  deaf.close()
})

test('a stream that fails, fails its request for good', async () => {
  origin.script('/a', echo())
  const broken = new ReadableStream<Uint8Array>({ pull: (sink) => sink.error(new Error('mine')) })
  expect(await failureOf(wire.send(requestTo(origin.url('/a'), { method: 'POST', body: broken })))).toBe('PROTOCOL for good')
})

test('a stream whose answer is here before its end is let go of, and its connection with it', async () => {
  const cancelled = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const early = createServer((socket) => {
    socket.on('close', () => closed.resolve()).on('error', () => {})
    socket.once('data', () => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig'))
  }).listen(0, '127.0.0.1')
  await once(early, 'listening')
  const body = new ReadableStream<Uint8Array>({
    start: (sink) => sink.enqueue(Buffer.alloc(1000)),
    cancel: () => cancelled.resolve(),
  })
  const url = `http://127.0.0.1:${(early.address() as AddressInfo).port}/`
  const response = await wire.send(requestTo(url, { method: 'POST', body }))
  expect([response.status, (await bytesOf(response.body)).toString()]).toEqual([413, 'big'])
  await Promise.all([cancelled.promise, closed.promise])
  early.close()
})
