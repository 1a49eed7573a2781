import { describe, expect, test } from 'vitest'
import { type ContentRange, parseContentRange } from '../../src/policy/content-range.ts'
import { checkPart, type Kept, type PartVerdict, resumable } from '../../src/policy/resume.ts'
import { type Fields, facts, HOUR, headers, httpDate, MINUTE, NOON, SECOND } from './given.ts'

const THEN = httpDate(NOON - HOUR)

describe('Content-Range (RFC 9110 14.4)', () => {
  const part = (from: number, to: number, total?: number): ContentRange => ({ name: 'part', from, to, total })
  test.each<[string | undefined, ContentRange | undefined]>([
    ['bytes 0-9/10', part(0, 9, 10)],
    ['BYTES 5-9/*', part(5, 9)],
    [' bytes 5-5/6 ', part(5, 5, 6)],
    ['bytes */10', { name: 'unsatisfied', total: 10 }],
    ['bytes 0-9007199254740990/9007199254740991', part(0, 2 ** 53 - 2, 2 ** 53 - 1)],
    [undefined, undefined],
    ['', undefined],
    ['bytes 0-10/10', undefined],
    ['bytes 5-4/10', undefined],
    ['bytes -5/10', undefined],
    ['bytes 5-/10', undefined],
    ['bytes */*', undefined],
    ['bytes=0-9/10', undefined],
    ['bytes 0-9', undefined],
    ['bytes  0-9/10', undefined],
    ['bytes 0-9/10, bytes 0-9/10', undefined],
    ['items 0-9/10', undefined],
    ['bytes 0x0-9/10', undefined],
    ['bytes 0-9007199254740992/*', undefined],
    ['bytes 0-9/99999999999999999999', undefined],
  ])('%s', (value, range) => {
    expect(parseContentRange(value)).toEqual(range)
  })
})

describe('may a broken body be continued?', () => {
  const HALF = { bytes: 500, coding: 'plain' } as const
  const outcome = (
    fields: Fields,
    kept: { bytes: number; coding: 'plain' | 'coded'; proof?: 'digest' } = HALF,
    status = 200,
  ): string => {
    const verdict = resumable(facts(fields, { status }), { proof: 'validator', ...kept })
    return verdict.name === 'resume' ? `${verdict.from} if ${verdict.ifRange}` : verdict.reason
  }

  test('a known digest stands in for a validator, and not for the right coding', () => {
    expect(outcome({}, { ...HALF, proof: 'digest' })).toBe('500 if undefined')
    expect(outcome({ etag: 'W/"1"' }, { ...HALF, proof: 'digest' })).toBe('500 if undefined')
    expect(outcome({ etag: '"1"' }, { ...HALF, proof: 'digest' })).toBe('500 if "1"')
    expect(outcome({}, { bytes: 500, coding: 'coded', proof: 'digest' })).toBe('coded')
  })

  test.each<[string, Fields]>([
    ['500 if "1"', { etag: '"1"' }],
    ['500 if "1"', { etag: '"1"', 'last-modified': THEN }],
    ['weak validator', { etag: 'W/"1"' }],
    ['weak validator', { etag: 'W/"1"', 'last-modified': THEN, date: httpDate(NOON) }],
    ['weak validator', { etag: 'unquoted' }],
    ['no validator', {}],
    // RFC 9110 8.8.2.2.
    [`500 if ${THEN}`, { 'last-modified': THEN, date: httpDate(NOON) }],
    [`500 if ${THEN}`, { 'last-modified': THEN, date: httpDate(NOON - HOUR + MINUTE) }],
    ['weak validator', { 'last-modified': THEN, date: httpDate(NOON - HOUR + MINUTE - SECOND) }],
    ['weak validator', { 'last-modified': THEN }],
    ['no validator', { 'last-modified': 'yesterday', date: httpDate(NOON) }],
  ])('%s: %j', (expected, fields) => {
    expect(outcome(fields)).toBe(expected)
  })

  test('not what was not kept, was coded, or is no 200', () => {
    expect(outcome({ etag: '"1"' }, { bytes: 0, coding: 'plain' })).toBe('nothing kept')
    expect(outcome({ etag: '"1"' }, { bytes: 500, coding: 'coded' })).toBe('coded')
    expect(outcome({ etag: '"1"' }, HALF, 404)).toBe('status')
    expect(outcome({ etag: '"1"' }, HALF, 206)).toBe('status')
  })
})

