import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Transport } from '../../src/model/transport.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { closeDelimited, cut, endless, type Origin, ok, raw, startOrigin } from '../helpers/origin/index.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf, requestTo } from './transport.ask.ts'

let origin: Origin
let wire: Transport
beforeEach(async () => {
  origin = await startOrigin()
  wire = wireTransport({ clock: systemClock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

describe('a body', () => {
  const BODY = pseudoRandom(300_000)

  test('that nobody reads makes the origin wait', async () => {
    origin.script('/a', endless(Buffer.alloc(64 * 1024)))
    const response = await wire.send(requestTo(origin.url('/a')))
    const sent = (): number => origin.requests('/a')[0]?.bytesSent ?? 0
    for (let before = -1; before < sent(); ) {
      before = sent()
      await rounds(200)
    }
    // The rest is the kernel's: its buffers for both ends of a loopback connection.
    expect(sent()).toBeLessThan(16 * 1024 * 1024)
    response.discard()
  })

  // What has come lies in three places: ready, in Node's stream (64 KiB each), and in the kernel, which may hold but little:
  // an origin whose last bytes lie there cannot be waited for.
  test.each([50_000, 120_000, 300_000])('of %d bytes that came before its connection ended can be read later', async (length) => {
    for (const step of [closeDelimited, (bytes: Buffer) => ok(bytes, { headers: { Connection: 'close' } })]) {
      origin.script('/a', step(BODY.subarray(0, length)))
      const { body } = await wire.send(requestTo(origin.url('/a')))
      if (length < 200_000) await until(() => origin.openConnections === 0)
      await rounds(50)
      expect((await bytesOf(body)).equals(BODY.subarray(0, length))).toBe(true)
    }
  })

  test('in tens of thousands of chunks of one byte is given in few pieces: each would cost as much as there are others', async () => {
    const chunks = BODY.toString('hex').slice(0, 50_000)
    origin.script(
      '/a',
      raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.replace(/./g, '1\r\n$&\r\n')}0\r\n\r\n`),
    )
    const { body } = await wire.send(requestTo(origin.url('/a')))
    const pieces = await Array.fromAsync(body)
    expect(Buffer.concat(pieces).toString()).toBe(chunks)
    expect(pieces.length).toBeLessThan(5_000)
  })

  test.each([1, 50_000, 120_000])('that breaks after %d bytes gives these bytes, and then fails', async (at) => {
    origin.script('/a', cut(BODY, at))
    const { body } = await wire.send(requestTo(origin.url('/a')))
    await until(() => origin.openConnections === 0)
    await rounds()
    const pieces: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of body) pieces.push(piece)
    })()
    expect(await failureOf(reading)).toBe('TRUNCATED')
    expect(Buffer.concat(pieces).equals(BODY.subarray(0, at))).toBe(true)
    expect(await failureOf(bytesOf(body))).toBe('TRUNCATED')
  })

  test('can be asked for several pieces at once', async () => {
    origin.script('/a', ok(BODY))
    const iterator = (await wire.send(requestTo(origin.url('/a')))).body[Symbol.asyncIterator]()
    const asked = await Promise.all(Array.from({ length: 100 }, () => iterator.next()))
    const pieces = asked.flatMap(({ done, value }) => (done ? [] : [value]))
    expect(Buffer.concat(pieces).equals(BODY)).toBe(true)
    expect(asked.at(-1)).toEqual({ done: true, value: undefined })
  })
})
