import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checkIntegrity, type IntegrityAlgorithm, integrityAlgorithms } from '../../src/policy/integrity.ts'

const digestOf =
  (body: string) =>
  (algorithm: IntegrityAlgorithm): string =>
    createHash(algorithm).update(body).digest('base64')
const sri = (algorithm: IntegrityAlgorithm, body: string): string => `${algorithm}-${digestOf(body)(algorithm)}`

describe('Subresource Integrity', () => {
  test.each<[string, string, IntegrityAlgorithm[]]>([
    ['match', sri('sha256', 'body'), ['sha256']],
    ['match', sri('sha384', 'body'), ['sha384']],
    ['match', sri('sha512', 'body'), ['sha512']],
    ['mismatch', sri('sha256', 'other'), ['sha256']],
    [
      'match',
      sri('sha256', 'body')
        .toUpperCase()
        .replace(/^SHA256-.*/, `SHA256-${digestOf('body')('sha256')}`),
      ['sha256'],
    ],
    ['match', sri('sha256', 'body').replace(/=+$/, ''), ['sha256']],
    ['match', sri('sha512', 'body').replace(/\+/g, '-').replace(/\//g, '_').replace('sha512_', 'sha512-'), ['sha512']],
    ['match', `${sri('sha256', 'body')}?ct=text/plain`, ['sha256']],
    ['match', `\n${sri('sha256', 'other')}\t ${sri('sha256', 'body')} `, ['sha256']],
    ['match', `${sri('sha256', 'body')} ${sri('sha256', 'other')}`, ['sha256']],
    // The strongest decides, wherever it stands.
    ['match', `${sri('sha256', 'other')} ${sri('sha512', 'body')}`, ['sha512']],
    ['match', `${sri('sha512', 'body')} ${sri('sha256', 'other')}`, ['sha512']],
    ['mismatch', `${sri('sha256', 'body')} ${sri('sha512', 'other')}`, ['sha512']],
    ['mismatch', `${sri('sha384', 'other')} ${sri('sha256', 'body')}`, ['sha384']],
    // An algorithm that nobody knows counts for nothing.
    ['match', `md5-x sha1-y ${sri('sha256', 'body')}`, ['sha256']],
    ['unchecked', 'md5-1B2M2Y8AsgTpgAmY7PhCfg==', []],
    // A digest that is none is no reason to let everything pass.
    ['mismatch', `${sri('sha256', 'body')} sha512-`, ['sha512']],
    ['match', `${sri('sha256', 'body')} sha256-!!!`, ['sha256']],
    ['mismatch', 'sha256', ['sha256']],
    ['mismatch', 'sha256-', ['sha256']],
    ['mismatch', 'sha256-?ct=text/plain', ['sha256']],
    ['mismatch', 'sha256-!!!', ['sha256']],
    ['unchecked', '', []],
  ])('%s: %s', (name, metadata, algorithms) => {
    expect(checkIntegrity(metadata, digestOf('body')).name).toBe(name)
    expect(integrityAlgorithms(metadata)).toEqual(algorithms)
  })

  test('nothing is computed that nobody asked for', () => {
    const asked: string[] = []
    checkIntegrity(`${sri('sha256', 'body')} ${sri('sha512', 'body')}`, (algorithm) => {
      asked.push(algorithm)
      return ''
    })
    expect(asked).toEqual(['sha512'])
  })
})
