import { expect, test } from 'vitest'
import { pseudoRandom } from './digest.ts'
import {
  cut,
  delayed,
  hang,
  hangThen,
  hangUp,
  ok,
  reset,
  type Step,
  slow,
  stall,
  stallHeaders,
  startOrigin,
  trickle,
  trickleHeaders,
} from './origin/index.ts'
import { fieldOf, RawClient, rawGet } from './raw-client.ts'

const BODY = pseudoRandom(1_000_000)

test.each([0, 1, 1023, 65_536, 999_999])('cut: exactly %i bytes under the full length, then the connection ends', async (at) => {
  await using origin = await startOrigin()
  origin.script('/f', cut(BODY, at))
  const answer = await rawGet(origin.port, '/f')
  expect(fieldOf(answer, 'content-length')).toBe('1000000')
  expect(answer.body.equals(BODY.subarray(0, at))).toBe(true)
  const [request] = origin.requests()
  expect([request?.bytesSent, await request?.ended]).toEqual([at, 'destroyed'])
})

test('cut: a share, a place from the end, and a place in the part that a Range asked for', async () => {
  await using origin = await startOrigin()
  origin.script('/f', cut('0123456789', '20%'), cut('0123456789', -1), cut('0123456789', 3, { ranges: true }))
  expect((await rawGet(origin.port, '/f')).body.toString()).toBe('01')
  expect((await rawGet(origin.port, '/f')).body.toString()).toBe('012345678')
  const part = await rawGet(origin.port, '/f', { headers: { Range: 'bytes=5-' } })
  expect([part.status, fieldOf(part, 'content-range'), part.body.toString()]).toEqual([206, 'bytes 5-9/10', '567'])
})

test('cut: the request is in flight until the break', async () => {
  await using origin = await startOrigin()
  origin.script('/f', stall('abc', 3))
  await using client = await RawClient.connect(origin.port)
  client.send('/f')
  await client.bodyBytes(3)
  expect(origin.inFlight).toBe(1)
})

test('reset: the client sees ECONNRESET, before the head or in the body', async () => {
  await using origin = await startOrigin()
  origin.script('/f', reset(), reset(BODY, 500))
  await using first = await RawClient.connect(origin.port)
  first.send('/f')
  expect([await first.ended, first.received.length]).toEqual(['reset', 0])
  await using second = await RawClient.connect(origin.port)
  second.send('/f')
  expect(await second.ended).toBe('reset')
  expect((await second.whole()).body.length).toBeLessThanOrEqual(500)
  expect(await Promise.all(origin.requests().map(({ ended }) => ended))).toEqual(['reset', 'reset'])
})

test('hangUp: the connection ends without a byte', async () => {
  await using origin = await startOrigin()
  origin.script('/f', hangUp())
  await using client = await RawClient.connect(origin.port)
  client.send('/f')
  expect([await client.ended, client.received.length]).toEqual(['closed', 0])
})

/** What has come when nothing more has come for a while. */
async function afterSilence(step: Step): Promise<string> {
  await using origin = await startOrigin()
  origin.script('/f', step)
  await using client = await RawClient.connect(origin.port)
  client.send('/f')
  const stillOpen = new Promise<'open'>((resolve) => setTimeout(resolve, 100, 'open'))
  expect(await Promise.race([client.ended, stillOpen])).toBe('open')
  return client.received.toString()
}

test('stall, hang and stallHeaders: silence on an open connection', async () => {
  expect(await afterSilence(stall('abcdef', 2))).toMatch(/Content-Length: 6[\s\S]*\r\n\r\nab$/)
  expect(await afterSilence(stall('abcdef', 0))).toMatch(/\r\n\r\n$/)
  expect(await afterSilence(hang())).toBe('')
  expect(await afterSilence(stallHeaders(ok('x'), 12))).toBe('HTTP/1.1 200')
})

/** How long a whole answer takes, in ms, and what it is. */
async function timed(step: Step): Promise<{ ms: number; text: string; status: number }> {
  await using origin = await startOrigin()
  origin.script('/f', step)
  const start = performance.now()
  const answer = await rawGet(origin.port, '/f')
  return { ms: performance.now() - start, text: answer.body.toString(), status: answer.status }
}

test('hangThen and delayed: silence first, then the answer', async () => {
  const error = await timed(hangThen(503, 100))
  expect(error.status).toBe(503)
  expect(error.ms).toBeGreaterThan(95)
  const late = await timed(delayed(100, ok('late')))
  expect(late.text).toBe('late')
  expect(late.ms).toBeGreaterThan(95)
})

test('slow, trickle and trickleHeaders: whole, and never faster than said', async () => {
  const body = 'x'.repeat(1_000)
  const paced = await timed(slow(body, 10_000))
  expect(paced.text).toBe(body)
  expect(paced.ms).toBeGreaterThan(90)
  const drops = await timed(trickle('abcde', { bytes: 2, everyMs: 30 }))
  expect(drops.text).toBe('abcde')
  expect(drops.ms).toBeGreaterThan(85)
  const head = await timed(trickleHeaders(ok('abc'), { bytes: 20, everyMs: 10 }))
  expect(head.text).toBe('abc')
  expect(head.ms).toBeGreaterThan(45)
})
