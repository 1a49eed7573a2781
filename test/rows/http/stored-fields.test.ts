import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { chunked, type Fields, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, fill, type Told, withControl } from './given.ts'

const HOPS = {
  Connection: 'X-Hop, keep-alive, X-Other',
  'X-Hop': 'hop',
  'X-Other': 'hop',
  'Keep-Alive': 'timeout=5',
  'Proxy-Connection': 'keep-alive',
  'Proxy-Authenticate': 'Basic',
  'Proxy-Authentication-Info': 'x',
  'Proxy-Authorization': 'Basic x',
  TE: 'trailers',
  Trailer: 'X-Later',
  Upgrade: 'h2c',
}
const NAMES = Object.keys(HOPS)
const kept = { 'Cache-Control': 'max-age=60', 'X-Own': 'own' }

describe('fields of one hop are not stored (RFC 9111, 3.1; RFC 9110, 7.6.1)', () => {
  test('neither the registered ones nor those that Connection names, in hits and in the record', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { ...kept, ...HOPS } }) })
    await fill(b)
    const hit = await b.fetch(b.origin.url('/r'))
    const info = inspect(hit)
    expect(info?.outcome).toBe('hit')
    const stored = info !== undefined && 'version' in info ? info.version.headers : new Headers()
    for (const name of NAMES) expect([name, hit.headers.get(name), stored.get(name)]).toEqual([name, null, null])
    expect([hit.headers.get('x-own'), stored.get('x-own')]).toEqual(['own', 'own'])
  })

  test('in any case and spelling of Connection, over several lines', async () => {
    const headers = { ...kept, connection: ['CLOSE', ' x-hop ,, X-THIRD'], 'x-HOP': '1', 'X-Third': '2' }
    await using b = await bench({ '/r': ok('a', { headers }) })
    await fill(b)
    const hit = await ask(b)
    expect([hit.headers.get('x-hop'), hit.headers.get('x-third'), hit.headers.get('x-own')]).toEqual([null, null, 'own'])
  })

  test('Transfer-Encoding of a chunked body', async () => {
    await using b = await bench({ '/r': chunked('0123456789', { headers: kept }) })
    await fill(b)
    const hit = await ask(b)
    expect([hit.text, hit.headers.get('transfer-encoding'), hit.headers.get('trailer')]).toEqual(['0123456789', null, null])
  })

  test('what Connection names with a bad token harms nothing', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { ...kept, Connection: 'close, , "x", __proto__, constructor' } }) })
    await fill(b)
    expect(await ask(b)).toMatchObject({ text: 'a', says: { hit: true } })
  })
})

/** Stored, then stale, then a 304 with these fields, then a hit. */
async function after304(first: Fields, renewal: Fields): Promise<{ told: Told; renewed: Told; b: Bench }> {
  const fresh = { 'Cache-Control': 'max-age=60', ETag: '"e"' }
  const steps: [Step, ...Step[]] = [
    ok('body', { headers: { ...fresh, ...first } }),
    notModified({ headers: { ...fresh, ...renewal } }),
  ]
  const b = await bench({ '/r': inOrder(...steps) })
  await fill(b)
  await b.clock.advance(61_000)
  const renewed = await ask(b)
  const told = await ask(b)
  expect([renewed.text, told.text, b.origin.hits()]).toEqual(['body', 'body', 2])
  return { told, renewed, b }
}

describe('a 304 renews every stored field (RFC 9111, 3.2 and 4.3.4)', () => {
  test.each([
    ['Cache-Control', 'max-age=60', 'max-age=120'],
    ['Last-Modified', 'Wed, 01 Jan 2025 00:00:00 GMT', 'Thu, 02 Jan 2025 00:00:00 GMT'],
    ['Expires', 'Wed, 01 Jan 2025 00:00:00 GMT', 'Thu, 02 Jan 2025 00:00:00 GMT'],
    ['Content-Language', 'de', 'en'],
    ['Content-Location', '/a', '/b'],
    ['Vary', 'X-A', 'X-B'],
    ['X-Own', '1', '2'],
    ['Content-Security-Policy', "default-src 'none'", "default-src 'self'"],
    ['Link', '</a>; rel=x', '</b>; rel=y'],
    ['Set-Like', 'a', ''],
  ])('%s', async (name, old, renewed) => {
    const { told, renewed: first, b } = await after304({ [name]: old }, { [name]: renewed })
    await using _ = b
    expect([first.headers.get(name), told.headers.get(name)]).toEqual([renewed, renewed])
  })

  test('one that is new comes in, one that is not named stays', async () => {
    const { told, b } = await after304({ 'X-Old': 'old' }, { 'X-New': 'new' })
    await using _ = b
    expect([told.headers.get('x-old'), told.headers.get('x-new'), told.headers.get('etag')]).toEqual(['old', 'new', '"e"'])
  })

  test('all lines of a name are replaced by all lines of it', async () => {
    const { told, b } = await after304({ 'X-List': ['1', '2', '3'] }, { 'X-List': ['8', '9'] })
    await using _ = b
    expect(told.headers.get('x-list')).toBe('8, 9')
  })

  test('Date and Age are those of the 304', async () => {
    const { told, b } = await after304({}, {})
    await using _ = b
    expect(told.headers.get('date')).toBe(new Date(b.clock.now()).toUTCString())
    expect(told.headers.get('age')).toBe('0')
    await b.clock.advance(5_000)
    expect((await ask(b)).headers.get('age')).toBe('5')
  })

  test('an Age that comes with the 304 counts', async () => {
    const { told, b } = await after304({}, { Age: '20' })
    await using _ = b
    expect([told.headers.get('age'), told.says.ttl]).toEqual(['20', 40])
  })

  test('ETag: from weak to weak, and it is the new one that is asked with', async () => {
    await using b = await bench({
      '/r': inOrder(
        withControl('a', 'max-age=60', { etag: 'W/"e"' }),
        notModified({ etag: 'W/"e"', headers: { 'Cache-Control': 'max-age=60' } }),
      ),
    })
    await fill(b)
    for (let n = 0; n < 2; n += 1) {
      await b.clock.advance(61_000)
      expect((await ask(b)).text).toBe('a')
    }
    expect(b.origin.requests('/r')[2]?.headers['if-none-match']).toBe('W/"e"')
  })

  test('not those of one hop, nor Content-Length, nor the coding of bytes that are decoded', async () => {
    const { told, b } = await after304(
      { 'X-Hop': 'stays' },
      {
        Connection: 'X-Hop, close',
        'X-Hop': 'changed',
        'Content-Length': '999',
        'Content-Encoding': 'gzip',
        'Content-Range': 'bytes 0-1/4',
        'Proxy-Authenticate': 'x',
      },
    )
    await using _ = b
    expect(['4', null]).toContain(told.headers.get('content-length'))
    const named = ['content-encoding', 'connection', 'proxy-authenticate', 'content-range']
    for (const name of named) expect([name, told.headers.get(name)]).toEqual([name, null])
    expect(told.headers.get('x-hop')).not.toBe('changed')
  })

  test('no-store in a 304: the answer is right, and is not kept as fresh', async () => {
    const { b } = await (async () => {
      const opened = await bench({
        '/r': inOrder(
          withControl('a', 'max-age=60', { etag: '"e"' }),
          notModified({ etag: '"e"', headers: { 'Cache-Control': 'no-store' } }),
        ),
      })
      await fill(opened)
      await opened.clock.advance(61_000)
      return { b: opened }
    })()
    await using _ = b
    expect([(await ask(b)).text, (await ask(b)).says.hit]).toEqual(['a', undefined])
  })
})
