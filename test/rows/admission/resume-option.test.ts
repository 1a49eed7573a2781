import { describe, expect, test } from 'vitest'
import type { CallOptions, Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, gz, ok } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'

const body = pseudoRandom(300_000)
const strong = { etag: '"1"', ranges: true }
const modes: NonNullable<CallOptions['resume']>[] = ['auto', true, false]

interface Round {
  readonly right: boolean
  /** For each request: Range, If-Range and the codings that it offers. */
  readonly asked: { range: string | undefined; ifRange: string | undefined; coded: boolean }[]
}

async function download(g: Given, holdfast: CallOptions = {}): Promise<Round> {
  const response = await g.fetch(g.origin.url('/f'), { holdfast })
  const right = sha256(await response.bytes()) === sha256(body)
  const asked = g.origin.requests('/f').map(({ headers }) => ({
    range: headers.range,
    ifRange: headers['if-range'],
    coded: /gzip/.test(headers['accept-encoding'] ?? ''),
  }))
  return { right, asked }
}

const some = expect.stringMatching(/^bytes=\d+-$/)
const plain = { range: undefined, ifRange: undefined, coded: false }
const offering = { range: undefined, ifRange: undefined, coded: true }
const going = { range: some, ifRange: '"1"', coded: false }

describe('a plain body that breaks', () => {
  const second = { auto: going, true: going, false: offering }
  test.each(modes)('resume: %j', async (resume) => {
    await using g = await given({ resume })
    g.origin.script('/f', cut(body, '50%', strong), ok(body, strong))
    const { right, asked } = await download(g)
    expect(right).toBe(true)
    expect(asked).toEqual([resume === true ? plain : offering, second[`${resume}`]])
  })

  test.each(modes)('resume: %j, without a validator: all over, right bytes', async (resume) => {
    await using g = await given({ resume })
    g.origin.script('/f', cut(body, '50%', { ranges: true }), ok(body, { ranges: true }))
    const { right, asked } = await download(g)
    expect([right, asked.map(({ range }) => range)]).toEqual([true, [undefined, undefined]])
  })

  test.each(modes)('resume: %j, and a digest that will prove it, without a validator', async (resume) => {
    await using g = await given({ resume, expect: { digest: `sha256:${sha256(body)}` } })
    g.origin.script('/f', cut(body, '50%', { ranges: true }), ok(body, { ranges: true }))
    const { right, asked } = await download(g)
    expect([right, asked[1]?.range]).toEqual([true, resume === false ? undefined : some])
  })
})

describe('a body in gzip that breaks', () => {
  const coded = { ...strong, headers: { Vary: 'Accept-Encoding' } }
  const broken = gz(body, { ...coded, etag: '"z"', truncate: '50%' })
  test.each(['auto', false] as const)('resume: %j: from zero again, under auto without coding', async (resume) => {
    await using g = await given({ resume })
    g.origin.script('/f', broken, ok(body, strong))
    const { right, asked } = await download(g)
    expect(right).toBe(true)
    expect(asked).toEqual([offering, resume === 'auto' ? plain : { ...plain, coded: expect.any(Boolean) }])
  })

  test('auto: and the plain one that breaks then goes on', async () => {
    await using g = await given({ resume: 'auto' })
    g.origin.script('/f', broken, cut(body, '50%', strong), ok(body, strong))
    const { right, asked } = await download(g)
    expect(right).toBe(true)
    expect(asked).toEqual([offering, plain, going])
  })

  test('true: an origin that codes all the same is right, and never asked for a part of it', async () => {
    await using g = await given({ resume: true })
    g.origin.script('/f', broken, gz(body, { ...coded, etag: '"z"' }))
    const { right, asked } = await download(g)
    expect(right).toBe(true)
    expect(asked).toEqual([plain, plain])
  })
})

describe('where it stands', () => {
  const strict: Options = { resume: false }
  test('a call wins over a rule, a rule over the instance', async () => {
    await using g = await given({ ...strict, rules: [{ match: 'http://127.0.0.1:*/f', resume: true }] })
    g.origin.script('/f', cut(body, '50%', strong), ok(body, strong), cut(body, '50%', strong), ok(body, strong))
    expect((await download(g)).asked).toEqual([plain, going])
    const { right, asked } = await download(g, { resume: false })
    expect([right, asked.slice(2).map(({ range }) => range)]).toEqual([true, [undefined, undefined]])
  })

  test("the caller's own Accept-Encoding is his, in every mode", async () => {
    for (const resume of modes) {
      await using g = await given({ resume })
      g.origin.script('/f', ok(body))
      const response = await g.fetch(g.origin.url('/f'), { headers: { 'Accept-Encoding': 'br' } })
      await response.bytes()
      expect(g.origin.requests('/f')[0]?.headers['accept-encoding']).toBe('br')
    }
  })
})
