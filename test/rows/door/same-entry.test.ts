import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { byRequest, counting, gate, ok, redirect, status } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'

/** Calls that share an address but ask for different things: a stored answer to one must not be given to the other. */
const kept = { headers: { 'Cache-Control': 'max-age=600' } }

describe('redirect modes over one address', () => {
  const script = {
    '/a': status(301, { Location: '/b', 'Cache-Control': 'max-age=600' }),
    '/b': counting(kept),
    '/tmp': redirect('/b'),
  }

  test.each(['/a', '/tmp'])('%s followed and stored, then asked with manual and error', async (path) => {
    await using b = await bench(script, { ttl: '1h' })
    const url = b.origin.url(path)
    const followed = await b.fetch(url)
    expect([followed.status, followed.redirected, followed.url, await followed.text()]).toEqual([
      200,
      true,
      b.origin.url('/b'),
      '1',
    ])
    const manual = await b.fetch(url, { redirect: 'manual' })
    expect([manual.status, manual.redirected, manual.url, manual.headers.get('location')]).toEqual([
      path === '/a' ? 301 : 302,
      false,
      url,
      '/b',
    ])
    expect((await failureOf(b.fetch(url, { redirect: 'error' }))).code).toBe('REDIRECT')
    const again = await b.fetch(url)
    expect([again.status, again.redirected, again.url]).toEqual([200, true, b.origin.url('/b')])
  })

  test.each(['/a', '/tmp'])('%s asked with manual and stored, then followed', async (path) => {
    await using b = await bench(script, { ttl: '1h' })
    const url = b.origin.url(path)
    expect((await b.fetch(url, { redirect: 'manual' })).headers.get('location')).toBe('/b')
    const followed = await b.fetch(url)
    expect([followed.status, followed.redirected, await followed.text()]).toEqual([200, true, '1'])
    expect((await failureOf(b.fetch(url, { redirect: 'error' }))).code).toBe('REDIRECT')
  })

  test('at the same moment they do not share a flight', async () => {
    const waiting = gate(redirect('/b'))
    await using b = await bench({ '/a': waiting, '/b': counting(kept) })
    const url = b.origin.url('/a')
    const both = [
      b.fetch(url),
      b.fetch(url, { redirect: 'manual' }),
      b.fetch(url, { redirect: 'error' }).catch((error: unknown) => error as Error),
    ]
    await waiting.arrived
    waiting.release()
    const [followed, manual, refused] = await Promise.all(both)
    expect(followed).toMatchObject({ status: 200, redirected: true })
    expect(manual).toMatchObject({ status: 302, redirected: false })
    expect(refused).toMatchObject({ code: 'REDIRECT' })
  })

  test('an address with redirects in its past, asked offline: what was followed is there', async () => {
    await using b = await bench(script, { ttl: '1h' })
    await textOf(b.fetch(b.origin.url('/tmp')))
    const response = await b.fetch(b.origin.url('/tmp'), { cache: 'only-if-cached' })
    expect([response.url, response.redirected, await response.text()]).toEqual([b.origin.url('/b'), true, '1'])
  })
})

describe('a caller that asks for a part', () => {
  const part = byRequest((r) => ok('0123456789', { ...kept, ranges: r.headers.range !== undefined, etag: '"e"' }))

  test('gets the part where a whole is stored, and the whole stays', async () => {
    await using b = await bench({ '/r': part })
    await textOf(b.fetch(b.origin.url('/r')))
    const response = await b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=2-4' } })
    expect([
      response.status,
      response.headers.get('content-range'),
      response.headers.get('content-length'),
      await response.text(),
    ]).toEqual([206, 'bytes 2-4/10', '3', '234'])
    expect(await textOf(b.fetch(b.origin.url('/r'), { cache: 'only-if-cached' }))).toBe('0123456789')
  })

  test('passes through without one, and its part is never taken for the whole', async () => {
    await using b = await bench({ '/r': part })
    const response = await b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=2-4' } })
    expect([response.status, await response.text()]).toEqual([206, '234'])
    expect(inspect(response)).toMatchObject({ outcome: 'bypass', reason: 'range' })
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('0123456789')
  })

  test.each(['bytes=99-', 'bytes=4-2', 'lines=1-2', 'bytes=', 'bytes=0-0,2-2'])('%s gets no wrong bytes', async (range) => {
    await using b = await bench({ '/r': part })
    await textOf(b.fetch(b.origin.url('/r')))
    const response = await b.fetch(b.origin.url('/r'), { headers: { Range: range } })
    // The origin says what such a range is worth; a 200 has to be the whole.
    expect(['200 0123456789', '206', '416']).toContain(
      response.status === 200 ? `200 ${await response.text()}` : String(response.status),
    )
  })

  test('and a whole at the same moment have a flight each', async () => {
    const waiting = gate(part)
    await using b = await bench({ '/r': waiting })
    const both = [b.fetch(b.origin.url('/r')), b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=2-4' } })]
    await waiting.atLeast(2)
    waiting.release()
    expect(await Promise.all(both.map(textOf))).toEqual(['0123456789', '234'])
  })
})

describe('what the caller holds may change after the call', () => {
  test('a URL object', async () => {
    const waiting = gate(ok('first', kept))
    await using b = await bench({ '/r': waiting, '/other': ok('other') })
    const url = new URL(b.origin.url('/r'))
    const answer = b.fetch(url)
    url.pathname = '/other'
    await waiting.arrived
    waiting.release()
    const response = await answer
    expect([await response.text(), response.url]).toEqual(['first', b.origin.url('/r')])
  })

  test('the bytes of a safe body', async () => {
    await using b = await bench({ '/q': byRequest((r) => ok(r.body.toString(), kept)) })
    const body = new TextEncoder().encode('before')
    const answer = b.fetch(b.origin.url('/q'), { method: 'POST', body, holdfast: { safe: true } })
    body.fill(0x78)
    expect(await textOf(answer)).toBe('before')
  })
})
