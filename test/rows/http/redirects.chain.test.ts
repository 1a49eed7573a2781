import { describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { byRequest, inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die, failureOf, textOf } from '../door/kit.ts'
import { ask, askWith, dateBefore, dated, fill } from './given.ts'

const to = (location: string, more: Record<string, string> = {}, code = 302): Step =>
  status(code, { Location: location, 'Cache-Control': 'max-age=60', ...more })
const there = (body: string, tag = '"1"'): Step =>
  ok(body, { headers: { 'Cache-Control': 'max-age=60' }, etag: tag, conditional: true })
const isHit = async (b: Bench, init: Init = {}): Promise<boolean> => (await ask(b, init)).says.hit === true

describe('what is kept of a chain is as good as its weakest hop', () => {
  test('Vary of a hop: each language goes its own way', async () => {
    const hop = byRequest((r) => to(`/${r.headers['accept-language']}`, { Vary: 'Accept-Language' }))
    await using b = await bench({ '/r': hop, '/de': there('deutsch'), '/fr': there('français') })
    const get = async (language: string): Promise<string> => (await askWith(b, { 'Accept-Language': language })).text
    expect([await get('de'), await get('fr'), await get('de'), await get('fr')]).toEqual([
      'deutsch',
      'français',
      'deutsch',
      'français',
    ])
  })

  test('Vary: * of a hop: never reused', async () => {
    await using b = await bench({ '/r': to('/there', { Vary: '*' }), '/there': there('a') })
    await fill(b)
    await fill(b)
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('the Age of a hop', async () => {
    await using b = await bench({ '/r': to('/there', { Age: '50' }), '/there': there('a') })
    await fill(b)
    await b.clock.advance(5_000)
    expect(await isHit(b)).toBe(true)
    await b.clock.advance(6_000)
    expect(await isHit(b)).toBe(false)
  })

  test.each<[string, (now: number) => Record<string, string>]>([
    ['Age', () => ({ Age: '500' })],
    ['Date', (now) => ({ Date: dateBefore(now, 500_000) })],
  ])('the age that a target comes with, by its %s, is not that of the hop', async (_, aged) => {
    const target = dated('a', (now) => ({ 'Cache-Control': 'max-age=3600', ...aged(now) }))
    await using b = await bench({ '/r': to('/there'), '/there': target })
    await fill(b)
    await b.clock.advance(59_000)
    expect(await isHit(b)).toBe(true)
    await b.clock.advance(2_000)
    expect(await isHit(b)).toBe(false)
  })

  test('an Expires that is past', async () => {
    const hop = status(302, { Location: '/there', Expires: '0' })
    await using b = await bench({ '/r': hop, '/there': there('a') })
    await fill(b)
    expect(await isHit(b)).toBe(false)
  })

  test('must-revalidate of a hop, dead origin: standard gives nothing, resilient the last good one', async () => {
    for (const respect of ['standard', 'resilient'] as const) {
      await using b = await bench(
        { '/r': to('/there', { 'Cache-Control': 'max-age=60, must-revalidate' }), '/there': there('a') },
        { respect },
      )
      await fill(b)
      await b.clock.advance(61_000)
      await die(b.origin)
      if (respect === 'standard') expect((await failureOf(fill(b))).code).toBe('CONNECT')
      else expect((await ask(b)).outcome).toBe('fallback')
    }
  })

  test('asked again, all of it is fresh again', async () => {
    await using b = await bench({ '/r': to('/there'), '/there': there('a') })
    await fill(b)
    await b.clock.advance(61_000)
    expect([await isHit(b), await isHit(b)]).toEqual([false, true])
    expect([b.origin.hits('/r'), b.origin.hits('/there')]).toEqual([2, 2])
  })

  test('only the way is stale: the origin is asked which way, and the body is right', async () => {
    const long = ok('a', { headers: { 'Cache-Control': 'max-age=6000' }, etag: '"1"', conditional: true })
    await using b = await bench({ '/r': inOrder(to('/there'), to('/else')), '/there': long, '/else': there('b', '"2"') })
    expect(await fill(b)).toBe('a')
    await b.clock.advance(61_000)
    expect(await fill(b)).toBe('b')
  })
})

describe('a way that leads elsewhere, to a resource with the same tag', () => {
  test('a tag is of one resource: its namesake’s 304 does not bring the old body back', async () => {
    await using b = await bench({
      '/r': inOrder(to('/there'), to('/else')),
      '/there': there('old place'),
      '/else': there('new place'),
    })
    expect(await fill(b)).toBe('old place')
    await b.clock.advance(61_000)
    const told = await b.fetch(b.origin.url('/r'))
    expect([await told.text(), told.url]).toEqual(['new place', b.origin.url('/else')])
    expect(await fill(b)).toBe('new place')
  })

  test('nor by date', async () => {
    const dated = (body: string): Step =>
      ok(body, { headers: { 'Cache-Control': 'max-age=60' }, lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT', conditional: true })
    await using b = await bench({
      '/r': inOrder(to('/there'), to('/else')),
      '/there': dated('old place'),
      '/else': dated('new place'),
    })
    await fill(b)
    await b.clock.advance(61_000)
    expect(await fill(b)).toBe('new place')
  })

  test('what redirected becomes a resource of its own, and the other way round', async () => {
    await using b = await bench({ '/r': inOrder(to('/there'), there('own'), to('/there')), '/there': there('far') })
    const texts: string[] = []
    for (let n = 0; n < 3; n += 1) {
      texts.push(await fill(b))
      await b.clock.advance(61_000)
    }
    expect(texts).toEqual(['far', 'own', 'far'])
  })
})

describe('a write to where a chain ends, or passes', () => {
  test.each(['/there', '/middle', '/r'])('to %s: the chain is asked again (RFC 9111, 4.4)', async (path) => {
    const or =
      (step: Step): Step =>
      (exchange) =>
        (exchange.request.method === 'PUT' ? status(204) : step)(exchange)
    await using b = await bench({ '/r': or(to('/middle')), '/middle': or(to('/there')), '/there': or(there('a')) })
    await fill(b)
    await b.clock.advance(1000)
    await textOf(b.fetch(b.origin.url(path), { method: 'PUT', body: 'x' }))
    await b.clock.advance(1000)
    expect(await isHit(b)).toBe(false)
  })

  test('and to the URL of an entry under a key of the user’s', async () => {
    const step = byRequest((r) => (r.method === 'PUT' ? status(204) : there('a')))
    await using b = await bench({ '/r': step })
    const holdfast = { key: 'mine' }
    await fill(b, { holdfast })
    await b.clock.advance(1000)
    await textOf(b.fetch(b.origin.url('/r'), { method: 'PUT', body: 'x' }))
    await b.clock.advance(1000)
    expect(await isHit(b, { holdfast })).toBe(false)
  })
})
