import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { beforeAll, expect, test } from 'vitest'
import { pseudoRandom } from '../../helpers/digest.ts'
import { closeDelimited, digestField, flip, ok } from '../../helpers/origin/index.ts'
import { given, inspected, rejection } from './given.ts'

// A machine in FIPS mode, whose OpenSSL computes neither MD5 nor SHA-1: Node throws this then.
const REFUSED = /^(md5|sha1)$/i
const body = pseudoRandom(200_000)
const small = digestField(Buffer.from('text'), 'Content-MD5')
const fields = {
  ...digestField(body, 'Content-MD5'),
  'Repr-Digest': `sha=:${crypto.createHash('sha1').update(body).digest('base64')}:`,
}

beforeAll(() => {
  const refusing = (compute: (algorithm: string, ...rest: never[]) => unknown) =>
    ((algorithm, ...rest) => {
      if (!REFUSED.test(algorithm)) return compute(algorithm, ...rest)
      throw Object.assign(new Error('error:0308010C:digital envelope routines::unsupported'), {
        code: 'ERR_OSSL_EVP_UNSUPPORTED',
      })
    }) satisfies typeof compute
  Object.assign(crypto, { createHash: refusing(crypto.createHash), hash: refusing(crypto.hash) })
  syncBuiltinESMExports()
})

test.each(['whole', 'streaming'] as const)('what an origin says by MD5 or SHA-1 says nothing there, %s', async (delivery) => {
  await using g = await given({ delivery })
  g.origin.script('/large', ok(body, { headers: fields }))
  g.origin.script('/small', ok('text', { headers: small }))
  for (const [path, size] of [
    ['/large', body.length],
    ['/small', 4],
  ] as const) {
    const response = await g.fetch(g.origin.url(path))
    expect([(await response.bytes()).length, g.origin.requests(path).length]).toEqual([size, 1])
  }
})

test('nor is a body whole by it that ended without an end', async () => {
  await using g = await given()
  g.origin.script('/', closeDelimited(body, { headers: fields }))
  expect(inspected(await g.fetch(g.origin.url('/')), 'miss').version?.proven).toBe(false)
})

test('a SHA-256 beside it is held against the bytes', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/', flip(body, 1_000, { digest: 'Repr-Digest' }))
  expect(await rejection(g.fetch(g.origin.url('/')))).toMatchObject({ code: 'DIGEST' })
})

test('expect.digest in an algorithm that is not there is refused before anything is asked', async () => {
  await using g = await given()
  const asked = g.fetch(g.origin.url('/'), { holdfast: { expect: { digest: `md5:${'0'.repeat(32)}` } } })
  await expect(asked).rejects.toThrow(
    /^holdfast\.expect\.digest: .*OpenSSL computes no md5 here \(FIPS mode\)\. Give a sha256\.$/,
  )
  expect(g.origin.requests('/')).toHaveLength(0)
})
