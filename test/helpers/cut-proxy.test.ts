import { expect, test } from 'vitest'
import { startCutProxy } from './cut-proxy.ts'
import { pseudoRandom } from './digest.ts'
import { chunked, cut, echo, ok, startOrigin, status } from './origin/index.ts'
import { fieldOf, rawGet } from './raw-client.ts'

const BODY = pseudoRandom(1_000_000)
const portOf = (url: string): number => Number(new URL(url).port)

test('the second answer is cut after so many bytes, the others are whole', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok(BODY, { ranges: true, etag: '"v1"', headers: { 'Set-Cookie': ['a=1', 'b=2'] } }))
  await using proxy = await startCutProxy({ upstream: origin.url('/ignored'), cuts: [{ response: 2, afterBytes: 300_000 }] })
  const port = portOf(proxy.url('/f'))
  const whole = await rawGet(port, '/f?q=1', { headers: { 'X-Own': 'yes' } })
  expect([whole.status, fieldOf(whole, 'etag'), whole.body.equals(BODY)]).toEqual([200, '"v1"', true])
  expect(whole.head).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2')
  const broken = await rawGet(port, '/f')
  expect([fieldOf(broken, 'content-length'), broken.body.equals(BODY.subarray(0, 300_000))]).toEqual(['1000000', true])
  const rest = await rawGet(port, '/f', { headers: { Range: 'bytes=300000-', 'If-Range': '"v1"' } })
  expect([rest.status, rest.body.equals(BODY.subarray(300_000))]).toEqual([206, true])
  expect(proxy.requests.map(({ status: code, bytesSent, cut: broke }) => [code, bytesSent, broke])).toEqual([
    [200, 1_000_000, false],
    [200, 300_000, true],
    [206, 700_000, false],
  ])
  expect(proxy.requests[2]?.headers.range).toBe('bytes=300000-')
  expect(origin.requests()[0]).toMatchObject({ path: '/f?q=1', headers: { host: origin.host, 'x-own': 'yes' } })
})

test('a cut at 0 lets the head through; the length of a chunked answer stays unknown', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok(BODY), chunked(BODY))
  await using proxy = await startCutProxy({ upstream: origin.url('/'), cuts: [{ response: 1, afterBytes: 0 }] })
  const empty = await rawGet(portOf(proxy.url('/f')), '/f')
  expect([empty.status, empty.body.length]).toEqual([200, 0])
  const chunks = await rawGet(portOf(proxy.url('/f')), '/f')
  expect([fieldOf(chunks, 'transfer-encoding'), fieldOf(chunks, 'content-length')]).toEqual(['chunked', undefined])
  expect(proxy.requests[1]?.bytesSent).toBe(1_000_000)
})

test('request bodies, statuses and breaks of the upstream pass through', async () => {
  await using origin = await startOrigin()
  origin.script('/echo', echo())
  origin.script('/gone', status(410, {}, 'gone'))
  origin.script('/cut', cut(BODY, 5))
  await using proxy = await startCutProxy({ upstream: origin.url('/'), cuts: [] })
  const port = portOf(proxy.url('/'))
  expect((await rawGet(port, '/echo', { method: 'POST', body: 'there and back' })).body.toString()).toBe('there and back')
  expect((await rawGet(port, '/gone')).status).toBe(410)
  expect((await rawGet(port, '/cut')).body.length).toBe(5)
})

test('url keeps path and query of a URL of the upstream', async () => {
  await using proxy = await startCutProxy({ upstream: 'https://registry.invalid', cuts: [] })
  expect(new URL(proxy.url('https://registry.invalid/a/-/a-1.0.0.tgz?x=1')).pathname).toBe('/a/-/a-1.0.0.tgz')
  expect(new URL(proxy.url('/b?y=2')).search).toBe('?y=2')
})

test('an upstream that cannot be reached is a 502', async () => {
  const origin = await startOrigin()
  await using proxy = await startCutProxy({ upstream: origin.url('/'), cuts: [] })
  await origin.close()
  expect((await rawGet(portOf(proxy.url('/')), '/f')).status).toBe(502)
  expect(proxy.requests[0]?.status).toBe(502)
})
