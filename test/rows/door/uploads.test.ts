import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { echo } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'

// A body that comes from somewhere is sent on as it comes, and let go of when its caller leaves.

const halves = (first: Promise<unknown>): AsyncGenerator<Buffer> =>
  (async function* () {
    yield Buffer.from('one')
    await first
    yield Buffer.from('two')
  })()

const sources: [string, (first: Promise<unknown>) => unknown][] = [
  ['what can be iterated', halves],
  ["a stream of Node's", (first) => Readable.from(halves(first))],
  ['a ReadableStream', (first) => ReadableStream.from(halves(first))],
]

describe('nothing waits for the end of a body', () => {
  const server = createServer()
  let url = ''
  beforeEach(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterEach(() => {
    server.removeAllListeners('request')
    server.closeAllConnections()
    server.close()
  })

  test.each(sources)('%s: the origin has its first part before there is another', async (_, source) => {
    await using b = await bench()
    const first = Promise.withResolvers<void>()
    server.on('request', (request, response) => {
      request.once('data', () => first.resolve())
      void request.toArray().then((parts) => response.end(Buffer.concat(parts)))
    })
    const init = { method: 'POST', body: source(first.promise), duplex: 'half' } as Init
    expect(await textOf(b.fetch(url, init))).toBe('onetwo')
  })
})

test('the length that its caller gives for a stream is sent: some servers take no other', async () => {
  await using b = await bench({ '/r': echo() })
  const sent = (text: string, length = '5'): Promise<Response> => {
    const headers = { 'Content-Length': length }
    return b.fetch(b.origin.url('/r'), { method: 'PUT', body: new Blob([text]).stream(), duplex: 'half', headers } as Init)
  }
  expect(await textOf(sent('12345'))).toBe('12345')
  expect(await textOf(sent('12345', 'five'))).toBe('12345')
  const told = b.origin.requests().map(({ headers }) => [headers['content-length'], headers['transfer-encoding']])
  expect(told).toEqual([
    ['5', undefined],
    [undefined, 'chunked'],
  ])
  // What is more or less than was said would be the next request, or a part of it.
  for (const wrong of ['1234', '123456']) expect((await failureOf(sent(wrong))).code).toBe('PROTOCOL')
  expect(b.origin.hits()).toBe(2)
})

test.each(['POST', 'QUERY'])(
  '%s of a Request whose stream never ends: an abort ends the call, and the stream',
  async (method) => {
    await using b = await bench({ '/r': echo() })
    const left = new AbortController()
    const cancelled = Promise.withResolvers<unknown>()
    const body = new ReadableStream({ pull: () => left.abort('enough'), cancel: cancelled.resolve }, { highWaterMark: 0 })
    const request = new Request(b.origin.url('/r'), { method, body, duplex: 'half', signal: left.signal } as RequestInit)
    await expect(b.fetch(request)).rejects.toBe('enough')
    expect(await cancelled.promise).toBe('enough')
    expect(b.origin.hits()).toBe(0)
  },
)
