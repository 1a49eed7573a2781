import { expect, test } from 'vitest'
import { badRange, ok, type RangeFault, type Step, startOrigin } from './origin/index.ts'
import { fieldOf, rawGet } from './raw-client.ts'

const BODY = '0123456789'
const options = { ranges: true, etag: '"v1"', lastModified: Date.UTC(2026, 0, 1) }

async function get(step: Step, headers: Record<string, string>): Promise<unknown[]> {
  await using origin = await startOrigin()
  origin.script('/f', step)
  const answer = await rawGet(origin.port, '/f', { headers })
  return [answer.status, fieldOf(answer, 'content-range'), answer.body.toString()]
}

test.each([
  ['bytes=4-', 206, 'bytes 4-9/10', '456789'],
  ['bytes=2-3', 206, 'bytes 2-3/10', '23'],
  ['bytes=7-99', 206, 'bytes 7-9/10', '789'],
  ['bytes=-3', 206, 'bytes 7-9/10', '789'],
  ['bytes=-99', 206, 'bytes 0-9/10', BODY],
  ['bytes=10-', 416, 'bytes */10', 'no such range\n'],
  ['bytes=-0', 416, 'bytes */10', 'no such range\n'],
  ['bytes=3-2', 200, undefined, BODY],
  ['bytes=0-1,4-5', 200, undefined, BODY],
  ['bytes=4', 200, undefined, BODY],
  ['lines=1-', 200, undefined, BODY],
])('ok with ranges: %s gives %i', async (range, ...expected) => {
  expect(await get(ok(BODY, options), { Range: range })).toEqual(expected)
})

test.each([
  ['"v1"', 206],
  ['"v2"', 200],
  ['W/"v1"', 200],
  ['Thu, 01 Jan 2026 00:00:00 GMT', 206],
  ['Thu, 01 Jan 2026 00:00:01 GMT', 200],
])('ok with ranges: If-Range: %s gives %i', async (condition, expected) => {
  expect((await get(ok(BODY, options), { Range: 'bytes=4-', 'If-Range': condition }))[0]).toBe(expected)
})

test('the part of a Range is all that is sent', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok(BODY, options))
  const answer = await rawGet(origin.port, '/f', { headers: { Range: 'bytes=6-' } })
  expect([fieldOf(answer, 'content-length'), fieldOf(answer, 'accept-ranges'), fieldOf(answer, 'etag')]).toEqual([
    '4',
    'bytes',
    '"v1"',
  ])
  expect(origin.requests()[0]?.bytesSent).toBe(4)
})

test.each<[RangeFault, number, string | undefined, string]>([
  ['ignore', 200, undefined, BODY],
  ['if-range-ignored', 206, 'bytes 4-9/10', '456789'],
  ['if-range-never', 200, undefined, BODY],
  ['no-content-range', 206, undefined, '456789'],
  ['no-total', 206, 'bytes 4-9/*', '456789'],
  ['status-200', 200, 'bytes 4-9/10', '456789'],
  ['416', 416, 'bytes */10', 'no such range\n'],
  [{ shift: 2 }, 206, 'bytes 6-9/10', '6789'],
  [{ shift: -3 }, 206, 'bytes 1-9/10', '123456789'],
  [{ says: 1 }, 206, 'bytes 5-10/10', '456789'],
  [{ data: -2 }, 206, 'bytes 4-9/10', '234567'],
  [{ data: 1 }, 206, 'bytes 4-9/10', '567890'],
  [{ short: 2 }, 206, 'bytes 4-7/10', '4567'],
  [{ long: 3 }, 206, 'bytes 4-9/10', '456789012'],
  [{ total: 5 }, 206, 'bytes 4-9/15', '456789'],
])('badRange %j', async (fault, ...expected) => {
  const step = badRange(BODY, fault, options)
  expect(await get(step, { Range: 'bytes=4-', 'If-Range': '"another"' })).toEqual(expected)
  expect(await get(step, {})).toEqual([200, undefined, BODY])
})

test('badRange if-range-never: a Range alone is honoured', async () => {
  expect(await get(badRange(BODY, 'if-range-never', options), { Range: 'bytes=4-' })).toEqual([206, 'bytes 4-9/10', '456789'])
})

test('badRange multipart: one part inside a multipart body', async () => {
  await using origin = await startOrigin()
  origin.script('/f', badRange(BODY, 'multipart', options))
  const answer = await rawGet(origin.port, '/f', { headers: { Range: 'bytes=4-' } })
  const boundary = fieldOf(answer, 'content-type')?.split('boundary=')[1]
  expect([answer.status, fieldOf(answer, 'content-range')]).toEqual([206, undefined])
  expect(answer.body.toString()).toBe(`--${boundary}\r\nContent-Range: bytes 4-9/10\r\n\r\n456789\r\n--${boundary}--\r\n`)
})
