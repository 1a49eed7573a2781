import { Readable } from 'node:stream'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { manualClock } from '../../adapters/testing/index.ts'
import type { Transport, WireRequest } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf, requestTo, textAt } from './transport.ask.ts'

type Fetch = typeof globalThis.fetch

const URL = 'http://origin.example/a'
const clock = manualClock()

/** A transport over a fetch that answers so, to everything. */
function answering(answer: (...args: Parameters<Fetch>) => unknown): Transport {
  return fetchTransport(() => (async (...args: Parameters<Fetch>) => answer(...args)) as Fetch, { clock })
}

// vitest fails a run in which a rejection or an error event goes unheard; here is the time for one to come up.
afterEach(() => rounds())

describe('what a fetch is given', () => {
  test('is what a program would give it', async () => {
    const fetch = vi.fn<Fetch>(async () => new Response('a'))
    const headers: WireRequest['headers'] = [
      ['accept', 'text/csv'],
      ['x-many', '1'],
      ['x-many', '2'],
    ]
    await textAt(
      fetchTransport(() => fetch, { clock }),
      URL,
      { method: 'POST', headers, body: Buffer.from('b') },
    )
    const [url, init] = fetch.mock.calls[0] as [string, RequestInit]
    expect([url, init.method, init.redirect, init.body]).toEqual([URL, 'POST', 'manual', Buffer.from('b')])
    expect(Object.fromEntries(new Headers(init.headers))).toEqual({ accept: 'text/csv', 'x-many': '1, 2' })
    expect(init.cache).toBeUndefined()
  })

  test('is asked for at each request', async () => {
    const fetches = [async () => new Response('first'), async () => new Response('second')]
    const transport = fetchTransport(() => fetches.shift() as Fetch, { clock })
    expect([await textAt(transport, URL), await textAt(transport, URL)]).toEqual(['first', 'second'])
  })
})

describe('an answer', () => {
  test.each([
    ['of text', () => new Response('text'), 'text'],
    ['of no body', () => new Response(null), ''],
    ['of a web stream', () => new Response(ReadableStream.from([Buffer.from('te'), Buffer.from('xt')])), 'text'],
    ["of Node's own stream", () => ({ status: 200, headers: new Headers(), body: Readable.from([Buffer.from('text')]) }), 'text'],
    ['that only has arrayBuffer()', () => ({ status: 200, arrayBuffer: async () => Buffer.from('text') }), 'text'],
    ['that only has text()', () => ({ status: 200, text: async (): Promise<string> => 'text' }), 'text'],
    ['that only has json()', () => ({ status: 200, json: async () => ({ a: 1 }) }), '{"a":1}'],
    ['with a coding that it does not undo', () => new Response('text', { headers: { 'Content-Encoding': 'gzip' } }), 'text'],
  ])('%s', async (_what, answer, expected) => {
    expect(await textAt(answering(answer), URL)).toBe(expected)
  })

  test.each([
    [{ 'Content-Length': '4' }, 'length', false],
    [{}, 'unknown', false],
    [{ 'Content-Length': 'many' }, 'unknown', false],
    [{ 'Content-Length': '99', 'Content-Encoding': 'gzip' }, 'unknown', true],
    [{ 'Content-Length': '4', 'Content-Encoding': 'identity' }, 'length', false],
  ])('with %j', async (headers, framing, isDecoded) => {
    const response = await answering(() => new Response('text', { headers })).send(requestTo(URL))
    expect([response.framing, response.decoded, (await bytesOf(response.body)).toString()]).toEqual([framing, isDecoded, 'text'])
  })

  test.each([
    ['shorter than its Content-Length', () => new Response('text', { headers: { 'Content-Length': '5' } }), 'TRUNCATED'],
    ['that breaks', () => new Response(ReadableStream.from(broken('ECONNRESET'))), 'TRUNCATED'],
    ['that comes to a standstill', () => new Response(ReadableStream.from(broken('UND_ERR_BODY_TIMEOUT'))), 'STALLED'],
    ['that cannot be decoded', () => new Response(ReadableStream.from(broken('Z_DATA_ERROR'))), 'BAD_ENCODING'],
    [
      'not of bytes',
      () => new Response(ReadableStream.from(['text']) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>),
      'PROTOCOL for good',
    ],
    ['that is a network error', () => Response.error(), 'CONNECT'],
    [
      'that hides where it leads to',
      () => ({ type: 'opaqueredirect', status: 0, headers: new Headers(), body: null }),
      'PROTOCOL for good',
    ],
    ['that is none', () => undefined, 'PROTOCOL for good'],
    ['of a status that is none', () => ({}), 'PROTOCOL for good'],
    ['by a throw', () => mistake(), 'CONNECT'],
  ])('%s', async (_what, answer, expected) => {
    expect(await failureOf(textAt(answering(answer), URL))).toBe(expected)
  })

  test('that hides where it leads to is called by its name', async () => {
    const hidden = { type: 'opaqueredirect', status: 0, headers: new Headers(), body: null }
    await expect(
      textAt(
        answering(() => hidden),
        URL,
      ),
    ).rejects.toThrow('hides where a redirect leads to')
  })

  test('handed out twice is the usual mistake in a mock, and called by its name', async () => {
    const response = new Response('text')
    const transport = answering(() => response)
    await textAt(transport, URL)
    await expect(textAt(transport, URL)).rejects.toThrow('has been read before')
  })

  test.each([204, 304])('%d, also where a mock says otherwise about its length', async (status) => {
    const response = await answering(() => new Response(null, { status, headers: { 'Content-Length': '10' } })).send(
      requestTo(URL),
    )
    expect([response.framing, (await bytesOf(response.body)).length]).toEqual(['none', 0])
  })
})

