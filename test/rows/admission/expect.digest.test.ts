import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { CallOptions, Init, Options } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { cut, digestField, flip, gz, ok, redirect } from '../../helpers/origin/index.ts'
import { given, inspected, rejection, seen } from '../download/given.ts'
import { ask, fallen, later } from './judging.ts'

type Digest = NonNullable<NonNullable<CallOptions['expect']>['digest']>

const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const
const NOTATIONS = ['hex', 'HEX', 'base64', 'base64 without padding'] as const

function digestOf(
  body: string | Uint8Array,
  algorithm: (typeof ALGORITHMS)[number] = 'sha256',
  notation: (typeof NOTATIONS)[number] = 'hex',
): Digest {
  const hash = createHash(algorithm).update(body)
  const text = hash.digest(notation.startsWith('base64') ? 'base64' : 'hex')
  if (notation === 'HEX') return `${algorithm}:${text.toUpperCase()}`
  return `${algorithm}:${notation === 'base64' || notation === 'hex' ? text : text.replace(/=+$/, '')}`
}

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test.each(NOTATIONS)('in %s: the right bytes', async (notation) => {
    await using g = await given({ expect: { digest: digestOf('right', algorithm, notation) } })
    g.origin.script('/f', ok('right'))
    expect(await ask(g)).toEqual({ status: 200, text: 'right', outcome: 'miss' })
  })

  test.each(NOTATIONS)('in %s: wrong bytes are DIGEST, tried again, and right ones then taken (T12)', async (notation) => {
    await using g = await given({ expect: { digest: digestOf('right', algorithm, notation) } })
    g.origin.script('/f', ok('wrong'), ok('right'))
    expect(await ask(g)).toEqual({ status: 200, text: 'right', outcome: 'miss' })
    expect(g.origin.hits()).toBe(2)
  })
})

describe('bytes that stay wrong', () => {
  const right = digestOf('right')

  test('nothing stored: DIGEST, all attempts told', async () => {
    await using g = await given({ expect: { digest: right }, retry: { attempts: 3 } })
    g.origin.script('/f', ok('wrong'))
    const error = await rejection(g.fetch(g.origin.url('/f')))
    expect(error).toMatchObject({ code: 'DIGEST', url: g.origin.url('/f') })
    expect(error.attempts).toHaveLength(3)
    expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
  })

  test('a good version stored: that one', async () => {
    await using g = await given({ expect: { digest: right }, retry: { attempts: 2 } })
    g.origin.script('/f', ok('right'), ok('wrong'))
    await ask(g)
    await g.clock.advance(1_000)
    expect(await fallen(g)).toMatchObject({ text: 'right', code: 'DIGEST' })
  })

  test('a version stored that is not what is expected: no hit, and no fallback', async () => {
    await using g = await given({ ttl: '1h', retry: false })
    g.origin.script('/f', ok('wrong'))
    await ask(g)
    const init: Init = { holdfast: { expect: { digest: right } } }
    expect(await ask(g, init)).toEqual({ rejected: 'DIGEST' })
    expect(g.origin.hits()).toBe(2)
    expect(await ask(g, { ...init, cache: 'force-cache' })).toEqual({ rejected: 'DIGEST' })
    expect(await ask(g, { ...init, cache: 'only-if-cached', mode: 'same-origin' })).toEqual({ rejected: 'NOT_CACHED' })
  })

  const known: [string, Init][] = [
    ['expect', { holdfast: { expect: { digest: right } } }],
    ['a size', { holdfast: { expect: { size: 7 } } }],
    ['integrity', { integrity: `sha256-${createHash('sha256').update('right').digest('base64')}` }],
  ]
  test.each(known)('nor does a condition ask about it, by %s: no 304 brings wrong bytes back', async (_, init) => {
    await using g = await given({ ttl: 0, retry: false })
    g.origin.script('/f', ok('wrong', { etag: '"1"', conditional: true }))
    await ask(g)
    expect((await ask(g, init)).rejected).toMatch(/^(DIGEST|TRUNCATED)$/)
    expect(g.origin.requests('/f')[1]?.headers['if-none-match']).toBeUndefined()
  })

  test.each(known)('nor is it given while it is refreshed, by %s', async (_, init) => {
    await using g = await given({ ttl: 0, staleWhileRevalidate: '1h', retry: false })
    g.origin.script('/f', ok('wrong'))
    await ask(g)
    await g.clock.advance(1_000)
    expect((await ask(g, init)).rejected).toMatch(/^(DIGEST|TRUNCATED)$/)
  })

  test('an older version that is what is expected answers, and the newer one does not', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', ok('right'), ok('newer'))
    await ask(g)
    await later(g)
    expect(await ask(g)).toMatchObject({ text: 'newer' })
    await later(g)
    const came = await ask(g, { holdfast: { expect: { digest: right } } })
    expect(came.text ?? 'right').toBe('right')
  })

  test('another caller, who expects nothing, is not told of it', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', ok('wrong'))
    const calls = [ask(g, { holdfast: { expect: { digest: right } } }), ask(g)]
    expect(await Promise.all(calls)).toMatchObject([{ rejected: 'DIGEST' }, { text: 'wrong' }])
    expect(await ask(g)).toMatchObject({ text: 'wrong' })
  })

  test('a hit that is what is expected is a hit', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', ok('right'))
    await ask(g)
    for (const algorithm of ALGORITHMS) {
      const came = await ask(g, { holdfast: { expect: { digest: digestOf('right', algorithm) } } })
      expect([came.text, algorithm === 'sha256' ? came.outcome : 'hit']).toEqual(['right', 'hit'])
    }
  })
})

