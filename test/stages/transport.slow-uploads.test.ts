import http, { type ClientRequest, type RequestOptions } from 'node:http'
import { Duplex } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type ManualClock, manualClock } from '../../adapters/testing/index.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { rounds } from '../helpers/turning.ts'
import { failureOf, requestTo } from './transport.ask.ts'

// `timeouts.headers` is the origin's time to answer. What has not been sent yet, nobody can answer.

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n'
const PART = 32 * 1024

/** A connection that takes 32 KiB in so many milliseconds of the clock, whatever the system would hold, and answers after so many. */
class Line extends Duplex {
  taken = 0

  constructor(clock: ManualClock, rate: number, expected: number) {
    super({
      read: () => {},
      write: (bytes: Buffer, _encoding, done) => {
        const take = async (): Promise<void> => {
          for (let at = 0; at < bytes.length; at += PART) await clock.advance((rate * Math.min(PART, bytes.length - at)) / PART)
          this.taken += bytes.length
          done()
          if (this.taken >= expected) this.push(ANSWER)
        }
        if (rate !== Number.POSITIVE_INFINITY) void take()
      },
    })
  }
}

/** What becomes of a body that is sent over such a line, where its answer is to begin within a second. */
function sending({ rate, expected = Number.POSITIVE_INFINITY }: { rate: number; expected?: number }) {
  const clock = manualClock()
  const original = http.request.bind(http) as (options: RequestOptions) => ClientRequest
  const line = new Line(clock, rate, expected)
  const request = (options: RequestOptions) => original({ ...options, agent: undefined, createConnection: () => line })
  const standing = vi.spyOn(http, 'request').mockImplementation(request as typeof http.request)
  onTestFinished(() => standing.mockRestore())
  const wire = wireTransport({ clock })
  const outcome = (body: Uint8Array | ReadableStream<Uint8Array>): Promise<string> =>
    failureOf(wire.send(requestTo('http://origin.example/', { method: 'PUT', body, headersTimeout: 1_000 })))
  return { clock, line, outcome }
}

const parts = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(PART))

test.each([
  ['bytes', () => new Uint8Array(20 * PART)],
  ['a stream', () => ReadableStream.from(parts(20))],
])('%s that a line takes slowly: the time begins anew with each part', async (_what, body) => {
  const { clock, outcome } = sending({ rate: 900, expected: 20 * PART })
  const began = clock.monotonic()
  expect(await outcome(body())).toBe('no failure')
  expect(clock.monotonic() - began).toBeGreaterThan(17_000)
})

test('a stream whose source pauses: that is not the silence of the origin', async () => {
  const { clock, outcome } = sending({ rate: 0, expected: 3 * PART })
  const paused = async function* (): AsyncGenerator<Uint8Array> {
    for (const part of parts(3)) {
      await rounds()
      await clock.advance(40_000)
      yield part
    }
  }
  expect(await outcome(ReadableStream.from(paused()))).toBe('no failure')
})

test.each([
  ['bytes', 'takes nothing', Number.POSITIVE_INFINITY, () => new Uint8Array(20 * PART)],
  ['a stream', 'takes nothing', Number.POSITIVE_INFINITY, () => ReadableStream.from(parts(20))],
  ['bytes', 'takes all and says nothing', 0, () => new Uint8Array(20 * PART)],
  ['a stream', 'takes all and says nothing', 0, () => ReadableStream.from(parts(20))],
])('%s, to an origin that %s: given up in time', async (_what, _how, rate, body) => {
  const { clock, line, outcome } = sending({ rate })
  const ended = outcome(body())
  while (rate === 0 && line.taken < 20 * PART) await rounds(1)
  await rounds()
  await clock.advance(1_000)
  expect(await ended).toBe('TIMEOUT')
})
