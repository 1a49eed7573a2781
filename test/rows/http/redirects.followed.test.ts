import { describe, expect, test } from 'vitest'
import type { Init, Options } from '../../../src/index.ts'
import { byRequest, inOrder, ok, type Step, startOrigin, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, failureOf } from '../door/kit.ts'
import { ask, fill, withControl } from './given.ts'

const manual: Init = { redirect: 'manual' }
const to = (location: string, code: number, more: Record<string, string> = {}): Step =>
  status(code, { Location: location, ...more })
const target = withControl('there', 'max-age=600')
const hitsOf = (b: Bench): number[] => ['/r', '/there'].map((path) => b.origin.hits(path))

describe('followed redirects', () => {
  test('fresh as long as each hop is', async () => {
    await using b = await bench({ '/r': to('/there', 302, { 'Cache-Control': 'max-age=60' }), '/there': target })
    expect([await fill(b), await fill(b)]).toEqual(['there', 'there'])
    expect(b.origin.hits('/r')).toBe(1)
    await b.clock.advance(61_000)
    await fill(b)
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('a short target behind a long redirect is asked again', async () => {
    await using b = await bench({
      '/r': to('/there', 301, { 'Cache-Control': 'max-age=6000' }),
      '/there': inOrder(withControl('1', 'max-age=60'), withControl('2', 'max-age=60')),
    })
    expect(await fill(b)).toBe('1')
    await b.clock.advance(61_000)
    expect(await fill(b)).toBe('2')
  })

  test.each([302, 303, 307])('a bare %i in the chain: the way is asked for each time', async (code) => {
    await using b = await bench({
      '/r': inOrder(to('/there', code), to('/else', code)),
      '/there': target,
      '/else': withControl('else', 'max-age=600'),
    })
    expect([await fill(b), await fill(b)]).toEqual(['there', 'else'])
    expect(b.origin.hits('/r')).toBe(2)
  })

  test.each([
    ['a bare 302, whatever window the target has', {}, 'stale-while-revalidate=600', {}],
    [
      'a fresh 302 to what is immutable, where it is to be confirmed',
      { 'Cache-Control': 'max-age=60' },
      'immutable',
      { cache: 'no-cache' },
    ],
  ] as const)('%s: the way is asked for', async (_, hop, says, init) => {
    await using b = await bench({
      '/r': inOrder(to('/there', 302, hop), to('/else', 302, hop)),
      '/there': withControl('there', `max-age=600, ${says}`),
      '/else': withControl('else', `max-age=600, ${says}`),
    })
    expect(await fill(b)).toBe('there')
    await b.clock.advance(1000)
    expect(await fill(b, init)).toBe('else')
  })

  test('a window of the target behind a redirect that holds for longer', async () => {
    const there = withControl('there', 'max-age=60, stale-while-revalidate=600')
    await using b = await bench({ '/r': to('/there', 302, { 'Cache-Control': 'max-age=120' }), '/there': there })
    await fill(b)
    await b.clock.advance(90_000)
    expect((await ask(b)).outcome).toBe('stale')
    await b.fetch.idle()
    await b.clock.advance(130_000)
    expect((await ask(b)).outcome).toBe('revalidated')
  })

  test('no-store, or no-cache, on a hop counts for the chain', async () => {
    for (const control of ['no-store', 'no-cache', 'max-age=0']) {
      await using b = await bench({ '/r': to('/there', 301, { 'Cache-Control': control }), '/there': target })
      await fill(b)
      await fill(b)
      expect([control, b.origin.hits('/r')]).toEqual([control, 2])
    }
  })

  test('three hops: url, redirected and the body, from the wire and from the store', async () => {
    const kept = { 'Cache-Control': 'max-age=60' }
    await using b = await bench({
      '/r': to('/b', 301, kept),
      '/b': to('/c', 307, kept),
      '/c': to('/there', 308, kept),
      '/there': target,
    })
    for (let n = 0; n < 2; n += 1) {
      const response = await b.fetch(b.origin.url('/r'))
      expect([response.url, response.redirected, response.status, await response.text()]).toEqual([
        b.origin.url('/there'),
        true,
        200,
        'there',
      ])
    }
    expect(['/r', '/b', '/c', '/there'].map((path) => b.origin.hits(path))).toEqual([1, 1, 1, 1])
  })

  test('a redirect that leads elsewhere after it was stored as manual', async () => {
    await using b = await bench({ '/r': inOrder(to('/there', 302), to('/else', 302)), '/there': target, '/else': ok('else') })
    expect((await ask(b, manual)).headers.get('location')).toBe('/there')
    expect(await fill(b)).toBe('else')
    expect((await ask(b, manual)).headers.get('location')).toBe('/else')
  })

  test('a fragment: that of Location, else the caller’s; it is no part of the key or of the wire', async () => {
    await using b = await bench({ '/r': to('/there#x', 301, { 'Cache-Control': 'max-age=60' }), '/there': target })
    for (const fragment of ['', '#a', '#b']) {
      const response = await b.fetch(b.origin.url(`/r${fragment}`))
      expect([await response.text(), response.url]).toEqual(['there', b.origin.url('/there')])
      const first = await b.fetch(b.origin.url(`/r${fragment}`), manual)
      expect(first.headers.get('location')).toBe('/there#x')
    }
    expect(b.origin.requests().every(({ path }) => !path.includes('#'))).toBe(true)
    expect(hitsOf(b)[1]).toBe(1)
  })
})

describe('POST and redirects (Fetch standard, HTTP-redirect fetch)', () => {
  const seen = byRequest((r) => ok(`${r.method} ${r.body.toString()}`, { headers: { 'Cache-Control': 'max-age=600' } }))
  const rows: [number, string][] = [
    [301, 'GET '],
    [302, 'GET '],
    [303, 'GET '],
    [307, 'POST a'],
    [308, 'POST a'],
  ]
  test.each(rows)('%i becomes %s, and is not stored for the address that was posted to', async (code, expected) => {
    await using b = await bench({
      '/r': byRequest((r) => (r.method === 'POST' ? to('/there', code) : ok('own'))),
      '/there': seen,
    })
    expect((await ask(b, { method: 'POST', body: 'a' })).text).toBe(expected)
    expect(await fill(b)).toBe('own')
  })

  test('a GET that comes of 303 does not lose the entry of the target to a wrong one', async () => {
    await using b = await bench({ '/r': to('/there', 303), '/there': seen })
    await ask(b, { method: 'POST', body: 'a' })
    expect(await fill(b, {}, '/there')).toBe('GET ')
  })
})

describe('hostile redirects', () => {
  test.each(['http://[', '', 'ftp://example.org/', 'data:text/plain,x'])(
    'Location %j is no way; manual shows it all the same',
    async (location) => {
      await using b = await bench({ '/r': status(302, { Location: location, 'Cache-Control': 'max-age=60' }) })
      expect([(await ask(b, manual)).status, (await ask(b, manual)).says.hit]).toEqual([302, true])
    },
  )

  test('3xx without Location is an answer, stored by the same rules', async () => {
    await using b = await bench({ '/r': status(301, { 'Cache-Control': 'max-age=60' }, 'nowhere') })
    expect(await ask(b)).toMatchObject({ status: 301, text: 'nowhere' })
    expect((await ask(b)).says.hit).toBe(true)
  })

  test('a stored loop ends', async () => {
    const options: Options = { ttl: '1h' }
    await using b = await bench({ '/r': to('/there', 301), '/there': to('/r', 301) }, options)
    await ask(b, manual)
    await ask(b, manual, '/there')
    expect((await failureOf(b.fetch(b.origin.url('/r')))).code).toBe('REDIRECT')
  })

  test('a stored redirect to another origin does not carry credentials there', async () => {
    await using other = await startOrigin()
    other.script(
      '/there',
      byRequest((r) => ok(`${r.headers.authorization}`)),
    )
    await using b = await bench({ '/r': to(other.url('/there'), 301, { 'Cache-Control': 'max-age=60' }) })
    const headers = { Authorization: 'canary' }
    await ask(b, { ...manual, headers })
    expect((await ask(b, { headers })).text).toBe('undefined')
  })
})
