import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { cut, flip, gate, gz, inOrder, ok } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'

const body = 'the right bytes'
const sri = (text: string, algorithm = 'sha256'): string => `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`
const kept = { headers: { 'Cache-Control': 'max-age=60' } }
const quick = { retry: { attempts: 3, minDelay: 0, maxDelay: 0 } }

describe('init.integrity (SRI)', () => {
  test.each(['sha256', 'sha384', 'sha512'])('right bytes by %s', async (algorithm) => {
    await using b = await bench({ '/r': ok(body) })
    expect(await textOf(b.fetch(b.origin.url('/r'), { integrity: sri(body, algorithm) }))).toBe(body)
  })

  test('the digest is of the decoded bytes, as in fetch', async () => {
    await using b = await bench({ '/r': gz(body) })
    expect(await textOf(b.fetch(b.origin.url('/r'), { integrity: sri(body) }))).toBe(body)
  })

  test.each([
    ['of several digests one may match', `${sri('else')} ${sri(body)}`],
    ['the strongest algorithm decides', `${sri('else')} ${sri(body, 'sha512')}`],
    ['an option after the digest is ignored', `${sri(body)}?type=x`],
    ['an unknown algorithm alone asks nothing', 'md5-AAAA'],
    ['no metadata asks nothing', '   '],
  ])('%s', async (_, integrity) => {
    await using b = await bench({ '/r': ok(body) })
    expect(await textOf(b.fetch(b.origin.url('/r'), { integrity }))).toBe(body)
  })

  test('wrong bytes are asked again, and the caller never sees one of them', async () => {
    await using b = await bench({ '/r': inOrder(flip(body, 3), flip(body, 3), ok(body)) }, quick)
    const response = await b.fetch(b.origin.url('/r'), { integrity: sri(body) })
    expect(await response.text()).toBe(body)
    const seen = inspect(response)
    expect(seen).toMatchObject({
      outcome: 'miss',
      attempts: [{ error: { code: 'DIGEST' } }, { error: { code: 'DIGEST' } }, { status: 200 }],
    })
  })

  test('has() finds no version of other bytes than the call names', async () => {
    await using b = await bench()
    const url = b.origin.url('/r')
    await b.fetch.put(url, new Response(body, kept))
    const other = { integrity: sri('other') }
    expect(await failureOf(b.fetch(url, { ...other, cache: 'only-if-cached' }))).toMatchObject({ code: 'NOT_CACHED' })
    expect([await b.fetch.cache.has(url, { integrity: sri(body) }), await b.fetch.cache.has(url, other)]).toEqual([true, false])
  })

  test('wrong for ever: DIGEST, a TypeError as in fetch, and nothing is stored', async () => {
    await using b = await bench({ '/r': flip(body, 3, kept) }, quick)
    const error = await failureOf(b.fetch(b.origin.url('/r'), { integrity: sri(body) }))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ code: 'DIGEST', attempts: { length: 3 } })
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
  })

  test('the weaker digest does not help where the stronger is wrong', async () => {
    await using b = await bench({ '/r': ok(body) })
    const integrity = `${sri(body)} ${sri('else', 'sha512')}`
    expect((await failureOf(b.fetch(b.origin.url('/r'), { integrity }))).code).toBe('DIGEST')
  })

  test.each(['sha256', 'sha256-', 'sha512-!!!'])(
    'what stands for a digest and is none (%s) lets nothing pass, as in fetch',
    async (integrity) => {
      await using b = await bench({ '/r': ok(body) })
      expect((await failureOf(b.fetch(b.origin.url('/r'), { integrity }))).code).toBe('DIGEST')
      await expect(fetch(b.origin.url('/r'), { integrity })).rejects.toThrow(TypeError)
    },
  )

  test.each([404, 429, 500, 503])(
    'the page of a %i is not what was asked for: a TypeError as in fetch, to all who wait',
    async (status) => {
      await using b = await bench({ '/r': ok('down', { status }) })
      const asked = () => b.fetch(b.origin.url('/r'), { integrity: sri(body) })
      const errors = await Promise.all([failureOf(asked()), failureOf(asked())])
      expect(errors.map(({ code }) => code)).toEqual(['DIGEST', 'DIGEST'])
      await expect(fetch(b.origin.url('/r'), { integrity: sri(body) })).rejects.toThrow(TypeError)
    },
  )

  test('a 503 after good bytes: the last good version', async () => {
    await using b = await bench({ '/r': inOrder(ok(body), ok('down', { status: 503 })) })
    await textOf(b.fetch(b.origin.url('/r')))
    const response = await b.fetch(b.origin.url('/r'), { integrity: sri(body), cache: 'reload' })
    expect([await response.text(), inspect(response)]).toMatchObject([body, { outcome: 'fallback' }])
  })

  test('wrong bytes after good ones: the last good version, which has the digest', async () => {
    await using b = await bench({ '/r': inOrder(ok(body), flip(body, 3)) })
    await textOf(b.fetch(b.origin.url('/r'), { integrity: sri(body) }))
    const response = await b.fetch(b.origin.url('/r'), { integrity: sri(body), cache: 'reload' })
    expect([await response.text(), inspect(response)?.outcome]).toEqual([body, 'fallback'])
  })

  test('a version with another digest is no fallback', async () => {
    await using b = await bench({ '/r': inOrder(ok('old'), flip(body, 3)) })
    await textOf(b.fetch(b.origin.url('/r')))
    expect((await failureOf(b.fetch(b.origin.url('/r'), { integrity: sri(body), cache: 'reload' }))).code).toBe('DIGEST')
  })

  test('on a hit: the same digest is served, another one is fetched anew', async () => {
    await using b = await bench({ '/r': inOrder(ok('old', kept), ok(body, kept)) })
    const get = (integrity: string): Promise<Response> => b.fetch(b.origin.url('/r'), { integrity })
    expect(await textOf(get(sri('old')))).toBe('old')
    expect(inspect(await get(sri('old')))?.outcome).toBe('hit')
    expect(await textOf(get(sri(body)))).toBe(body)
    expect(inspect(await get(sri(body)))?.outcome).toBe('hit')
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('a fresh hit with the wrong digest is never handed out, not even offline', async () => {
    await using b = await bench({ '/r': ok('old', kept) })
    await textOf(b.fetch(b.origin.url('/r')))
    const error = await failureOf(b.fetch(b.origin.url('/r'), { integrity: sri(body), cache: 'only-if-cached' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.code).toMatch(/^(NOT_CACHED|DIGEST)$/)
  })

  test('two callers with different digests do not share one flight', async () => {
    const waiting = gate(ok(body, kept))
    await using b = await bench({ '/r': waiting })
    const good = b.fetch(b.origin.url('/r'), { integrity: sri(body) })
    const bad = failureOf(b.fetch(b.origin.url('/r'), { integrity: sri('else') }))
    await waiting.atLeast(2)
    waiting.release()
    expect(await textOf(good)).toBe(body)
    expect((await bad).code).toBe('DIGEST')
  })

  test('a body that broke is whole by its digest', async () => {
    const options = { etag: '"e"', ranges: true }
    await using b = await bench({ '/r': inOrder(cut(body, 6, options), ok(body, options)) }, quick)
    expect(await textOf(b.fetch(b.origin.url('/r'), { integrity: sri(body) }))).toBe(body)
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('it holds for a POST that passes through', async () => {
    await using b = await bench({ '/r': ok(body) })
    const post = (text: string): Promise<string> => textOf(b.fetch(b.origin.url('/r'), { method: 'POST', integrity: sri(text) }))
    expect(await post(body)).toBe(body)
    expect(await failureOf(post('else'))).toBeInstanceOf(TypeError)
  })
})