describe('does the answer continue what is kept?', () => {
  const URL = 'https://example.org/f'
  interface Row {
    status?: number
    fields?: Fields
    url?: string
    kept?: Partial<Kept>
  }
  const verdict = ({ status = 206, fields = {}, url = URL, kept = {} }: Row): PartVerdict =>
    checkPart(
      { status, headers: headers({ etag: '"1"', ...fields }), url },
      { bytes: 500, total: 1000, url: URL, facts: facts({ etag: '"1"' }), proof: 'validator', ...kept },
    )
  const REST = { 'content-range': 'bytes 500-999/1000' }
  const WHOLE = { overlap: 0, length: 500, total: 1000 }
  const BY_DATE = facts({ 'last-modified': THEN, date: httpDate(NOON) })

  test.each<[string, Row, object]>([
    ['R01 the rest', { fields: REST }, WHOLE],
    ['R01 the rest, with its length', { fields: { ...REST, 'content-length': '500' } }, WHOLE],
    ['identity is no coding', { fields: { ...REST, 'content-encoding': 'Identity' } }, WHOLE],
    ['a single byte', { fields: { 'content-range': 'bytes 500-500/1000' } }, { overlap: 0, length: 1, total: 1000 }],
    ['R06 by date', { fields: { ...REST, etag: [], 'last-modified': THEN }, kept: { facts: BY_DATE } }, WHOLE],
    ['R08 begins earlier', { fields: { 'content-range': 'bytes 490-999/1000' } }, { overlap: 10, length: 510, total: 1000 }],
    ['R10 shorter', { fields: { 'content-range': 'bytes 500-549/1000' } }, { overlap: 0, length: 50, total: 1000 }],
    ['R13 without a total, but to the known end', { fields: { 'content-range': 'bytes 500-999/*' } }, WHOLE],
    ['the total is told by the part', { fields: REST, kept: { total: undefined } }, WHOLE],
    ['R17 from elsewhere, with a digest', { fields: REST, url: 'https://mirror.example/f', kept: { proof: 'digest' } }, WHOLE],
    ['R03 another tag, with a digest', { fields: { ...REST, etag: '"2"' }, kept: { proof: 'digest' } }, WHOLE],
  ])('yes: %s', (_, row, expected) => {
    expect(verdict(row)).toEqual({ name: 'append', ...expected })
  })

  test.each<[string, Row, string]>([
    ['R03 another tag', { fields: { ...REST, etag: '"2"' } }, 'another validator'],
    ['R03 the tag became weak', { fields: { ...REST, etag: 'W/"1"' } }, 'another validator'],
    ['the part names no tag', { fields: { ...REST, etag: [] } }, 'another validator'],
    [
      'R06 another date',
      { fields: { ...REST, etag: [], 'last-modified': httpDate(NOON) }, kept: { facts: BY_DATE } },
      'another validator',
    ],
    ['the part names no date', { fields: { ...REST, etag: [] }, kept: { facts: BY_DATE } }, 'another validator'],
    ['there was no validator', { fields: { ...REST, etag: [] }, kept: { facts: facts({}) } }, 'another validator'],
    ['R09 begins later', { fields: { 'content-range': 'bytes 510-999/1000' } }, 'starts later'],
    ['R09 no Content-Range', {}, 'content-range'],
    ['R09 several parts', { fields: { 'content-type': 'multipart/byteranges; boundary=x' } }, 'content-range'],
    ['R09 nonsense', { fields: { 'content-range': 'bytes 999-500/1000' } }, 'content-range'],
    ['a 206 that says it is unsatisfied', { fields: { 'content-range': 'bytes */1000' } }, 'content-range'],
    ['only what is here already', { fields: { 'content-range': 'bytes 0-499/1000' } }, 'content-range'],
    ['R12 another total', { fields: { 'content-range': 'bytes 500-999/1005' } }, 'total differs'],
    ['R13 no total, and not to the end', { fields: { 'content-range': 'bytes 500-899/*' } }, 'total unknown'],
    ['no total anywhere', { fields: { 'content-range': 'bytes 500-999/*' }, kept: { total: undefined } }, 'total unknown'],
    ['R17 from elsewhere', { fields: REST, url: 'https://mirror.example/f' }, 'another URL'],
    ['R18 coded', { fields: { ...REST, 'content-encoding': 'gzip' } }, 'coded'],
    ['R14 a part with status 200', { status: 200, fields: REST }, 'content-range'],
    ['R14 nonsense with status 200', { status: 200, fields: { 'content-range': 'x' } }, 'content-range'],
    ['R15 416 of a larger whole', { status: 416, fields: { 'content-range': 'bytes */1000' } }, 'unsatisfied'],
    ['R15 416 without a size', { status: 416 }, 'unsatisfied'],
    [
      'R15 416 of another tag',
      { status: 416, fields: { 'content-range': 'bytes */500', etag: '"2"' }, kept: { total: 500 } },
      'another validator',
    ],
    ['R15 416, though more was announced', { status: 416, fields: { 'content-range': 'bytes */500' } }, 'total differs'],
  ])('no: %s', (_, row, reason) => {
    expect(verdict(row)).toEqual({ name: 'restart', reason })
  })

  test.each<[string, Row, string]>([
    ['R02 R07 a 200 is the whole', { status: 200, fields: { etag: '"2"' } }, 'whole'],
    ['R14 a 200 that says it is the whole', { status: 200, fields: { 'content-range': 'bytes 0-999/1000' } }, 'whole'],
    ['R15 416 of what is here', { status: 416, fields: { 'content-range': 'bytes */500' }, kept: { total: 500 } }, 'done'],
    [
      'R15 416 of what is here, size unknown',
      { status: 416, fields: { 'content-range': 'bytes */500' }, kept: { total: undefined } },
      'done',
    ],
    [
      'R15 416 with a digest',
      { status: 416, fields: { 'content-range': 'bytes */500', etag: '"2"' }, kept: { total: 500, proof: 'digest' } },
      'done',
    ],
    ['R16 404', { status: 404 }, 'unrelated'],
    ['R16 503', { status: 503, fields: REST }, 'unrelated'],
  ])('%s: %s', (_, row, name) => {
    expect(verdict(row)).toEqual({ name })
  })
})
