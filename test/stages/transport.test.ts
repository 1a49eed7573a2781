import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import {
  badLength,
  type Coding,
  chunked,
  closeDelimited,
  codingLie,
  cut,
  early,
  garbage,
  gz,
  hangUp,
  type Origin,
  ok,
  poison,
  raw,
  reset,
  type Step,
  shortLength,
  startOrigin,
  surplus,
} from '../helpers/origin/index.ts'
import { outcomeOf, requestTo } from './transport.ask.ts'

/** Text, so that it can be compressed; several reads of a socket long. */
const BODY = Buffer.from(pseudoRandom(75_000).toString('base64'))
const { length: LENGTH } = BODY

type Row = readonly [what: string, step: Step, wire: string, fetch: string]

const alike = (what: string, step: Step, outcome: string): Row => [what, step, outcome, outcome]

const damaged = (coding: Coding, damage: Parameters<typeof gz>[1]): Step => gz(BODY, { coding, ...damage })

const WHOLE: readonly Row[] = [
  alike('Content-Length', ok(BODY), 'length, right'),
  ['chunks', chunked(BODY), 'chunked, right', 'unknown, right'],
  ['chunks and trailers', chunked(BODY, { trailers: { 'X-End': '1' } }), 'chunked, right', 'unknown, right'],
  ['the end of the connection', closeDelimited(BODY), 'close, right', 'unknown, right'],
  alike('200 interim answers before it', early(200, ok(BODY)), 'length, right'),
  alike('a second answer behind it that nobody asked for', poison(BODY), 'length, right'),
  ...(['gzip', 'deflate', 'br', 'zstd'] as const).map(
    (coding): Row => [coding, damaged(coding, {}), 'length, right', 'unknown, right'],
  ),
  ['gzip in chunks', damaged('gzip', { framing: 'chunked' }), 'chunked, right', 'unknown, right'],
  ['gzip of several members', damaged('gzip', { multi: 3 }), 'length, right', 'unknown, right'],
  ['two codings', gz(BODY, { coding: ['gzip', 'br'] }), 'length, right', 'unknown, right'],
]

const BROKEN: readonly Row[] = [
  alike('a reset instead of an answer', reset(), 'CONNECT'),
  alike('an end instead of an answer', hangUp(), 'CONNECT'),
  alike('an answer that is no HTTP', garbage(), 'PROTOCOL'),
  alike('a head beyond 16 KiB', ok(BODY, { headers: { 'X-Long': 'x'.repeat(20_000) } }), 'PROTOCOL for good'),
  alike('a cut before the first byte of the body', cut(BODY, 0), 'TRUNCATED'),
  alike('a cut in the middle', cut(BODY, '50%'), 'TRUNCATED'),
  alike('a cut before the last byte', cut(BODY, -1), 'TRUNCATED'),
  alike('a reset in the middle', reset(BODY, '50%'), 'TRUNCATED'),
  alike('a Content-Length that is too large', shortLength(BODY, LENGTH + 10), 'TRUNCATED'),
  alike('a Content-Length that is no number', badLength(BODY, ['12abc']), 'PROTOCOL'),
  alike('a Content-Length below zero', badLength(BODY, ['-5']), 'PROTOCOL'),
  alike('a Content-Length beyond all numbers', badLength(BODY, ['99999999999999999999']), 'PROTOCOL'),
  alike('two Content-Lengths', badLength(BODY, ['3', '5']), 'PROTOCOL'),
  alike('Content-Length and chunks', chunked(BODY, { alsoLength: true }), 'PROTOCOL'),
  alike('chunks cut in the middle', chunked(BODY, { cutAt: '50%' }), 'TRUNCATED'),
  alike('chunks reset in the middle', chunked(BODY, { cutAt: '50%', cutBy: 'reset' }), 'TRUNCATED'),
  alike('chunks without an end', chunked(BODY, { bad: 'unterminated' }), 'TRUNCATED'),
  alike('a chunk size that is no number', chunked(BODY, { bad: 'size' }), 'PROTOCOL'),
  alike('a chunk size below zero', chunked(BODY, { bad: 'negative' }), 'PROTOCOL'),
  alike('a chunk of 2^64 bytes', chunked(BODY, { bad: 'huge' }), 'TRUNCATED'),
  alike('a last chunk that is too short', chunked(BODY, { bad: 'more' }), 'TRUNCATED'),
  alike('a chunk without a line end', chunked(BODY, { bad: 'no-crlf' }), 'PROTOCOL'),
  ...(['gzip', 'deflate', 'br', 'zstd'] as const).map((coding) =>
    alike(`a body that is not in ${coding}, as it says`, codingLie(BODY, coding), 'BAD_ENCODING'),
  ),
  alike('gzip with a wrong checksum', damaged('gzip', { corruptCrc: true }), 'BAD_ENCODING'),
  alike('gzip with a wrong length', damaged('gzip', { wrongSize: true }), 'BAD_ENCODING'),
  alike('gzip with a wrong bit', damaged('gzip', { flip: 5000 }), 'BAD_ENCODING'),
  alike('gzip with rubbish behind its end', damaged('gzip', { trail: 16 }), 'BAD_ENCODING'),
  alike('deflate with a wrong bit', damaged('deflate', { flip: 5000 }), 'BAD_ENCODING'),
  alike('half of a zstd body', damaged('zstd', { truncate: '50%' }), 'BAD_ENCODING'),
]

