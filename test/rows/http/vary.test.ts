import { describe, expect, test } from 'vitest'
import { byRequest, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, askWith, dateBefore } from './given.ts'

const by = (vary: string | readonly string[] | undefined): Step =>
  byRequest((_, hit) => ok(String(hit), { headers: { 'Cache-Control': 'max-age=600', ...(vary && { Vary: vary }) } }))
const get = async (b: Bench, headers: Record<string, string> = {}): Promise<string> => (await askWith(b, headers)).text

/** Whether the second request is answered by what was stored for the first. */
async function meets(vary: string, first: Record<string, string>, second: Record<string, string>): Promise<boolean> {
  await using b = await bench({ '/r': by(vary) })
  return (await get(b, first)) === (await get(b, second))
}

describe('lists that mean the same are the same variant (RFC 9111, 4.1)', () => {
  test.each([
    ['Accept-Language', 'de, en', 'de,en'],
    ['Accept-Language', 'de, en', 'de ,\t en'],
    ['Accept-Language', 'de, en', 'DE, En'],
    ['Accept-Language', 'de;q=0.8, en;q=0.5', 'en;q=0.5, de;q=0.8'],
    ['Accept-Language', 'de, en', 'en, de'],
    ['Accept-Language', 'de;q=0.8', 'de ; q=0.8'],
    ['Accept', 'text/html, application/json;q=0.5', 'application/json;q=0.5,text/html'],
    ['Accept', 'text/html', 'TEXT/HTML'],
    ['Accept-Encoding', 'gzip, br', 'br,gzip'],
    ['Accept-Encoding', 'gzip', 'GZip'],
    ['accept-LANGUAGE', 'de, en', 'en,de'],
  ])('%s: %s is %s', async (name, one, other) => {
    expect(await meets(name, { [name]: one }, { [name]: other })).toBe(true)
  })
})

describe('and those that do not, are not', () => {
  test.each([
    ['Accept-Language', 'de, en', 'de'],
    ['Accept-Language', 'de;q=0.1, en', 'de, en;q=0.1'],
    ['Accept-Language', 'de', 'de-AT'],
    ['Accept-Language', 'de', 'fr'],
    ['Accept-Language', 'de, en;q=0', 'de, en'],
    ['Accept', 'text/html;level=1', 'text/html;level=2'],
    ['Accept', 'text/html', 'text/*'],
    ['Accept', 'a/b;c="x,y"', 'a/b;c="x, y"'],
    ['Accept', 'a/b;c="X"', 'a/b;c="x"'],
    ['Accept-Encoding', 'gzip', 'br'],
    ['Accept-Encoding', 'gzip;q=0', 'gzip'],
    ['X-V', 'a', 'A'],
    ['X-V', 'a,b', 'b,a'],
    ['X-V', 'a b', 'ab'],
    ['X-V', 'a;q=1', 'a'],
    ['User-Agent', 'one', 'One'],
  ])('%s: %s is not %s', async (name, one, other) => {
    expect(await meets(name, { [name]: one }, { [name]: other })).toBe(false)
  })
})

