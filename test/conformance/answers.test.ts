import { describe } from 'vitest'
import type { RequestDefinition } from '../../scripts/conformance/definition.ts'
import { judges, type Row } from './judged.kit.ts'
import { nothingStored, rewrites } from './stand-ins.ts'

const marked = (value: string): RequestDefinition => ({ response_headers: [['A', value, false]] })
const loses = (name: string) =>
  rewrites((headers, body) => {
    headers.delete(name)
    return body
  })

const ANSWERS: readonly Row[] = [
  ['a status that was sent', nothingStored, [{ response_status: [203, 'Hearsay'] }], 'held'],
  ['another one is expected', nothingStored, [{ expected_status: 304 }], 'not held', /status 200, not 304/],
  ['no status is expected', nothingStored, [{ response_status: [500, 'No'], expected_status: null }], 'held'],
  ['a field that was sent is lost', loses('a'), [{ response_headers: [['A', 'x']] }], 'setup failed', /a: null, not x/],
  ['a field that may be lost', loses('a'), [marked('x')], 'held'],
  [
    'several lines of a field',
    nothingStored,
    [
      {
        response_headers: [
          ['A', 'x'],
          ['A', 'y'],
        ],
        expected_response_headers: [['a', 'x, y']],
      },
    ],
    'held',
  ],
  ['a field is expected', nothingStored, [{ ...marked('x'), expected_response_headers: ['B'] }], 'not held', /has no B/],
  [
    'a value is expected',
    nothingStored,
    [{ ...marked('x'), expected_response_headers: [['A', 'y']] }],
    'not held',
    /A: x, not y/,
  ],
  [
    'two fields are the same',
    nothingStored,
    [{ ...marked('text/plain'), expected_response_headers: [['A', '=', 'Content-Type']] }],
    'held',
  ],
  [
    'two fields are not the same',
    nothingStored,
    [{ ...marked('x'), expected_response_headers: [['A', '=', 'Content-Type']] }],
    'not held',
    /text\/plain/,
  ],
  ['a number is greater', nothingStored, [{ ...marked('3'), expected_response_headers: [['A', '>', 2]] }], 'held'],
  [
    'a number is not greater',
    nothingStored,
    [{ ...marked('2'), expected_response_headers: [['A', '>', 2]] }],
    'not held',
    /more than 2/,
  ],
  ['no number', nothingStored, [{ ...marked('x'), expected_response_headers: [['A', '>', 2]] }], 'not held', /more than 2/],
  ['a field is absent', nothingStored, [{ expected_response_headers_missing: ['A', ['B', 'x']] }], 'held'],
  [
    'a field is not absent',
    nothingStored,
    [{ ...marked('x'), expected_response_headers_missing: ['A'] }],
    'not held',
    /has A: x/,
  ],
  ['a part of a value is absent', nothingStored, [{ ...marked('x'), expected_response_headers_missing: [['A', 'y']] }], 'held'],
  [
    'a part of a value is there',
    nothingStored,
    [{ ...marked('yx'), expected_response_headers_missing: [['A', 'x']] }],
    'not held',
    /has A: yx/,
  ],
  ['a body that was sent', nothingStored, [{ response_body: 'abc' }], 'held'],
  ['a body is not what was sent', rewrites((_headers, body) => `${body}!`), [{}], 'setup failed', /has the body/],
  ['a body that nobody looks at', rewrites((_headers, body) => `${body}!`), [{ check_body: false }], 'held'],
  ['another body is expected', nothingStored, [{ expected_response_text: 'b' }], 'not held', /not "b"/],
  ['no body is expected', nothingStored, [{ response_body: 'a', expected_response_text: null }], 'held'],
  ['a HEAD has none', nothingStored, [{ request_method: 'HEAD', expected_method: 'HEAD' }], 'held'],
]

describe('what an answer is', () => {
  judges(ANSWERS)
})
