import { describe, expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { askWith, fill, type Told } from './given.ts'

const WHOLE = '0123456789'

interface Part {
  readonly contentRange: string | undefined
  readonly contentType: string | undefined
  readonly body: string
}

/** Reads multipart/byteranges by the letter of RFC 2046, section 5.1, and RFC 9110, section 14.6. */
function partsOf({ headers, text }: Told): Part[] {
  const [, quoted, bare] =
    /^multipart\/byteranges;\s*boundary=(?:"([^"]+)"|([\w'()+,\-./:=?]+))$/i.exec(headers.get('content-type') ?? '') ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined || boundary.length > 70) throw new Error(`no boundary: ${headers.get('content-type')}`)
  const [preamble, ...rest] = `\r\n${text}`.split(`\r\n--${boundary}`)
  const end = rest.pop()
  if (preamble !== '' || end === undefined || !/^--(\r\n)?$/.test(end)) throw new Error(`not closed: ${JSON.stringify(text)}`)
  return rest.map(partOf)
}

function partOf(piece: string): Part {
  const at = piece.indexOf('\r\n\r\n')
  if (!/^[ \t]*\r\n/.test(piece) || at < 0) throw new Error(`no head: ${JSON.stringify(piece)}`)
  const field = (name: string): string | undefined =>
    piece
      .slice(0, at)
      .split('\r\n')
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
  return { contentRange: field('content-range'), contentType: field('content-type'), body: piece.slice(at + 4) }
}

async function stocked(): Promise<Bench> {
  const b = await bench({
    '/r': ok(WHOLE, { headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/x-digits' }, etag: '"e"' }),
  })
  await fill(b)
  return b
}

/** Every way to answer several ranges that RFC 9110, section 15.3.7.2, allows; `covered` is each byte that was asked for. */
function expectLegal(answer: Told, covered: string): void {
  if (answer.status === 200) {
    expect([answer.text, answer.headers.get('content-range')]).toEqual([WHOLE, null])
    return
  }
  expect(answer.status).toBe(206)
  const contentRange = answer.headers.get('content-range')
  const parts = contentRange === null ? partsOf(answer) : [{ contentRange, contentType: 'text/x-digits', body: answer.text }]
  const seen = new Set<string>()
  for (const part of parts) {
    const [, first = '', last = ''] = /^bytes (\d+)-(\d+)\/10$/.exec(part.contentRange ?? '') ?? []
    expect(part.body).toBe(WHOLE.slice(Number(first), Number(last) + 1))
    expect(part.body).not.toBe('')
    expect(part.contentType).toBe('text/x-digits')
    for (const digit of part.body) seen.add(digit)
  }
  for (const digit of covered) expect(seen).toContain(digit)
  const length = answer.headers.get('content-length')
  if (length !== null) expect(length).toBe(String(answer.text.length))
}

describe('several ranges of a stored whole: each legal form, and only those', () => {
  test.each([
    ['bytes=0-1,4-5', '0145'],
    ['bytes=0-1, 4-5,-1', '01459'],
    ['bytes=4-5,0-1', '0145'],
    ['bytes=0-4,2-6', '0123456'],
    ['bytes=0-0,0-0,0-0,0-0', '0'],
    ['bytes=0-9,0-9', WHOLE],
    ['bytes=0-1,2-3', '0123'],
    ['bytes=0-1,99-', '01'],
    ['bytes=99-,8-', '89'],
    ['bytes=-2,-4', '6789'],
    ['bytes=0-0,,\t-1', '09'],
  ])('%s', async (range, covered) => {
    await using b = await stocked()
    expectLegal(await askWith(b, { Range: range }), covered)
    expect(b.origin.hits()).toBe(1)
  })

  test('fifteen hundred ranges do not make a body that is larger than the whole by far', async () => {
    await using b = await stocked()
    const many = Array.from({ length: 1_500 }, () => '0-').join()
    const answer = await askWith(b, { Range: `bytes=${many}` })
    expect([200, 206, 416]).toContain(answer.status)
    expect(answer.text.length).toBeLessThan(1_000)
  })
})

test.each([10, 100_000])(
  'of %i bytes, the parts have the content type octet for octet, and the length that is said',
  async (size) => {
    const type = 'text/plain; name="é"'
    await using b = await bench({
      '/r': ok('x'.repeat(size), { headers: { 'Cache-Control': 'max-age=60', 'Content-Type': type } }),
    })
    await fill(b)
    const response = await b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=0-1,4-5' } })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect([response.status, response.headers.get('content-length')]).toEqual([206, String(bytes.length)])
    expect(bytes.toString('latin1').split(`Content-Type: ${type}\r\n`)).toHaveLength(3)
  },
)
