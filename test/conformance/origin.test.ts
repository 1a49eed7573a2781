import { describe, expect, test } from 'vitest'
import { wireValue } from '../../scripts/conformance/magic.ts'
import { DATED, FRESH, judges, type Row } from './judged.kit.ts'
import { neverAsksAgain, nothingStored } from './stand-ins.ts'

const ORIGIN: readonly Row[] = [
  ['a field is sent', nothingStored, [{ request_headers: [['A', 'x']], expected_request_headers: ['a', ['A', 'x']] }], 'held'],
  ['a field is not sent', nothingStored, [{ expected_request_headers: ['A'] }], 'not held', /has no A/],
  [
    'a value is not sent',
    nothingStored,
    [{ request_headers: [['A', 'x']], expected_request_headers: [['A', 'y']] }],
    'not held',
    /A: x, not y/,
  ],
  [
    'a field is sent that should not be',
    nothingStored,
    [{ request_headers: [['A', 'x']], expected_request_headers_missing: ['A'] }],
    'not held',
    /has A: x/,
  ],
  [
    'a value is sent that should not be',
    nothingStored,
    [{ request_headers: [['A', 'x']], expected_request_headers_missing: [['A', 'x']] }],
    'not held',
    /has A: x/,
  ],
  [
    'another value is sent',
    nothingStored,
    [{ request_headers: [['A', 'x']], expected_request_headers_missing: [['A', 'y'], 'B'] }],
    'held',
  ],
  ['a method is sent', nothingStored, [{ request_method: 'PUT', request_body: 'a', expected_method: 'PUT' }], 'held'],
  ['another method is sent', nothingStored, [{ expected_method: 'HEAD' }], 'not held', /saw GET/],
  ['nothing is sent', neverAsksAgain, [FRESH, { expected_method: 'GET' }], 'not held', /saw nothing/],
  ['a closed connection is no answer', nothingStored, [{ disconnect: true }], 'not held', /was rejected/],
  ['a closed connection needs no origin', neverAsksAgain, [FRESH, { disconnect: true, expected_type: 'cached' }], 'held'],
  [
    'other addresses',
    neverAsksAgain,
    [FRESH, { filename: 'a', expected_type: 'not_cached' }, { query_arg: 'a=1', expected_type: 'not_cached' }],
    'held',
  ],
  [
    'an early answer is not the last',
    nothingStored,
    [{ interim_responses: [[102], [103, [['Link', '</a>']]], [199]], response_pause: 0 }],
    'held',
  ],
  [
    'fetch shows no early answer',
    nothingStored,
    [{ interim_responses: [[102]], expected_interim_responses: [[102]] }],
    'not held',
    /interim/,
  ],
  [
    'a redirect is not followed',
    nothingStored,
    [
      {
        response_status: [302, 'Found'],
        response_headers: [['Location', '']],
        magic_locations: true,
        redirect: 'manual',
        check_body: false,
        expected_response_headers: [['Location', '=', 'Server-Base-Url']],
      },
    ],
    'held',
  ],
  [
    'a place beside',
    nothingStored,
    [
      {
        response_headers: [['Content-Location', 'a']],
        magic_locations: true,
        expected_response_headers: [['Content-Location', 'a']],
      },
    ],
    'held',
  ],
  [
    'a date of the old form',
    nothingStored,
    [{ response_headers: [['Expires', 60]], rfc850date: ['expires'], expected_response_headers: [['Expires', 60]] }],
    'held',
  ],
  [
    'a date from the answer before',
    nothingStored,
    [
      DATED,
      { request_headers: [['If-Modified-Since', -60]], magic_ims: true, expected_type: 'lm_validated', expected_status: 304 },
    ],
    'held',
  ],
  [
    'a date that is none',
    nothingStored,
    [DATED, { request_headers: [['If-Modified-Since', -60]], expected_type: 'lm_validated', expected_status: 304 }],
    'not held',
    /conditional/,
  ],
  ['what the origin cannot send', nothingStored, [{ response_headers: [['A', '\n']] }], 'harness error', /could not answer/],
]

describe('what the origin sees', () => {
  judges(ORIGIN)
})

describe('magic values', () => {
  const anchor = { now: 784_111_777_000, path: '/test/1' }

  test.each<[string, readonly [string, string | number], object, string]>([
    ['a date', ['Expires', 60], {}, 'Sun, 06 Nov 1994 08:50:37 GMT'],
    ['a date of the old form', ['Expires', 60], { rfc850date: ['expires'] }, 'Sunday, 06-Nov-94 08:50:37 GMT'],
    ['another date of the same answer', ['Date', 0], { rfc850date: ['expires'] }, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['a date that is written', ['Expires', '0'], {}, '0'],
    ['a number that is no date', ['Age', 60], {}, '60'],
    ['the place itself', ['Location', ''], { magic_locations: true }, '/test/1'],
    ['a place below', ['Content-Location', 'a'], { magic_locations: true }, '/test/1/a'],
    ['a place that is written', ['Location', 'a'], {}, 'a'],
  ])('%s', (_name, field, request, value) => {
    expect(wireValue(field, anchor, request)).toBe(value)
  })
})
