import http from 'node:http'
import { expect, test } from 'vitest'
import {
  badLength,
  type ChunkFault,
  chunked,
  closeDelimited,
  early,
  endless,
  garbage,
  lyingKeepAlive,
  ok,
  poison,
  raw,
  shortLength,
  startOrigin,
  surplus,
} from './origin/index.ts'
import { fieldOf, RawClient, rawGet } from './raw-client.ts'

const text = (answer: { body: Buffer }): string => answer.body.toString('latin1')

/** The body as node:http understands it; rejects where node:http finds the framing wrong. */
async function httpGet(url: string): Promise<string> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, { agent: false }, resolve).on('error', reject)
  })
  return Buffer.concat(await answer.toArray()).toString()
}

test('shortLength: too large closes after the body, too small leaves a surplus on an open connection', async () => {
  await using origin = await startOrigin()
  origin.script('/f', shortLength('hello', 15), shortLength('hello', 3))
  const large = await rawGet(origin.port, '/f')
  expect([fieldOf(large, 'content-length'), text(large)]).toEqual(['15', 'hello'])
  await using client = await RawClient.connect(origin.port)
  client.send('/f', { keepAlive: true })
  const small = await client.bodyBytes(5)
  expect([fieldOf(small, 'content-length'), text(small)]).toEqual(['3', 'hello'])
  expect(await origin.requests()[1]?.ended).toBe('kept')
})

test.each([[['12abc']], [['-5']], [['99999999999999999999']], [['5', '8']]])('badLength: %j goes out as it is', async (lines) => {
  await using origin = await startOrigin()
  origin.script('/f', badLength('hello', lines))
  const answer = await rawGet(origin.port, '/f', { keepAlive: true })
  const sent = answer.head.split('\r\n').filter((line) => line.startsWith('Content-Length'))
  expect(sent).toEqual(lines.map((line) => `Content-Length: ${line}`))
  expect(text(answer)).toBe('hello')
})

test('chunked: proper chunks, with trailers, on a kept connection', async () => {
  await using origin = await startOrigin()
  origin.script('/f', chunked('hello world', { chunkSize: 6, trailers: { 'X-Sum': '11' } }))
  const answer = await rawGet(origin.port, '/f')
  expect(text(answer)).toBe('6\r\nhello \r\n5\r\nworld\r\n0\r\nX-Sum: 11\r\n\r\n')
  expect(fieldOf(answer, 'content-length')).toBe(undefined)
  expect(await httpGet(origin.url('/f'))).toBe('hello world')
  expect(origin.requests().map(({ bytesSent }) => bytesSent)).toEqual([11, 11])
})

test('chunked: cutAt ends the connection in the middle of a chunk', async () => {
  await using origin = await startOrigin()
  origin.script('/f', chunked('hello world', { chunkSize: 6, cutAt: 8 }), chunked('hello', { cutAt: 5 }))
  expect(text(await rawGet(origin.port, '/f'))).toBe('6\r\nhello \r\n5\r\nwo')
  expect(text(await rawGet(origin.port, '/f'))).toBe('5\r\nhello\r\n')
  origin.script('/f', chunked('hello', { cutAt: 2, cutBy: 'reset' }))
  await using client = await RawClient.connect(origin.port)
  client.send('/f')
  expect(await client.ended).toBe('reset')
})

