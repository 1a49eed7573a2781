import { describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, failureOf } from '../door/kit.ts'
import { ask, fill, withControl } from './given.ts'

const manual: Init = { redirect: 'manual' }
const LONG_AGO = 'Wed, 01 Jan 2020 00:00:00 GMT'
const to = (location: string, code: number, more: Record<string, string> = {}): Step =>
  status(code, { Location: location, ...more })
const target = withControl('there', 'max-age=600')
const hitsOf = (b: Bench): number[] => ['/r', '/there'].map((path) => b.origin.hits(path))

/** The redirect itself, without following it. */
async function twice(b: Bench, wait: number): Promise<[number, string | null][]> {
  const seen: [number, string | null][] = []
  for (const pause of [0, wait]) {
    await b.clock.advance(pause)
    const { status: code, headers } = await ask(b, manual)
    seen.push([code, headers.get('location')])
  }
  return seen
}

describe('a 3xx is stored as any answer (RFC 9111, 3; RFC 9110, 15.4)', () => {
  test.each([301, 308])('%i without a word on freshness: by heuristic', async (code) => {
    await using b = await bench({ '/r': to('/there', code, { 'Last-Modified': LONG_AGO }), '/there': target })
    expect(await twice(b, 60_000)).toEqual([
      [code, '/there'],
      [code, '/there'],
    ])
    expect(hitsOf(b)).toEqual([1, 0])
  })

  test.each([302, 303, 307])('%i without a word on freshness: asked each time', async (code) => {
    await using b = await bench({ '/r': to('/there', code, { 'Last-Modified': LONG_AGO }), '/there': target })
    expect(await twice(b, 60_000)).toEqual([
      [code, '/there'],
      [code, '/there'],
    ])
    expect(hitsOf(b)).toEqual([2, 0])
  })

  test.each([301, 302, 303, 307, 308])('%i with max-age: for so long', async (code) => {
    await using b = await bench({ '/r': to('/there', code, { 'Cache-Control': 'max-age=60' }), '/there': target })
    expect(await twice(b, 50_000)).toHaveLength(2)
    expect(hitsOf(b)).toEqual([1, 0])
    await twice(b, 20_000)
    expect(hitsOf(b)).toEqual([2, 0])
  })

  test.each([301, 308])('%i with no-store: never', async (code) => {
    await using b = await bench({ '/r': to('/there', code, { 'Cache-Control': 'no-store' }), '/there': target })
    await twice(b, 1_000)
    expect(hitsOf(b)).toEqual([2, 0])
  })

  test('what manual gives is the 3xx with its fields, status and URL', async () => {
    await using b = await bench({
      '/r': status(302, { Location: '/there', 'Cache-Control': 'max-age=60', 'X-Own': 'x' }, 'moved'),
      '/there': target,
    })
    for (const hits of [1, 1]) {
      const response = await b.fetch(b.origin.url('/r'), manual)
      expect([response.status, response.url, response.redirected, response.ok]).toEqual([302, b.origin.url('/r'), false, false])
      expect([response.headers.get('location'), response.headers.get('x-own')]).toEqual(['/there', 'x'])
      expect([await response.text(), b.origin.hits('/r')]).toEqual(['moved', hits])
    }
  })

  test('"error" rejects, from the wire and from the store', async () => {
    await using b = await bench({ '/r': to('/there', 301, { 'Cache-Control': 'max-age=60' }), '/there': target })
    expect((await failureOf(b.fetch(b.origin.url('/r'), { redirect: 'error' }))).code).toBe('REDIRECT')
    await ask(b, manual)
    expect((await failureOf(b.fetch(b.origin.url('/r'), { redirect: 'error' }))).code).toBe('REDIRECT')
    await fill(b)
    expect((await failureOf(b.fetch(b.origin.url('/r'), { redirect: 'error' }))).code).toBe('REDIRECT')
    expect(await failureOf(b.fetch(b.origin.url('/r'), { redirect: 'error', cache: 'force-cache' }))).toBeInstanceOf(TypeError)
  })
})
