import { describe, expect, test } from 'vitest'
import { ownHeaders, storedHeaders } from '../../src/policy/stored-headers.ts'
import { headers, settings } from './given.ts'

const RESILIENT = settings()
const STANDARD = settings({ respect: 'standard' })
const names = (list: readonly (readonly [string, string])[]): string[] => list.map(([name]) => name)

describe('what is stored of headers (RFC 9111 3.1)', () => {
  test('nothing of the connection, and nothing that Connection names', () => {
    const given = headers({
      connection: ['close, X-Hop', 'x-other'],
      'proxy-connection': 'close',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      trailer: 'x',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'proxy-authenticate': 'Basic',
      'proxy-authentication-info': 'x',
      'proxy-authorization': 'Basic x',
      'x-hop': '1',
      'x-other': '2',
      'x-kept': '3',
    })
    expect(storedHeaders(given, RESILIENT, 'as received')).toEqual([['x-kept', '3']])
    expect(storedHeaders(given, STANDARD, 'as received')).toEqual([['x-kept', '3']])
  })

  test('Connection cannot take away what restricts reuse (RFC 9110 7.6.1)', () => {
    const kept = ['cache-control', 'vary', 'age', 'date', 'expires', 'etag', 'last-modified']
    const given = headers({ connection: kept.join(', '), ...Object.fromEntries(kept.map((name) => [name, '1'])) })
    expect(names(storedHeaders(given, RESILIENT, 'as received'))).toEqual(kept)
  })

  test('all else, in order, as often as it came', () => {
    const given = headers({
      'content-type': 'text/plain',
      'content-length': '10',
      'content-range': 'odd',
      'x-a': ['1', '2'],
      link: ['</a>; rel=x', '</b>; rel=y'],
      age: '7',
    })
    expect(storedHeaders(given, RESILIENT, 'as received')).toEqual(given)
  })

  test('a decoded body loses what speaks of its coding', () => {
    const given = headers({ 'content-type': 'text/plain', 'content-encoding': 'gzip', 'content-length': '10', etag: '"1"' })
    expect(names(storedHeaders(given, RESILIENT, 'decoded'))).toEqual(['content-type', 'etag'])
    expect(names(storedHeaders(given, RESILIENT, 'as received'))).toEqual([
      'content-type',
      'content-encoding',
      'content-length',
      'etag',
    ])
  })

  test('Set-Cookie goes to the caller that fetched; standard keeps it (RFC 9111 7.3)', () => {
    const given = headers({ 'set-cookie': ['a=1', 'b=2'], 'set-cookie2': 'c=3', 'x-a': '1' })
    expect(names(storedHeaders(given, RESILIENT, 'as received'))).toEqual(['x-a'])
    expect(ownHeaders(given, RESILIENT)).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['set-cookie2', 'c=3'],
    ])
    expect(storedHeaders(given, STANDARD, 'as received')).toEqual(given)
    expect(ownHeaders(given, STANDARD)).toEqual([])
  })

  test('no-cache="…" keeps those fields for the caller that fetched (RFC 9111 5.2.2.4)', () => {
    const given = headers({ 'cache-control': 'max-age=60, no-cache="X-User, etag"', 'x-user': 'me', etag: '"1"', 'x-a': '1' })
    expect(names(storedHeaders(given, STANDARD, 'as received'))).toEqual(['cache-control', 'etag', 'x-a'])
    expect(ownHeaders(given, STANDARD)).toEqual([['x-user', 'me']])
    const unqualified = headers({ 'cache-control': 'no-cache', 'x-user': 'me' })
    expect(storedHeaders(unqualified, STANDARD, 'as received')).toEqual(unqualified)
  })

  test('the caller that fetched gets nothing of the connection either', () => {
    expect(ownHeaders(headers({ connection: 'set-cookie', 'set-cookie': 'a=1' }), RESILIENT)).toEqual([])
  })
})