test.each<[ChunkFault, string | RegExp]>([
  ['unterminated', '5\r\nhello\r\n'],
  ['size', 'zz\r\nhello\r\n0\r\n\r\n'],
  ['negative', '-5\r\nhello\r\n0\r\n\r\n'],
  ['huge', 'ffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['more', 'f\r\nhello\r\n0\r\n\r\n'],
  ['no-crlf', '5\r\nhello0\r\n\r\n'],
  ['extension', /^5;note=x{100000}\r\nhello\r\n0\r\n\r\n$/],
])('chunked, %s: these bytes, which node:http refuses', async (bad, expected) => {
  await using origin = await startOrigin()
  origin.script('/f', chunked('hello', { bad }))
  const answer = await rawGet(origin.port, '/f', { keepAlive: true })
  if (typeof expected === 'string') expect(text(answer)).toBe(expected)
  else expect(text(answer)).toMatch(expected)
  await expect(httpGet(origin.url('/f'))).rejects.toThrow(/aborted|Parse Error/)
})

test('chunked: alsoLength declares both framings', async () => {
  await using origin = await startOrigin()
  origin.script('/f', chunked('hello', { alsoLength: true }))
  const answer = await rawGet(origin.port, '/f')
  expect([fieldOf(answer, 'content-length'), fieldOf(answer, 'transfer-encoding')]).toEqual(['5', 'chunked'])
})

test('closeDelimited: no length; whole and cut look the same', async () => {
  await using origin = await startOrigin()
  origin.script('/f', closeDelimited('hello'), closeDelimited('hello', { cutAt: '50%' }))
  const whole = await rawGet(origin.port, '/f', { keepAlive: true })
  expect([fieldOf(whole, 'content-length'), fieldOf(whole, 'connection'), text(whole)]).toEqual([undefined, 'close', 'hello'])
  expect(await httpGet(origin.url('/f'))).toBe('he')
})

test('raw and garbage: exactly these bytes', async () => {
  await using origin = await startOrigin()
  origin.script('/raw', raw('HTTP/1.1 200 OK\r\nX-\0: \xe9\r\nNo colon\r\n\r\nbody'), raw('HTTP/1.1 200 OK\r\n', 'reset'))
  origin.script('/garbage', garbage())
  const answer = await rawGet(origin.port, '/raw')
  expect([answer.head, text(answer)]).toEqual(['HTTP/1.1 200 OK\r\nX-\0: \xe9\r\nNo colon', 'body'])
  await using client = await RawClient.connect(origin.port)
  client.send('/raw')
  expect(await client.ended).toBe('reset')
  await expect(httpGet(origin.url('/garbage'))).rejects.toThrow('Parse Error')
})

test('surplus and poison: more than the answer, on a connection that stays open', async () => {
  await using origin = await startOrigin()
  origin.script('/surplus', surplus('hello', 'XY'))
  origin.script('/poison', poison('hello', { afterMs: 10 }))
  await using first = await RawClient.connect(origin.port)
  first.send('/surplus', { keepAlive: true })
  expect(text(await first.bodyBytes(7))).toBe('helloXY')
  await using second = await RawClient.connect(origin.port)
  second.send('/poison', { keepAlive: true })
  expect(text(await second.bodyBytes(79))).toMatch(/^helloHTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\npoisoned$/)
  expect(await Promise.all(origin.requests().map(({ ended }) => ended))).toEqual(['kept', 'kept'])
})

test('lyingKeepAlive: says keep-alive, closes', async () => {
  await using origin = await startOrigin()
  origin.script('/f', lyingKeepAlive('hello'))
  const answer = await rawGet(origin.port, '/f', { keepAlive: true })
  expect([fieldOf(answer, 'connection'), text(answer)]).toEqual(['keep-alive', 'hello'])
})

test('early: that many informational answers come first', async () => {
  await using origin = await startOrigin()
  origin.script('/f', early(2_500, ok('hello')))
  let hints = 0
  const body = await new Promise<string>((resolve, reject) => {
    const request = http.get(origin.url('/f'), { agent: false }, (answer) => {
      answer.toArray().then((all) => resolve(all.join('')), reject)
    })
    request.on('information', ({ statusCode }) => {
      if (statusCode === 103) hints += 1
    })
  })
  expect([hints, body]).toEqual([2_500, 'hello'])
})

test.each(['chunked', 'close'] as const)('endless, %s: goes on until the client leaves', async (framing) => {
  await using origin = await startOrigin()
  origin.script('/f', endless(Buffer.alloc(65_536), framing))
  const client = await RawClient.connect(origin.port)
  client.send('/f')
  await client.bodyBytes(1_000_000)
  client.destroy()
  const [request] = origin.requests()
  expect(await request?.ended).toBe('client-gone')
  expect(request?.bytesSent).toBeGreaterThan(900_000)
})
