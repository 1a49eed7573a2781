import { describe, expect, test } from 'vitest'
import { ok, status } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, askWith, DAY, dateBefore, dated, fill } from './given.ts'

const LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT'
const control = { 'Cache-Control': 'max-age=60' }
const both = { etag: '"e"', lastModified: LAST_MODIFIED }

async function stocked(options: object = both): Promise<Bench> {
  const b = await bench({ '/r': ok('whole', { headers: control, ...options }) })
  await fill(b)
  return b
}

type Row = [name: string, headers: Record<string, string>, status: number, stored?: object]

/** RFC 9110, 13.1.2, 13.1.3 and 13.2.2, as RFC 9111, section 4.3.2, has them done by a cache. */
const TAGS: Row[] = [
  ['the same tag', { 'If-None-Match': '"e"' }, 304],
  ['its weak form: the comparison is weak', { 'If-None-Match': 'W/"e"' }, 304],
  ['a strong form of a stored weak tag', { 'If-None-Match': '"e"' }, 304, { etag: 'W/"e"' }],
  ['a list that has it last', { 'If-None-Match': '"x", W/"y" ,"e"' }, 304],
  ['a list with empty members', { 'If-None-Match': ', ,"x",,"e",' }, 304],
  ['a list that has it in weak form', { 'If-None-Match': '"x",W/"e"' }, 304],
  ['a star', { 'If-None-Match': '*' }, 304],
  ['a star where no tag is stored', { 'If-None-Match': '*' }, 304, {}],
  ['another tag', { 'If-None-Match': '"x"' }, 200],
  ['another case', { 'If-None-Match': '"E"' }, 200],
  ['a tag that contains it', { 'If-None-Match': '"xe"' }, 200],
  ['a tag where none is stored', { 'If-None-Match': '"e"' }, 200, { lastModified: LAST_MODIFIED }],
  ['a list without it', { 'If-None-Match': '"a", "b", W/"c"' }, 200],
  ['a tag with a comma, stored', { 'If-None-Match': '"x", "a,b"' }, 304, { etag: '"a,b"' }],
  ['half of a tag with a comma', { 'If-None-Match': '"a"' }, 200, { etag: '"a,b"' }],
  ['a tag within another tag of the list', { 'If-None-Match': '"x,e,y"' }, 200, { etag: '"e"' }],
  ['a tag with a backslash, which escapes nothing', { 'If-None-Match': '"a\\"' }, 304, { etag: '"a\\"' }],
  ['the empty tag', { 'If-None-Match': '""' }, 304, { etag: '""' }],
  ['the empty tag against another', { 'If-None-Match': '""' }, 200],
  ['a star in quotes', { 'If-None-Match': '"*"' }, 200],
  ['lower-case w is no weak mark', { 'If-None-Match': 'w/"x"' }, 200],
]
const DATES: Row[] = [
  ['the very date', { 'If-Modified-Since': LAST_MODIFIED }, 304],
  ['a later one', { 'If-Modified-Since': 'Wed, 01 Jan 2025 00:00:01 GMT' }, 304],
  ['an earlier one', { 'If-Modified-Since': 'Tue, 31 Dec 2024 23:59:59 GMT' }, 200],
  ['in the form of RFC 850', { 'If-Modified-Since': 'Wednesday, 01-Jan-25 00:00:00 GMT' }, 304],
  ['in the form of asctime', { 'If-Modified-Since': 'Wed Jan  1 00:00:00 2025' }, 304],
  ['no date', { 'If-Modified-Since': 'yesterday' }, 200],
  ['an ISO date, which is none', { 'If-Modified-Since': '2025-01-02T00:00:00Z' }, 200],
  ['a number, which is none', { 'If-Modified-Since': '0' }, 200],
  ['a list of dates, which is none', { 'If-Modified-Since': `${LAST_MODIFIED}, ${LAST_MODIFIED}` }, 200],
  ['empty', { 'If-Modified-Since': '' }, 200],
]
const ORDER: Row[] = [
  ['tag no, date yes', { 'If-None-Match': '"x"', 'If-Modified-Since': LAST_MODIFIED }, 200],
  ['tag yes, date no', { 'If-None-Match': '"e"', 'If-Modified-Since': 'Tue, 31 Dec 2024 00:00:00 GMT' }, 304],
  ['tag yes, date bad', { 'If-None-Match': '"e"', 'If-Modified-Since': 'never' }, 304],
  [
    'tag given, none stored, date yes',
    { 'If-None-Match': '"x"', 'If-Modified-Since': LAST_MODIFIED },
    200,
    { lastModified: LAST_MODIFIED },
  ],
]

