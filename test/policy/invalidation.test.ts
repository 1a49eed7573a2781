import { describe, expect, test } from 'vitest'
import { invalidatedUrls } from '../../src/policy/invalidation.ts'
import { type Fields, headers, request } from './given.ts'

const TARGET = 'https://example.org/data'

describe('what an unsafe method makes doubtful (RFC 9111 4.4)', () => {
  const urls = (method: string, status = 200, fields: Fields = {}): readonly string[] =>
    invalidatedUrls(request({}, { method, url: TARGET }), { status, headers: headers(fields) })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'ODD'])('%s', (method) => {
    for (const status of [200, 201, 204, 303, 399]) expect(urls(method, status)).toEqual([TARGET])
    for (const status of [199, 400, 404, 500]) expect(urls(method, status)).toEqual([])
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])('not %s', (method) => {
    expect(urls(method)).toEqual([])
  })

  test('Location and Content-Location on the same origin too', () => {
    expect(urls('POST', 201, { location: '/new#x', 'content-location': 'other' })).toEqual([
      TARGET,
      'https://example.org/new',
      'https://example.org/other',
    ])
    expect(urls('POST', 201, { location: TARGET })).toEqual([TARGET])
  })

  test.each(['https://other.example/new', 'http://example.org/new', '//other.example/', 'http://['])('not %s', (location) => {
    expect(urls('POST', 201, { location, 'content-location': location })).toEqual([TARGET])
  })
})
