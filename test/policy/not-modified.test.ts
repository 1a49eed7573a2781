import { describe, expect, test } from 'vitest'
import { notModifiedFor } from '../../src/policy/not-modified.ts'
import { type Fields, facts, HOUR, httpDate, NOON, request, SECOND } from './given.ts'

const THEN = httpDate(NOON - HOUR)
const STRONG = { etag: '"1"', 'last-modified': THEN }

describe('a caller’s own condition, met by a stored answer (RFC 9110 13.2.2, RFC 9111 4.3.2)', () => {
  test.each<[string, Fields, Fields]>([
    ['whole', {}, STRONG],
    ['304', { 'if-none-match': '"1"' }, STRONG],
    ['304', { 'if-none-match': 'W/"1"' }, STRONG],
    ['304', { 'if-none-match': '"1"' }, { etag: 'W/"1"' }],
    ['304', { 'if-none-match': '"0", "1", "2"' }, STRONG],
    ['304', { 'if-none-match': ['"0"', '"1"'] }, STRONG],
    ['304', { 'if-none-match': '*' }, {}],
    ['whole', { 'if-none-match': '"2"' }, STRONG],
    ['whole', { 'if-none-match': '"1"' }, {}],
    ['whole', { 'if-none-match': '' }, STRONG],
    // If-None-Match makes If-Modified-Since void, in both directions.
    ['304', { 'if-none-match': '"1"', 'if-modified-since': httpDate(NOON - 2 * HOUR) }, STRONG],
    ['whole', { 'if-none-match': '"2"', 'if-modified-since': httpDate(NOON) }, STRONG],
    ['304', { 'if-modified-since': THEN }, STRONG],
    ['304', { 'if-modified-since': httpDate(NOON) }, STRONG],
    ['whole', { 'if-modified-since': httpDate(NOON - HOUR - SECOND) }, STRONG],
    ['whole', { 'if-modified-since': 'yesterday' }, STRONG],
    // Without Last-Modified: Date, then the arrival.
    ['304', { 'if-modified-since': THEN }, { date: THEN }],
    ['whole', { 'if-modified-since': THEN }, { date: httpDate(NOON) }],
    ['304', { 'if-modified-since': httpDate(NOON) }, {}],
    ['whole', { 'if-modified-since': httpDate(NOON - SECOND) }, {}],
  ])('%s: %j of %j', (expected, asked, stored) => {
    expect(notModifiedFor(request(asked), facts(stored))).toBe(expected)
    expect(notModifiedFor(request(asked, { method: 'HEAD' }), facts(stored))).toBe(expected)
  })

  test('only for GET and HEAD, and only for 2xx', () => {
    const asked = { 'if-none-match': '"1"' }
    expect(notModifiedFor(request(asked, { method: 'POST' }), facts(STRONG))).toBe('whole')
    for (const status of [199, 301, 404]) expect(notModifiedFor(request(asked), facts(STRONG, { status }))).toBe('whole')
    for (const status of [200, 299]) expect(notModifiedFor(request(asked), facts(STRONG, { status }))).toBe('304')
  })
})
