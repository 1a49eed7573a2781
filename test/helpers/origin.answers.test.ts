import { expect, test } from 'vitest'
import {
  byRequest,
  eachNth,
  flaky,
  inOrder,
  newTagEachTime,
  notModified,
  ok,
  type Reflection,
  redirect,
  reflect,
  retryAtDate,
  retryLater,
  sameTagEachTime,
  startOrigin,
  status,
  vanish,
} from './origin/index.ts'
import { fieldOf, rawGet } from './raw-client.ts'

const text = (answer: { body: Buffer }): string => answer.body.toString()

test('ok: the body with its length, type and the given fields', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('hello', { headers: { 'X-Own': 'yes', 'Set-Cookie': ['a=1', 'b=2'], Date: null }, etag: '"v1"' }))
  const answer = await rawGet(origin.port, '/f')
  expect(answer.head.split('\r\n')).toEqual([
    'HTTP/1.1 200 OK',
    'Connection: close',
    'Content-Length: 5',
    'ETag: "v1"',
    'X-Own: yes',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
  ])
  expect(text(answer)).toBe('hello')
})

test('ok: ranges and conditions are ignored unless asked for', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('hello', { etag: '"v1"' }))
  const answer = await rawGet(origin.port, '/f', { headers: { Range: 'bytes=2-', 'If-None-Match': '"v1"' } })
  expect([answer.status, text(answer)]).toEqual([200, 'hello'])
})

test.each([
  ['If-None-Match', '"v0", W/"v1"', 304],
  ['If-None-Match', '*', 304],
  ['If-None-Match', '"v2"', 200],
  ['If-Modified-Since', 'Thu, 01 Jan 2026 00:00:00 GMT', 304],
  ['If-Modified-Since', 'Wed, 31 Dec 2025 23:59:59 GMT', 200],
])('conditional: %s: %s gives %i', async (name, value, expected) => {
  await using origin = await startOrigin()
  origin.script('/f', ok('hello', { etag: '"v1"', lastModified: Date.UTC(2026, 0, 1), conditional: true }))
  const answer = await rawGet(origin.port, '/f', { headers: { [name]: value } })
  expect(answer.status).toBe(expected)
  expect(text(answer)).toBe(expected === 304 ? '' : 'hello')
  expect(fieldOf(answer, 'etag')).toBe('"v1"')
})

test('byRequest, inOrder, eachNth, vanish and flaky choose', async () => {
  await using origin = await startOrigin()
  const posts = inOrder(ok('post 1'), ok('post 2'))
  origin.script(
    '/by',
    byRequest(({ method }) => (method === 'POST' ? posts : ok('get'))),
  )
  origin.script('/nth', eachNth(2, status(500), ok('x')))
  origin.script('/vanish', vanish(3, 'x'))
  origin.script('/flaky', flaky(50, { bad: status(503), good: ok('x') }, 7))
  const bodies: string[] = []
  for (const method of ['POST', 'GET', 'POST', 'POST']) bodies.push(text(await rawGet(origin.port, '/by', { method })))
  expect(bodies).toEqual(['post 1', 'get', 'post 2', 'post 2'])
  const statuses = async (path: string, count: number): Promise<number[]> => {
    const seen: number[] = []
    for (let n = 0; n < count; n += 1) seen.push((await rawGet(origin.port, path)).status)
    return seen
  }
  expect(await statuses('/nth', 4)).toEqual([200, 500, 200, 500])
  expect(await statuses('/vanish', 4)).toEqual([200, 200, 404, 200])
  const scattered = await statuses('/flaky', 40)
  expect(scattered.filter((code) => code === 503).length).toBeGreaterThan(10)
  expect(scattered.filter((code) => code === 200).length).toBeGreaterThan(10)
  origin.script('/flaky', flaky(50, { bad: status(503), good: ok('x') }, 7))
  expect(await statuses('/flaky', 40)).toEqual(scattered)
})

test('redirect, reflect and notModified', async () => {
  await using origin = await startOrigin()
  origin.script('/fixed', redirect('file:///etc/passwd', 308))
  origin.script(
    '/grow',
    redirect(({ path }) => `${path}x`),
  )
  origin.script('/reflect', reflect())
  origin.script('/304', notModified({ etag: '"v9"' }))
  const fixed = await rawGet(origin.port, '/fixed')
  expect([fixed.status, fieldOf(fixed, 'location')]).toEqual([308, 'file:///etc/passwd'])
  expect(fieldOf(await rawGet(origin.port, '/grow'), 'location')).toBe('/growx')
  const reflection: Reflection = JSON.parse(text(await rawGet(origin.port, '/reflect', { method: 'PUT', body: 'b' })))
  expect(reflection).toMatchObject({ method: 'PUT', path: '/reflect', body: 'b', headers: { host: 'origin' } })
  const stale = await rawGet(origin.port, '/304')
  expect([stale.status, fieldOf(stale, 'etag'), fieldOf(stale, 'content-length')]).toEqual([304, '"v9"', undefined])
})

test("retryLater sends the field as it is; retryAtDate counts by the server's own clock", async () => {
  const now = Date.UTC(2026, 5, 1, 12)
  await using origin = await startOrigin({ clock: { now: () => now } })
  origin.script('/f', retryLater('0.5'), retryLater(undefined), retryLater('', 503), retryAtDate(3_000, { skewMs: 3_600_000 }))
  const answers = [await rawGet(origin.port, '/f'), await rawGet(origin.port, '/f'), await rawGet(origin.port, '/f')]
  expect(answers.map((answer) => [answer.status, fieldOf(answer, 'retry-after')])).toEqual([
    [429, '0.5'],
    [429, undefined],
    [503, ''],
  ])
  const dated = await rawGet(origin.port, '/f')
  expect(fieldOf(dated, 'date')).toBe('Mon, 01 Jun 2026 13:00:00 GMT')
  expect(fieldOf(dated, 'retry-after')).toBe('Mon, 01 Jun 2026 13:00:03 GMT')
})

test('the two lies about ETags', async () => {
  await using origin = await startOrigin()
  origin.script('/new', newTagEachTime('same'))
  origin.script(
    '/same',
    sameTagEachTime((hit) => `bytes ${hit}`),
  )
  const first = await rawGet(origin.port, '/new')
  const second = await rawGet(origin.port, '/new', { headers: { 'If-None-Match': fieldOf(first, 'etag') ?? '' } })
  expect([second.status, text(second), fieldOf(second, 'etag') === fieldOf(first, 'etag')]).toEqual([200, 'same', false])
  expect(text(await rawGet(origin.port, '/same'))).toBe('bytes 1')
  expect((await rawGet(origin.port, '/same', { headers: { 'If-None-Match': '"lie"' } })).status).toBe(304)
  expect(text(await rawGet(origin.port, '/same'))).toBe('bytes 3')
})