describe('which fields, and whether they are there', () => {
  test('a field that is missing matches only one that is missing too', async () => {
    await using b = await bench({ '/r': by('X-V') })
    expect([await get(b), await get(b, { 'X-V': '' }), await get(b), await get(b, { 'X-V': '' })]).toEqual(['1', '2', '1', '2'])
  })

  test('no value can be made to look like two, nor like none', async () => {
    await using b = await bench({ '/r': by('X-V, X-W') })
    const twins = [
      { 'X-V': 'a', 'X-W': 'b' },
      { 'X-V': 'a,b' },
      { 'X-W': 'a' },
      { 'X-V': 'undefined' },
      { 'X-V': 'null' },
      {},
      { 'X-V': 'a', 'X-W': '' },
      { 'X-V': 'a' },
      { 'X-V': 'ax-w:b' },
    ]
    const first: string[] = []
    for (const headers of twins) first.push(await get(b, headers))
    expect(new Set(first).size).toBe(twins.length)
    for (const [n, headers] of twins.entries()) expect(await get(b, headers)).toBe(first[n])
  })

  test('several fields have to match, over several lines of Vary too', async () => {
    await using b = await bench({ '/r': by(['X-V', 'X-W, X-V']) })
    expect(await get(b, { 'X-V': '1', 'X-W': '2' })).toBe('1')
    expect(await get(b, { 'X-W': '2', 'X-V': '1' })).toBe('1')
    expect(await get(b, { 'X-V': '1', 'X-W': '3' })).toBe('2')
    expect(await get(b, { 'X-V': '2', 'X-W': '2' })).toBe('3')
    expect(await get(b, { 'X-V': '1' })).toBe('4')
  })

  test.each([['*'], ['X-V, *'], ['*, X-V'], ['  *  '], [['X-V', '*']]])('Vary: %j matches nothing', async (vary) => {
    await using b = await bench({ '/r': by(vary) })
    expect([await get(b, { 'X-V': '1' }), await get(b, { 'X-V': '1' })]).toEqual(['1', '2'])
  })

  test('an empty Vary names nothing; a name that none can have is none', async () => {
    for (const vary of ['', ' , ,', 'Accept Language']) {
      await using b = await bench({ '/r': by(vary) })
      await get(b, { 'X-V': '1' })
      expect(['1', '2']).toContain(await get(b, { 'X-V': '2' }))
    }
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString'])('Vary: %s is a name like others', async (name) => {
    await using b = await bench({ '/r': by(name) })
    // As an object, __proto__ would not survive the platform's own Headers.
    const of = async (value: string): Promise<string> => (await ask(b, { headers: new Headers([[name, value]]) })).text
    expect([await of('1'), await of('2'), await of('1'), await of('2')]).toEqual(['1', '2', '1', '2'])
  })

  test('what we add to the request by ourselves is no reason for a miss', async () => {
    for (const vary of ['Accept-Encoding', 'User-Agent', 'Accept', 'If-None-Match', 'Range', 'Cache-Control', 'Host']) {
      await using b = await bench({ '/r': by(vary) })
      expect([vary, await get(b), await get(b)]).toEqual([vary, '1', '1'])
    }
  })
})

describe('variants side by side', () => {
  test('twenty of them, each with its own answer', async () => {
    await using b = await bench({ '/r': by('X-V') })
    const names = Array.from({ length: 20 }, (_, n) => ({ 'X-V': `v${n}` }))
    const first: string[] = []
    for (const name of names) first.push(await get(b, name))
    const again: string[] = []
    for (const name of names) again.push(await get(b, name))
    expect(again).toEqual(first)
    expect(new Set(first).size).toBe(20)
  })

  /** Two answers that both match the third request, and differ in what they vary by and in Date. */
  const differing = (dates: readonly [number, number]): Step =>
    byRequest((r, hit) => (exchange) => {
      const headers = {
        Vary: r.headers['x-first'] ? 'X-A' : 'X-B',
        Date: dateBefore(exchange.now(), dates[hit - 1] ?? 0),
        'Cache-Control': 'max-age=6000',
      }
      return ok(String(hit), { headers })(exchange)
    })

  test('of two that match, the one with the later Date; or the origin is asked', async () => {
    await using b = await bench({ '/r': differing([50_000, 10_000]) })
    await get(b, { 'X-A': '1', 'X-B': '0', 'X-First': '1' })
    await get(b, { 'X-A': '2', 'X-B': '1' })
    expect(['2', '3']).toContain(await get(b, { 'X-A': '1', 'X-B': '1' }))
  })

  test('also where the later Date came first', async () => {
    await using b = await bench({ '/r': differing([10_000, 50_000]) })
    await get(b, { 'X-A': '1', 'X-B': '0', 'X-First': '1' })
    await get(b, { 'X-A': '2', 'X-B': '1' })
    expect(['1', '3']).toContain(await get(b, { 'X-A': '1', 'X-B': '1' }))
  })

  test('a default answer that forgot its Vary does not take the place of the others (4.1)', async () => {
    const step = byRequest((r, hit) =>
      ok(String(hit), { headers: { 'Cache-Control': 'max-age=600', ...(r.headers['x-v'] && { Vary: 'X-V' }) } }),
    )
    await using b = await bench({ '/r': step })
    expect([await get(b, { 'X-V': '1' }), await get(b)]).toEqual(['1', '2'])
    expect(['1', '3']).toContain(await get(b, { 'X-V': '1' }))
  })

  test.each(['default', 'only-if-cached'] as const)(
    'what one was told under `Vary: *` hides no answer of another (%s)',
    async (cache) => {
      const step = byRequest((r, hit) =>
        ok(String(hit), { headers: { 'Cache-Control': 'max-age=600', Vary: r.headers['x-v'] === '1' ? 'X-V' : '*' } }),
      )
      await using b = await bench({ '/r': step })
      expect([await get(b, { 'X-V': '1' }), await get(b, { 'X-V': '2' })]).toEqual(['1', '2'])
      expect((await askWith(b, { 'X-V': '1' }, { cache })).text).toBe('1')
    },
  )
})
