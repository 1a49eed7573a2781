import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import {
  badRange,
  byRequest,
  chunked,
  closeDelimited,
  cut,
  type Fields,
  ok,
  type Step,
  status,
} from '../../helpers/origin/index.ts'
import { inspected } from './given.ts'
import { lives, living, storeOld } from './stored.ts'

// R03, R09, R11 to R13 again, by labels and framings that a 206 may come with. Whatever it is: one version, whole.
const body = pseudoRandom(200_000)
const changed = pseudoRandom(200_000, 'changed')
const strong = { etag: '"1"', ranges: true }
const half = cut(body, '50%', strong)

/** A 206 for what was asked, out of these bytes, with these fields in place of the right ones. */
function part(bytes: Buffer, fields: (from: number) => Fields, frame: (rest: Buffer, head: Fields) => Step = plainly): Step {
  return byRequest(({ headers }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? Number.NaN)
    if (Number.isNaN(from)) return ok(bytes, bytes === body ? strong : { etag: '"2"', ranges: true })
    return frame(bytes.subarray(from), fields(from))
  })
}
const plainly = (rest: Buffer, head: Fields): Step => status(206, head, rest)
const range = (from: number, to: number = body.length - 1, total: number | string = body.length): Fields => ({
  'Content-Range': `bytes ${from}-${to}/${total}`,
})

const parts: [string, Step, Buffer][] = [
  ['of another version, without any tag', part(changed, (from) => range(from)), changed],
  ['of this version, without any tag', part(body, (from) => range(from)), body],
  [
    'of another version, with a date alone',
    part(changed, (from) => ({ ...range(from), 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })),
    changed,
  ],
  ['with the tag made weak', part(changed, (from) => ({ ...range(from), ETag: 'W/"1"' })), changed],
  ['with two tags', part(changed, (from) => ({ ...range(from), ETag: ['"1"', '"2"'] })), changed],
  ['with a tag without quotes', part(changed, (from) => ({ ...range(from), ETag: '1' })), changed],
  [
    'with two places',
    part(changed, (from) => ({ 'Content-Range': [`bytes ${from}-199999/200000`, 'bytes 0-1/200000'], ETag: '"1"' })),
    changed,
  ],
  ['in another unit', part(body, (from) => ({ 'Content-Range': `items ${from}-199999/200000`, ETag: '"1"' })), body],
  ['with its end before its start', part(body, (from) => ({ ...range(from, from - 1), ETag: '"1"' })), body],
  ['with its end behind the total', part(body, (from) => ({ ...range(from, 200_000), ETag: '"1"' })), body],
  ['with a place that is no number', part(body, () => ({ 'Content-Range': 'bytes x-y/z', ETag: '"1"' })), body],
  [
    'with a place of 2^53',
    part(body, () => ({ 'Content-Range': 'bytes 9007199254740993-9007199254740999/9007199254741000', ETag: '"1"' })),
    body,
  ],
  ['of no known place', part(body, () => ({ 'Content-Range': 'bytes */200000', ETag: '"1"' })), body],
  [
    'in chunks',
    part(
      body,
      (from) => ({ ...range(from), ETag: '"1"' }),
      (rest, headers) => chunked(rest, { status: 206, headers }),
    ),
    body,
  ],
  [
    'in chunks, with more than it says',
    part(
      body,
      (from) => ({ ...range(from), ETag: '"1"' }),
      (rest, headers) => chunked(Buffer.concat([rest, Buffer.from('more')]), { status: 206, headers }),
    ),
    body,
  ],
  [
    'in chunks, with less than it says',
    part(
      body,
      (from) => ({ ...range(from), ETag: '"1"' }),
      (rest, headers) => chunked(rest.subarray(0, -5_000), { status: 206, headers }),
    ),
    body,
  ],
  [
    'until the connection ends, too early',
    part(
      body,
      (from) => ({ ...range(from), ETag: '"1"' }),
      (rest, headers) => closeDelimited(rest, { status: 206, headers, cutAt: '90%' }),
    ),
    body,
  ],
]

describe.each(lives)('$name', (life) => {
  test.each(parts)('a part %s', async (_, step, expected) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    // Whoever sends such a part for ever sends the whole sooner or later.
    g.origin.script('/f', half, step, step, expected === body ? ok(body, strong) : ok(changed, { etag: '"2"', ranges: true }))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(expected))
    expect(inspected(response, 'miss').version).toMatchObject({ status: 200, size: expected.length })
  })

  test('three parts, the third of another version whatever If-Range says: the second version, whole', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', half, half, badRange(changed, 'if-range-ignored', { etag: '"2"', ranges: true }))
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(changed))
  })

  test('the version goes to and fro: one of them, whole', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const other = { etag: '"2"', ranges: true }
    g.origin.script(
      '/f',
      half,
      cut(changed, '60%', other),
      cut(body, '70%', strong),
      cut(changed, '80%', other),
      ok(body, strong),
    )
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  })
})