describe('what the digest is of', () => {
  const body = pseudoRandom(300_000)

  test('the decoded bytes', async () => {
    await using g = await given({ expect: { digest: digestOf('plain') } })
    g.origin.script('/f', gz('plain'))
    expect(await ask(g)).toMatchObject({ text: 'plain', outcome: 'miss' })
  })

  test('the whole, over a resume; it lets a download go on whose part has no validator', async () => {
    await using g = await given({ expect: { digest: digestOf(body) } })
    g.origin.script('/f', cut(body, '50%', { ranges: true }), ok(body, { ranges: true }))
    const response = await g.fetch(g.origin.url('/f'))
    expect((await response.bytes()).length).toBe(body.length)
    expect(g.origin.requests('/f')[1]?.headers.range).toMatch(/^bytes=\d+-$/)
  })

  test('R19: a part under a right label whose bytes lie is noticed, and all is asked for again', async () => {
    await using g = await given({ expect: { digest: digestOf(body) } })
    const options = { etag: '"1"', ranges: true }
    g.origin.script('/f', cut(body, '50%', options), flip(body, 290_000, options), ok(body, options))
    const response = await g.fetch(g.origin.url('/f'))
    expect(inspected(response, 'miss').version.digest).toBe(digestOf(body).slice(7))
    expect(g.origin.hits()).toBe(3)
  })

  test('the end of a redirect', async () => {
    await using g = await given({ expect: { digest: digestOf('right') } })
    g.origin.script('/f', redirect('/g'))
    g.origin.script('/g', ok('right'))
    expect(await ask(g)).toMatchObject({ text: 'right' })
  })

  const notTheFile: [number, NonNullable<CallOptions['expect']>][] = [404, 410, 503].flatMap((code) => [
    [code, { digest: digestOf('right') }],
    [code, { size: 5 }],
    [code, { size: 500 }],
  ])
  test.each(notTheFile)('an answer of status %i is not the file: %j', async (code, known) => {
    await using g = await given({ expect: known, retry: false })
    g.origin.script('/f', ok('no such thing', { status: code }))
    expect(await ask(g)).toMatchObject({ status: code, text: 'no such thing' })
  })

  test('together with a digest of the origin and with integrity: all of them must hold', async () => {
    const integrity = `sha256-${createHash('sha256').update('right').digest('base64')}`
    const options: Options = { expect: { digest: digestOf('right') }, retry: false }
    await using g = await given(options)
    g.origin.script('/f', ok('right', { headers: digestField('wrong') }), ok('right', { headers: digestField('right') }))
    expect(await seen(g.fetch(g.origin.url('/f'), { integrity }))).toEqual({ rejected: 'DIGEST' })
    expect(await seen(g.fetch(g.origin.url('/f'), { integrity }))).toMatchObject({ text: 'right' })
    const other = { holdfast: { expect: { digest: digestOf('other') } } }
    expect(await seen(g.fetch(g.origin.url('/f'), { integrity, ...other }))).toEqual({ rejected: 'DIGEST' })
  })
})
