import { describe, expect, test } from 'vitest'
import { byRequest, counting, gate, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench, outcomeOf, textOf } from './kit.ts'

const by = (vary: string, more: Record<string, string> = {}): Step =>
  byRequest((r, hit) =>
    ok(`${hit} ${r.headers['accept-language'] ?? '-'} ${r.headers['x-v'] ?? '-'}`, {
      headers: { 'Cache-Control': 'max-age=60', Vary: vary, ...more },
    }),
  )
const get = (b: Bench, headers: Record<string, string> = {}): Promise<string> => textOf(b.fetch(b.origin.url('/r'), { headers }))

describe('Vary (B23, A06)', () => {
  test('each language is a variant of its own, and all stay', async () => {
    await using b = await bench({ '/r': by('Accept-Language') })
    const first = [await get(b, { 'Accept-Language': 'de' }), await get(b, { 'Accept-Language': 'fr' }), await get(b)]
    expect(first.map((text) => text.split(' ')[0])).toEqual(['1', '2', '3'])
    expect([await get(b, { 'accept-language': 'de' }), await get(b, { 'ACCEPT-LANGUAGE': 'fr' }), await get(b)]).toEqual(first)
  })

  test('several names, in any case and spelling of the list; order of the request does not matter', async () => {
    await using b = await bench({ '/r': by('x-V ,, ACCEPT-language') })
    const one = await get(b, { 'X-V': '1', 'Accept-Language': 'de' })
    expect(await get(b, { 'Accept-Language': 'de', 'x-v': '1' })).toBe(one)
    expect(await get(b, { 'Accept-Language': 'de', 'x-v': '2' })).not.toBe(one)
    expect(await get(b, { 'Accept-Language': 'fr', 'x-v': '1' })).not.toBe(one)
  })

  test('absent and empty differ from each other at most, never from themselves', async () => {
    await using b = await bench({ '/r': by('X-V') })
    const absent = await get(b)
    expect(await get(b, { 'X-V': 'a' })).not.toBe(absent)
    expect(await get(b)).toBe(absent)
  })

  test('Vary: * is stored for a fallback and never reused', async () => {
    await using b = await bench({ '/r': by('*') })
    expect([await get(b), await get(b)].map((text) => text.split(' ')[0])).toEqual(['1', '2'])
    await b.origin.refuse()
    b.origin.kill()
    expect(await outcomeOf(b.fetch(b.origin.url('/r')))).toBe('fallback')
  })

  test('* among other names is *', async () => {
    await using b = await bench({ '/r': by('Accept, *') })
    expect(await get(b)).not.toBe(await get(b))
  })

  test('two languages at the same moment do not share an answer', async () => {
    const waiting = gate(by('Accept-Language'))
    await using b = await bench({ '/r': waiting })
    const both = [get(b, { 'Accept-Language': 'de' }), get(b, { 'Accept-Language': 'fr' })]
    await waiting.arrived
    waiting.release()
    expect((await Promise.all(both)).map((text) => text.split(' ')[1])).toEqual(['de', 'fr'])
  })

  test('a Vary that changes: the newest names count for new answers, and old ones are not given to the wrong caller', async () => {
    await using b = await bench({ '/r': inOrder(by('X-V'), by('Accept-Language'), by('Accept-Language')) })
    expect(await get(b, { 'X-V': '1', 'Accept-Language': 'de' })).toBe('1 de 1')
    expect(await get(b, { 'X-V': '2', 'Accept-Language': 'de' })).toBe('2 de 2')
    const third = await get(b, { 'X-V': '3', 'Accept-Language': 'fr' })
    expect(third).toBe('3 fr 3')
  })

  test('a 304 that brings a Vary renews its own variant only', async () => {
    const headers = { 'Cache-Control': 'max-age=60', Vary: 'Accept-Language' }
    const steps = byRequest((r) =>
      r.headers['if-none-match']
        ? notModified({ headers, etag: r.headers['if-none-match'] })
        : ok(String(r.headers['accept-language']), { headers, etag: `"${r.headers['accept-language']}"` }),
    )
    await using b = await bench({ '/r': steps })
    await get(b, { 'Accept-Language': 'de' })
    await get(b, { 'Accept-Language': 'fr' })
    await b.clock.advance(61_000)
    expect(await get(b, { 'Accept-Language': 'de' })).toBe('de')
    expect(b.origin.requests('/r').at(-1)?.headers['if-none-match']).toContain('"de"')
    expect(await outcomeOf(b.fetch(b.origin.url('/r'), { headers: { 'Accept-Language': 'de' } }))).toBe('hit')
    expect(await outcomeOf(b.fetch(b.origin.url('/r'), { headers: { 'Accept-Language': 'fr' } }))).toBe('revalidated')
  })

  test('ten thousand names in Vary are bounded, and right', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `x-${n}`).join()
    await using b = await bench({ '/r': by(names) })
    const one = await get(b, { 'x-7': 'a' })
    expect(await get(b, { 'x-7': 'b' })).not.toBe(one)
  })
})

describe('Age (B47, trap 27)', () => {
  const ageOf = async (b: Bench): Promise<string | null> => {
    const response = await b.fetch(b.origin.url('/r'))
    await response.arrayBuffer()
    return response.headers.get('age')
  }

  test('grows with the clock on hits', async () => {
    await using b = await bench({ '/r': counting({ headers: { 'Cache-Control': 'max-age=600' } }) })
    await ageOf(b)
    await b.clock.advance(30_000)
    expect(await ageOf(b)).toBe('30')
    await b.clock.advance(30_999)
    expect(await ageOf(b)).toBe('60')
  })

  test('the Age of the origin is the start, and is not counted twice', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { 'Cache-Control': 'max-age=600', Age: '100' } }) })
    expect(await ageOf(b)).toBe('100')
    await b.clock.advance(30_000)
    expect([await ageOf(b), await ageOf(b)]).toEqual(['130', '130'])
  })

  test('a 304 makes it young again', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { 'Cache-Control': 'max-age=60' }, etag: '"e"', conditional: true }) })
    await ageOf(b)
    await b.clock.advance(61_000)
    expect(Number(await ageOf(b))).toBe(0)
    await b.clock.advance(5_000)
    expect(await ageOf(b)).toBe('5')
  })

  test('a server whose clock is behind makes it older; one ahead does not make it negative', async () => {
    const dated =
      (by_: number): Step =>
      (e) =>
        ok('a', { headers: { 'Cache-Control': 'max-age=600', Date: new Date(e.now() + by_).toUTCString() } })(e)
    for (const [skew, age] of [
      [-120_000, '125'],
      [120_000, '5'],
    ] as const) {
      await using b = await bench({ '/r': dated(skew) })
      await ageOf(b)
      await b.clock.advance(5_000)
      expect(await ageOf(b)).toBe(age)
    }
  })

  test('our clock that steps back never gives a negative age', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { 'Cache-Control': 'max-age=600' } }) })
    await ageOf(b)
    b.clock.jump(-3_600_000)
    expect(Number(await ageOf(b))).toBeGreaterThanOrEqual(0)
  })
})