/**
 * The written list of what a fetch cannot show: faults that the wire refuses, or names better, and that a fetch hands out as an
 * answer. WRONG in the fetch column is a damaged body under status 200 and without an error.
 *
 * Not run here: an answer in six codings. Node 24's fetch rejects it and leaves its body behind without a listener, so that the
 * whole program ends with an uncaught error when the origin closes the connection; a signal does not help. For the wire see
 * the tests of `decoded`.
 */
const WHAT_A_FETCH_CANNOT_SEE: readonly Row[] = [
  ['a Content-Length that is too small', shortLength(BODY, LENGTH - 10), 'PROTOCOL', 'length, WRONG'],
  ['bytes behind the end', surplus(BODY, 'x'.repeat(64)), 'PROTOCOL', 'length, right'],
  ['a chunk extension of 100,000 characters', chunked(BODY, { bad: 'extension' }), 'PROTOCOL', 'unknown, right'],
  ['100,000 interim answers', early(100_000, ok(BODY)), 'PROTOCOL', 'length, right'],
  ['a transfer coding that nobody asked for', transferCoding('gzip, chunked'), 'PROTOCOL for good', 'unknown, WRONG'],
  ['chunks that Node does not know for a tab', transferCoding('chunked\t'), 'TRUNCATED', 'unknown, WRONG'],
  ['chunks beside another transfer coding', transferCoding('chunked', 'foo'), 'PROTOCOL for good', 'unknown, WRONG'],
  ['a change of protocol that nobody offered', upgrade(), 'PROTOCOL for good', 'CONNECT'],
  ['a content coding that nobody knows', codingLie(BODY, 'compress'), 'length, right', 'unknown, right'],
  ['gzip of which one byte came', damaged('gzip', { truncate: 1 }), 'BAD_ENCODING', 'unknown, WRONG'],
  ['half of a gzip body under its own length', damaged('gzip', { truncate: '50%' }), 'BAD_ENCODING', 'unknown, WRONG'],
  [
    'half of a gzip body, ended by closing',
    damaged('gzip', { truncate: '50%', framing: 'close' }),
    'BAD_ENCODING',
    'unknown, WRONG',
  ],
  ['gzip without its checksum', damaged('gzip', { truncate: -8 }), 'BAD_ENCODING', 'unknown, right'],
  ['gzip without its last byte', damaged('gzip', { truncate: -1 }), 'BAD_ENCODING', 'unknown, right'],
  ['half of a deflate body', damaged('deflate', { truncate: '50%' }), 'BAD_ENCODING', 'unknown, WRONG'],
  ['half of a br body', damaged('br', { truncate: '50%' }), 'BAD_ENCODING', 'unknown, WRONG'],
  ['deflate with rubbish behind its end', damaged('deflate', { trail: 16 }), 'BAD_ENCODING', 'unknown, right'],
  ['br with rubbish behind its end', damaged('br', { trail: 16 }), 'BAD_ENCODING', 'unknown, right'],
]

/** Not noticeable by any transport; the first is at least called unproven by its framing. */
const BEYOND_BOTH: readonly Row[] = [
  ['half of a body that ends with its connection', closeDelimited(BODY, { cutAt: '50%' }), 'close, WRONG', 'unknown, WRONG'],
  ['a wrong bit in zstd without a checksum', damaged('zstd', { flip: 5000 }), 'length, WRONG', 'unknown, WRONG'],
]

function transferCoding(...values: string[]): Step {
  const fields = values.map((value) => `Transfer-Encoding: ${value}\r\n`).join('')
  return raw(`HTTP/1.1 200 OK\r\n${fields}\r\n5\r\nhello\r\n0\r\n\r\n`)
}

function upgrade(): Step {
  return raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
}

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin.close())

describe.each([
  ['whole bodies', WHOLE],
  ['broken ones', BROKEN],
  ['what a fetch cannot see', WHAT_A_FETCH_CANNOT_SEE],
  ['what nobody can see', BEYOND_BOTH],
])('%s', (_group, rows) => {
  test.each(rows)('%s', async (_what, step, wire, fetched) => {
    origin.script('/row', step)
    const [byWire, byFetch] = [wireTransport({ clock: systemClock }), fetchTransport(() => fetch, { clock: systemClock })]
    expect([
      await outcomeOf(byWire, requestTo(origin.url('/row')), BODY),
      await outcomeOf(byFetch, requestTo(origin.url('/row')), BODY),
    ]).toEqual([wire, fetched])
    await byWire.close()
  })
})