describe.each([
  ['If-None-Match', TAGS],
  ['If-Modified-Since', DATES],
  ['both: the tag goes first', ORDER],
])('a fresh answer and the caller’s own %s', (_, rows) => {
  test.each(rows)('%s', async (_name, headers, expected, stored = both) => {
    await using b = await stocked(stored)
    const answer = await askWith(b, headers)
    expect([answer.status, answer.text, answer.bodiless]).toEqual(expected === 304 ? [304, '', true] : [200, 'whole', false])
    expect([b.origin.hits(), answer.says.hit]).toEqual([1, true])
    expect((await ask(b)).text).toBe('whole')
  })
})

describe('a date where the answer has no Last-Modified (RFC 9111, 4.3.2)', () => {
  test('Date stands for it, or the whole is given', async () => {
    await using b = await stocked({ etag: '"e"' })
    const now = b.clock.now()
    expect(await askWith(b, { 'If-Modified-Since': dateBefore(now, DAY) })).toMatchObject({ status: 200, text: 'whole' })
    expect([200, 304]).toContain((await askWith(b, { 'If-Modified-Since': dateBefore(now, 0) })).status)
  })

  test('a bad Last-Modified is none', async () => {
    await using b = await stocked({ lastModified: '2025-01-01' })
    expect((await askWith(b, { 'If-Modified-Since': 'Fri, 03 Jan 2025 00:00:00 GMT' })).status).toBe(200)
  })
})

describe('what the 304 says (RFC 9110, 15.4.5)', () => {
  test('ETag, Cache-Control, Content-Location, Date, Expires, Vary; Age; and that it is a hit', async () => {
    await using b = await bench({
      '/r': dated('whole', (now) => ({
        ETag: '"e"',
        'Cache-Control': 'max-age=60',
        'Content-Location': '/r.en',
        Expires: dateBefore(now, -DAY),
        Vary: 'Accept-Language',
        'Last-Modified': LAST_MODIFIED,
      })),
    })
    const first = await ask(b)
    await b.clock.advance(20_000)
    const { headers, says, outcome, status: code } = await askWith(b, { 'If-None-Match': '"e"' })
    expect(code).toBe(304)
    for (const name of ['etag', 'cache-control', 'content-location', 'date', 'expires', 'vary'])
      expect([name, headers.get(name)]).toEqual([name, first.headers.get(name)])
    expect(headers.get('age')).toBe('20')
    expect([null, '5']).toContain(headers.get('content-length'))
    expect(headers.has('content-range')).toBe(false)
    expect([outcome, says.hit, says.ttl]).toEqual(['hit', true, 40])
  })

  test('a null body, as the platform has it', async () => {
    await using b = await stocked()
    const answer = await b.fetch(b.origin.url('/r'), { headers: { 'If-None-Match': '"e"' } })
    expect([answer.status, answer.ok, answer.body, answer.url]).toEqual([304, false, null, b.origin.url('/r')])
    expect((await answer.arrayBuffer()).byteLength).toBe(0)
  })
})

describe('which requests and answers have conditions', () => {
  test('HEAD has', async () => {
    await using b = await stocked()
    expect(await askWith(b, { 'If-None-Match': '"e"' }, { method: 'HEAD' })).toMatchObject({ status: 304, bodiless: true })
    expect((await askWith(b, { 'If-None-Match': '"x"' }, { method: 'HEAD' })).status).toBe(200)
    expect(b.origin.hits()).toBe(1)
  })

  test('POST is passed on with its condition, and gets what the origin says', async () => {
    await using b = await stocked()
    b.origin.script('/r', status(412, {}, 'no'))
    const answer = await askWith(b, { 'If-None-Match': '"e"' }, { method: 'POST', body: 'x' })
    expect([answer.status, answer.text, b.origin.requests('/r').at(-1)?.headers['if-none-match']]).toEqual([412, 'no', '"e"'])
    expect(await ask(b)).toMatchObject({ text: 'whole', says: { hit: true } })
  })

  test.each([404, 410])('a stored %i is given as it is: conditions are of a 2xx (13.2.1)', async (code) => {
    await using b = await stocked({ ...both, status: code })
    expect(await askWith(b, { 'If-None-Match': '"e"' })).toMatchObject({ status: code, text: 'whole' })
    expect(await askWith(b, { 'If-Modified-Since': LAST_MODIFIED })).toMatchObject({ status: code, text: 'whole' })
  })

  test.each([
    ['If-Match', '"e"'],
    ['If-Match', '"x"'],
    ['If-Match', '*'],
    ['If-Unmodified-Since', LAST_MODIFIED],
  ])('%s: %s is for the origin to judge, fresh or not', async (name, value) => {
    await using b = await stocked()
    b.origin.script('/r', status(412, {}, 'no'))
    const answer = await askWith(b, { [name]: value })
    expect([answer.status, answer.text]).toEqual([412, 'no'])
    expect(b.origin.requests('/r').at(-1)?.headers[name.toLowerCase()]).toBe(value)
    expect(await ask(b)).toMatchObject({ status: 200, text: 'whole' })
  })
})
