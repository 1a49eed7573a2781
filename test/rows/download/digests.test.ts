import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import {
  badRange,
  byRequest,
  closeDelimited,
  cut,
  type DigestField,
  digestField,
  flip,
  ok,
  type Step,
} from '../../helpers/origin/index.ts'
import { given, inspected, rejection, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// T12, T13, R19: a digest that anybody gave is held against the bytes.
const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }
const of = (bytes: Uint8Array, algorithm: string): string => createHash(algorithm).update(bytes).digest('base64')
const fields: DigestField[] = ['Repr-Digest', 'Content-Digest', 'Content-MD5']

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each(fields)('a wrong bit under %s: once, and for ever', async (digest) => {
    await using g = await living(life)
    for (const path of ['/once', '/never']) await storeOld(g, life, path)
    g.origin.script('/once', flip(body, 1_000, { digest }), ok(body, { headers: digestField(body, digest) }))
    g.origin.script('/never', flip(body, 1_000, { digest }))
    const response = await g.fetch(g.origin.url('/once'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(inspected(response, 'miss').attempts.map(({ error }) => error?.code)).toEqual(['DIGEST', undefined])
    const { is, error } = await ended(g.fetch(g.origin.url('/never')))
    expect([is, error?.code]).toEqual([promised(life), 'DIGEST'])
  })
})

const wrong: [string, Record<string, string>][] = [
  ['sha-512', { 'Repr-Digest': `sha-512=:${of(Buffer.from('x'), 'sha512')}:` }],
  [
    'a right sha-512 beside a wrong sha-256',
    { 'Repr-Digest': `sha-512=:${of(body, 'sha512')}:, sha-256=:${of(Buffer.from('x'), 'sha256')}:` },
  ],
  [
    'a wrong sha-512 beside a right sha-256',
    { 'Repr-Digest': `sha-256=:${of(body, 'sha256')}:, sha-512=:${of(Buffer.from('x'), 'sha512')}:` },
  ],
  [
    'right as Repr-Digest, wrong as Content-Digest',
    { 'Repr-Digest': `sha-256=:${of(body, 'sha256')}:`, 'Content-Digest': `sha-256=:${of(Buffer.from('x'), 'sha256')}:` },
  ],
]
test.each(wrong)('%s is damage', async (_, headers) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok(body, { headers }))
  expect((await rejection(g.fetch(g.origin.url('/f')))).code).toBe('DIGEST')
})

const harmless: [string, Record<string, string>][] = [
  ['both right', { 'Repr-Digest': `sha-512=:${of(body, 'sha512')}:, sha-256=:${of(body, 'sha256')}:` }],
  ['an algorithm that nobody knows', { 'Repr-Digest': 'sha-1024=:AAAA:' }],
  ['a text that is no dictionary', { 'Repr-Digest': 'sha-256=abc; :::, "' }],
  ['no bytes at all', { 'Content-Digest': 'sha-256=::' }],
  ['an MD5 that is none', { 'Content-MD5': 'none' }],
  ['an empty field', { 'Repr-Digest': '' }],
  ['with a parameter behind', { 'Repr-Digest': `sha-256=:${of(body, 'sha256')}:;x=1` }],
]
test.each(harmless)('%s: the body is taken', async (_, headers) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok(body, { headers }))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
})

test.each(fields)('%s of a coded body is that of the coded bytes', async (field) => {
  const coded = gzipSync(body)
  await using g = await given({ retry: false })
  const headers = { 'Content-Encoding': 'gzip', ...digestField(coded, field) }
  g.origin.script('/f', ok(coded, { headers }))
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect(inspected(response, 'miss').version.proven).toBe(true)
})

test.each(fields)('%s proves a body that ended by closing', async (field) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', closeDelimited(body, { headers: digestField(body, field) }))
  g.origin.script('/half', closeDelimited(body, { headers: digestField(body, field), cutAt: '50%' }))
  expect(inspected(await g.fetch(g.origin.url('/f')), 'miss').version.proven).toBe(true)
  expect(['DIGEST', 'TRUNCATED']).toContain((await rejection(g.fetch(g.origin.url('/half')))).code)
})

/** The rest, and a digest of what `of` says. */
function restUnder(field: DigestField, bytesUnderIt: (rest: Buffer) => Uint8Array): Step {
  return byRequest(({ headers }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    return ok(body, { ...strong, headers: digestField(bytesUnderIt(body.subarray(from)), field) })
  })
}

const resumes: [string, Step, number][] = [
  ['a part with its own right Content-Digest', restUnder('Content-Digest', (rest) => rest), 2],
  ['a part under the digest of the whole', restUnder('Repr-Digest', () => body), 2],
  ['a part with a wrong Content-Digest', restUnder('Content-Digest', () => Buffer.from('x')), 3],
  ['a part under the digest of another whole', restUnder('Repr-Digest', () => Buffer.from('x')), 3],
]
test.each(resumes)('resumed: %s', async (_, step, hits) => {
  await using g = await given()
  g.origin.script('/f', cut(body, '50%', strong), step, ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(hits)
  expect(g.origin.requests('/f')[1]?.headers.range).toMatch(/^bytes=\d+-$/)
})

test('a right label on wrong bytes: the digest of the first answer tells, and the whole is asked for', async () => {
  const told = { ...strong, headers: digestField(body, 'Repr-Digest') }
  await using g = await given()
  g.origin.script('/f', cut(body, '50%', told), badRange(body, { data: -7 }, strong), ok(body, told))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').at(-1)?.headers.range).toBeUndefined()
})

test('while streaming: the wrong bytes are never all handed out', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', flip(body, 1_000, { digest: 'Repr-Digest' }))
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } })
  expect((await rejection(response.bytes())).code).toBe('DIGEST')
})

test('a HEAD has no bytes to hold a digest against', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok(body, { headers: digestField(body, 'Content-Digest') }))
  expect(await seen(g.fetch(g.origin.url('/f'), { method: 'HEAD' }))).toMatchObject({ status: 200, text: '' })
})

test('a wrong bit without any digest cannot be noticed: it is a version of its own, and the old one is kept', async () => {
  await using g = await given()
  g.origin.script('/f', ok('right bytes'), flip('right bytes', 3))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'right bytes' })
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'rigit bytes', outcome: 'miss' })
  expect(g.told('stored').map(({ version, previous }) => [version.size, previous?.size])).toEqual([
    [11, undefined],
    [11, 11],
  ])
})

test('by the letter of HTTP, Content-MD5 is a field like any other', async () => {
  await using g = await given({ retry: false, respect: 'standard' })
  g.origin.script('/f', ok(body, { headers: digestField(Buffer.from('another body'), 'Content-MD5') }))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
})
