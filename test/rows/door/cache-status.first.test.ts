import { describe, expect, test } from 'vitest'
import { type CallOptions, inspect } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { byRequest, counting, gate, ok, type Step, status } from '../../helpers/origin/index.ts'
import { ownStatus, readCacheStatus } from './cache-status.ts'
import { bench } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"t"', conditional: true }

describe('Cache-Status of what was not there before', () => {
  const first: [string, Step, Record<string, unknown>, Record<string, unknown>][] = [
    [
      'miss',
      ok('a', kept),
      { fwd: 'uri-miss', 'fwd-status': 200, stored: true },
      { outcome: 'miss', attempts: [{ status: 200 }] },
    ],
    [
      'a 404 that may be kept',
      status(404, kept.headers),
      { fwd: 'uri-miss', 'fwd-status': 404, stored: true },
      { outcome: 'miss', version: { status: 404 } },
    ],
    ['a 404 that says nothing', status(404), { fwd: 'uri-miss', 'fwd-status': 404 }, { warnings: [] }],
    [
      '503 with nothing to fall back to',
      status(503),
      { fwd: 'uri-miss', 'fwd-status': 503, stored: false },
      { outcome: 'miss', attempts: [{ status: 503 }] },
    ],
    [
      'no-store by the origin',
      ok('a', { headers: { 'Cache-Control': 'no-store' } }),
      { stored: false },
      { outcome: 'bypass', reason: 'no-store' },
    ],
    [
      'an event stream',
      ok('data: 1\n\n', { headers: { 'Content-Type': 'text/event-stream' } }),
      { stored: false },
      { outcome: 'bypass', reason: 'live' },
    ],
  ]
  test.each(first)('the first answer: %s', async (_, step, says, outcome) => {
    await using b = await bench({ '/r': step })
    const response = await b.fetch(b.origin.url('/r'))
    expect(ownStatus(response)).toMatchObject(says)
    expect(inspect(response)).toMatchObject(outcome)
    await response.arrayBuffer()
  })

  test.each([
    ['a no-store', 'GET', ok('a', { headers: { 'Cache-Control': 'no-store' } }), 'no-store'],
    ['a 404 that says nothing', 'GET', status(404), 'status'],
    ['a HEAD', 'HEAD', ok('a', kept), 'method'],
  ])('%s that streams is told as what is not stored, as one that is waited for', async (_, method, step, reason) => {
    await using b = await bench({ '/r': step })
    for (const delivery of ['whole', 'streaming'] as const) {
      const response = await b.fetch(b.origin.url('/r'), { method, holdfast: { delivery } })
      expect(ownStatus(response)).toMatchObject({ stored: false, detail: reason })
      expect(inspect(response)).toMatchObject({ outcome: 'bypass', reason })
      await response.arrayBuffer()
      await b.fetch.idle()
    }
  })

  test('another variant is vary-miss', async () => {
    await using b = await bench({
      '/r': byRequest((r) => ok(r.headers.accept ?? '', { headers: { ...kept.headers, Vary: 'Accept' } })),
    })
    const get = (accept: string): Promise<Response> => b.fetch(b.origin.url('/r'), { headers: { Accept: accept } })
    expect(ownStatus(await get('a/a'))).toMatchObject({ fwd: 'uri-miss' })
    expect(ownStatus(await get('b/b'))).toMatchObject({ fwd: 'vary-miss' })
    expect(ownStatus(await get('a/a'))).toMatchObject({ hit: true })
  })

  test('what is stored for this very request and was refused, or has other bytes than its caller knows, is a miss, and no vary-miss', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const url = b.origin.url('/r')
    const get = async (options: CallOptions = {}): Promise<unknown> => ownStatus(await b.fetch(url, { holdfast: options }))
    expect(await get()).toMatchObject({ fwd: 'uri-miss' })
    expect(await get({ expect: { digest: `sha256:${sha256('2')}` } })).toMatchObject({ fwd: 'miss' })
    for (const { id } of await b.fetch.entry(url).versions()) await b.fetch.entry(url).label('failed', { version: id })
    expect(await get()).toMatchObject({ fwd: 'miss' })
    await b.fetch.cache.delete({ url })
    expect(await get()).toMatchObject({ fwd: 'uri-miss' })
  })

  test('who joins a flight is collapsed, who began it is not', async () => {
    const waiting = gate(ok('a', kept))
    await using b = await bench({ '/r': waiting })
    const both = [b.fetch(b.origin.url('/r')), b.fetch(b.origin.url('/r'))]
    await waiting.arrived
    waiting.release()
    const said = (await Promise.all(both)).map((response) => ownStatus(response).collapsed === true)
    expect(new Set(said)).toEqual(new Set([false, true]))
  })

  test('caches before ours keep their place, fresh and on a hit', async () => {
    await using b = await bench({
      '/r': ok('a', { headers: { ...kept.headers, 'Cache-Status': ['"far"; fwd=miss', 'near; hit; x-own=1'] } }),
    })
    for (const hit of [false, true]) {
      const members = readCacheStatus((await b.fetch(b.origin.url('/r'))).headers.get('cache-status'))
      expect(members.map(({ cache }) => cache)).toEqual(['far', 'near', 'holdfast'])
      expect(members.at(-1)?.params.hit === true).toBe(hit)
    }
  })

  test('a broken Cache-Status of the origin does not break ours', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { 'Cache-Status': 'HIT from "cloud, ;;' } }) })
    expect(ownStatus(await b.fetch(b.origin.url('/r')))).toMatchObject({ fwd: 'uri-miss' })
  })
})
