import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { closeDelimited, cut, flip, gz, ok, type Step } from '../../helpers/origin/index.ts'
import { given, inspected, rejection, seen } from './given.ts'
import { ended, type Life, lives, living, storeOld } from './stored.ts'

// `expect`: what the caller knows of the bytes before they come.
type Digest = NonNullable<NonNullable<CallOptions['expect']>['digest']>
const body = pseudoRandom(200_000)
const changed = pseudoRandom(200_000, 'changed')
const strong = { etag: '"1"', ranges: true }
const of = (bytes: Uint8Array, algorithm: string = 'sha256'): Digest =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest
const known = (bytes: Uint8Array) => ({ holdfast: { expect: { digest: of(bytes) } } })

describe('digest', () => {
  test.each(['md5', 'sha1', 'sha256', 'sha384', 'sha512'])('%s: right bytes, and wrong ones', async (algorithm) => {
    await using g = await given({ retry: 2 })
    g.origin.script('/right', ok(body))
    g.origin.script('/once', flip(body, 7), ok(body))
    g.origin.script('/wrong', flip(body, 7))
    const init = { holdfast: { expect: { digest: of(body, algorithm) } } }
    for (const path of ['/right', '/once']) {
      expect(sha256(await (await g.fetch(g.origin.url(path), init)).bytes())).toBe(sha256(body))
    }
    expect((await rejection(g.fetch(g.origin.url('/wrong'), init))).code).toBe('DIGEST')
    expect(await g.fetch.cache.has(g.origin.url('/wrong'))).toBe(false)
  })

  test('is of the decoded bytes', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', gz(body))
    expect(sha256(await (await g.fetch(g.origin.url('/f'), known(body))).bytes())).toBe(sha256(body))
    g.origin.script('/g', gz(body))
    expect((await rejection(g.fetch(g.origin.url('/g'), known(gzipSync(body))))).code).toBe('DIGEST')
  })

  test('proves a body that ended by closing, and refuses half of one', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', closeDelimited(body))
    g.origin.script('/half', closeDelimited(body, { cutAt: '50%' }))
    expect(inspected(await g.fetch(g.origin.url('/f'), known(body)), 'miss').version.proven).toBe(true)
    expect((await rejection(g.fetch(g.origin.url('/half'), known(body)))).code).toBe('DIGEST')
  })

  test.each<[string, Digest | string]>([
    ['no algorithm', 'abcdef'],
    ['an algorithm that nobody knows', 'sha3:abcdef'],
    ['no digest', 'sha256:'],
    ['half a digest', of(body).slice(0, 40)],
  ])('%s is told at once', async (_, digest) => {
    await using g = await given()
    g.origin.script('/f', ok(body))
    const told = await g
      .fetch(g.origin.url('/f'), { holdfast: { expect: { digest: digest as Digest } } })
      .catch((error: unknown) => error)
    expect(told).toBeInstanceOf(TypeError)
    expect(g.origin.hits()).toBe(0)
  })

  test('a stored version of other bytes is neither a hit nor a fallback', async () => {
    await using g = await given({ ttl: '1h', retry: false })
    g.origin.script('/f', ok('stored'), ok(body), flip(body, 1))
    await g.fetch(g.origin.url('/f'))
    expect(sha256(await (await g.fetch(g.origin.url('/f'), known(body))).bytes())).toBe(sha256(body))
    expect(inspected(await g.fetch(g.origin.url('/f'), known(body)), 'hit').version.size).toBe(body.length)
    expect((await rejection(g.fetch(g.origin.url('/f'), known(changed)))).code).toBe('DIGEST')
  })

  test('where the stored version has it, that is the fallback', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', ok(body), flip(body, 1))
    await g.fetch(g.origin.url('/f'))
    await g.clock.advance(1_000)
    const response = await g.fetch(g.origin.url('/f'), known(body))
    expect(inspected(response, 'fallback').error).toMatchObject({ code: 'DIGEST' })
    expect(sha256(await response.bytes())).toBe(sha256(body))
  })
})

describe.each(lives)('$name: a digest that will prove the whole lets a part be resumed', (life: Life) => {
  test.each<[string, object]>([
    ['without a validator', { ranges: true }],
    ['under a weak tag', { etag: 'W/"1"', ranges: true }],
    ['under a strong tag', strong],
  ])('%s', async (_, options) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '50%', options), ok(body, options))
    expect(sha256(await (await g.fetch(g.origin.url('/f'), known(body))).bytes())).toBe(sha256(body))
    expect(g.origin.requests('/f')[1]?.headers.range).toMatch(/^bytes=\d+-$/)
  })

  test.each<[string, [Step, ...Step[]]]>([
    ['the other half is of another version, and then it is right', [ok(changed, { ranges: true }), ok(body, { ranges: true })]],
    ['the parts do not meet', [ok(changed.subarray(0, 150_000), { ranges: true }), ok(body, { ranges: true })]],
  ])('%s', async (_, steps) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '50%', { ranges: true }), ...steps)
    expect(sha256(await (await g.fetch(g.origin.url('/f'), known(body))).bytes())).toBe(sha256(body))
  })

  test('the file is another one for ever: DIGEST, bounded, and nothing of it is stored', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(body, '50%', { ranges: true }), ok(changed, { ranges: true }))
    const { is, error } = await ended(g.fetch(g.origin.url('/f'), known(body)))
    expect([is, error?.code]).toEqual(['rejected', 'DIGEST'])
    expect(g.origin.hits('/f')).toBeLessThanOrEqual(12)
    expect(
      (await seen(g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }))).text?.length ?? 0,
    ).toBeLessThan(100)
  })
})

describe('size', () => {
  test.each<[string, Step, string | undefined]>([
    ['right', ok(body), undefined],
    ['right, without a length', closeDelimited(body), undefined],
    ['right, coded', gz(body), undefined],
    ['one byte more', ok(Buffer.concat([body, Buffer.from('x')])), 'TOO_LARGE'],
    ['one byte more, without a length', closeDelimited(Buffer.concat([body, Buffer.from('x')])), 'TOO_LARGE'],
    ['one byte less', ok(body.subarray(1)), 'TRUNCATED'],
    ['half, without a length', closeDelimited(body, { cutAt: '50%' }), 'TRUNCATED'],
    ['nothing', ok(''), 'TRUNCATED'],
  ])('%s', async (_, step, code) => {
    for (const delivery of ['whole', 'streaming'] as const) {
      if (code === 'TOO_LARGE' && delivery === 'streaming') continue
      await using g = await given({ retry: false })
      g.origin.script('/f', step)
      const init = { holdfast: { expect: { size: body.length }, delivery } }
      const got = await g
        .fetch(g.origin.url('/f'), init)
        .then(async (response) => sha256(await response.bytes()))
        .catch((error: { code: string }) => error.code)
      expect(got, delivery).toBe(code ?? sha256(body))
    }
  })
})