describe('a fetch that knows no signal', () => {
  test('does not hold up an abort, and its late answer is let go of', async () => {
    const late = Promise.withResolvers<Response>()
    const controller = new AbortController()
    const sent = answering(() => late.promise).send(requestTo(URL, { signal: controller.signal }))
    controller.abort('enough')
    await expect(sent).rejects.toBe('enough')
    const cancel = vi.fn<() => void>()
    late.resolve(new Response(new ReadableStream({ cancel })))
    await rounds()
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('does not hold up a time limit, and its late failure is heard', async () => {
    const late = Promise.withResolvers<Response>()
    const failure = failureOf(
      textAt(
        answering(() => late.promise),
        URL,
        { connectTimeout: 10, headersTimeout: 20 },
      ),
    )
    await clock.advance(30)
    expect(await failure).toBe('TIMEOUT')
    late.reject(new Error('too late'))
  })

  test('is not asked after an abort', async () => {
    const fetch = vi.fn<Fetch>()
    await expect(answering(fetch).send(requestTo(URL, { signal: AbortSignal.abort('enough') }))).rejects.toBe('enough')
    expect(fetch).not.toHaveBeenCalled()
  })

  test('gives nothing more of a body after an abort', async () => {
    const controller = new AbortController()
    const body = new ReadableStream<Uint8Array>({ pull: (sink) => sink.enqueue(Buffer.from('a')) })
    const response = await answering(() => new Response(body)).send(requestTo(URL, { signal: controller.signal }))
    controller.abort('enough')
    await expect(response.body[Symbol.asyncIterator]().next()).rejects.toBe('enough')
  })

  test('does not hold up an abort in the body', async () => {
    const controller = new AbortController()
    const body = new ReadableStream<Uint8Array>({ start: (sink) => sink.enqueue(Buffer.from('a')) })
    const response = await answering(() => new Response(body)).send(requestTo(URL, { signal: controller.signal }))
    const iterator = response.body[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    controller.abort('enough')
    await expect(next).rejects.toBe('enough')
  })
})

test.each([
  [{ code: 'ENOTFOUND' }, 'DNS'],
  [{ code: 'ECONNREFUSED' }, 'CONNECT'],
  [{ code: 'ERR_ACCESS_DENIED' }, 'CONNECT for good'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'TLS for good'],
  [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'CONNECT'],
  [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, 'TIMEOUT'],
  [{ code: 'UND_ERR_HEADERS_OVERFLOW' }, 'PROTOCOL for good'],
  [{ code: 'UND_ERR_INVALID_ARG' }, 'PROTOCOL for good'],
  [{ name: 'HTTPParserError' }, 'PROTOCOL'],
  [{}, 'CONNECT'],
])('a rejection with the cause %j is told by it: %s', async (cause, expected) => {
  const rejection = new TypeError('fetch failed', { cause: Object.assign(new Error('why'), cause) })
  const transport = answering(() => Promise.reject(rejection))
  expect(await failureOf(textAt(transport, URL))).toBe(expected)
  await expect(textAt(transport, URL)).rejects.toMatchObject({ cause: rejection })
})

async function* broken(code: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield Buffer.from('te')
  throw new TypeError('terminated', { cause: Object.assign(new Error('broken'), { code }) })
}

function mistake(): never {
  throw new Error('a mistake in the mock')
}
