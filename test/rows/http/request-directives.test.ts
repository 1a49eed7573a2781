import { describe, expect, test } from 'vitest'
import { ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench, die, failureOf } from '../door/kit.ts'
import { ask, askWith, fill, numbered, statusOrRefusal } from './given.ts'

const counted = (control: string, more: Record<string, string> = {}): Step =>
  numbered({ headers: { 'Cache-Control': control, ...more } })

/** Stored at noon with 60 seconds of freshness, and so many seconds later. */
async function aged(seconds: number, control = 'max-age=60', more: Record<string, string> = {}): Promise<Bench> {
  const b = await bench({ '/r': counted(control, more) })
  await fill(b)
  await b.clock.advance(seconds * 1000)
  return b
}

/** RFC 9111, section 5.2.1: age when asked, what is asked, and whether what is stored will do. */
const rows: [age: number, demand: string, hit: boolean, control?: string][] = [
  [5, 'max-age=10', true],
  [20, 'max-age=10', false],
  [10, 'max-age=9', false],
  [1, 'max-age=0', false],
  [20, 'MAX-AGE=10', false],
  [20, 'max-age="10"', false],
  [20, 'max-age=10, max-age=100', false],
  [20, 'foo="max-age=0", max-age=30', true],
  [20, 'max-age=3600', true],
  [61, 'max-age=3600', false],
  [20, 'x-max-age=0', true],
  [20, 'min-fresh=30', true],
  [40, 'min-fresh=30', false],
  [0, 'min-fresh=61', false],
  [0, 'Min-Fresh=59', true],
  [61, 'max-stale', true],
  [7000, 'max-stale', true],
  [65, 'max-stale=10', true],
  [75, 'max-stale=10', false],
  [61, 'Max-Stale="10"', true],
  [61, 'max-stale', false, 'max-age=60, must-revalidate'],
  [61, 'max-stale=10', false, 'max-age=60, must-revalidate'],
  [1, 'max-stale', false, 'max-age=60, no-cache'],
  [20, 'no-cache', false],
  [20, 'NO-CACHE', false],
  [20, 'foo, no-cache , bar=1', false],
  [20, 'foo="no-cache"', true],
  [20, 'no-transform', true],
  [20, 'stale-if-error=60', true],
]

describe('Cache-Control of the request (RFC 9111, 5.2.1)', () => {
  test.each(rows)('at age %i, %s: from the store %j', async (age, demand, hit, control) => {
    await using b = await aged(age, control)
    const answer = await askWith(b, { 'Cache-Control': demand })
    expect([answer.text, b.origin.hits()]).toEqual(hit ? ['1', 1] : ['2', 2])
    expect(answer.says.hit === true).toBe(hit)
    // Caches on the way have a right to the demand as well.
    if (!hit)
      expect(b.origin.requests('/r')[1]?.headers['cache-control']?.toLowerCase()).toContain(demand.toLowerCase().split('=')[0])
  })

  test('max-stale answers by itself, dead origin or not', async () => {
    await using b = await aged(65)
    await die(b.origin)
    expect(await askWith(b, { 'Cache-Control': 'max-stale=10' })).toMatchObject({ text: '1', says: { hit: true, ttl: -5 } })
  })

  test('no-cache asks with a condition, and what comes is stored for others', async () => {
    await using b = await aged(5)
    await askWith(b, { 'Cache-Control': 'no-cache' })
    expect(b.origin.requests('/r')[1]?.headers['if-none-match']).toBe('"1"')
    expect(await ask(b)).toMatchObject({ text: '2', says: { hit: true } })
  })

  test('no-store stores no part of the answer, and leaves what there is', async () => {
    await using b = await bench({ '/r': counted('max-age=60') })
    expect((await askWith(b, { 'Cache-Control': 'no-store' })).says.stored).not.toBe(true)
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
    expect((await ask(b)).text).toBe('2')
    await askWith(b, { 'Cache-Control': 'no-store' })
    expect(await ask(b)).toMatchObject({ text: '2', says: { hit: true } })
  })

  test('no-store at the same moment as one without: the other’s answer is stored', async () => {
    await using b = await bench({ '/r': counted('max-age=60') })
    await Promise.all([askWith(b, { 'Cache-Control': 'no-store' }), ask(b)])
    expect((await ask(b, { cache: 'only-if-cached' })).status).toBe(200)
  })

  test('only-if-cached: what is stored, or 504 or NOT_CACHED, and nobody is asked', async () => {
    const only = { headers: { 'Cache-Control': 'only-if-cached' } }
    await using b = await bench({ '/r': counted('max-age=60') })
    expect(await statusOrRefusal(b, only)).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(0)
    await fill(b)
    expect(await ask(b, only)).toMatchObject({ text: '1', says: { hit: true } })
    await b.clock.advance(61_000)
    expect([200, 'NOT_CACHED']).toContain(await statusOrRefusal(b, only))
    expect(await statusOrRefusal(b, { headers: { 'Cache-Control': 'only-if-cached, max-stale' } })).toBe(200)
    expect(b.origin.hits()).toBe(1)
  })

  test('only-if-cached with no-store asks nobody either', async () => {
    const only = { headers: { 'Cache-Control': 'no-store, only-if-cached' } }
    await using b = await bench({ '/r': counted('max-age=60') })
    expect(await statusOrRefusal(b, only)).toBe('NOT_CACHED')
    await fill(b)
    expect((await ask(b, only)).text).toBe('1')
    expect(b.origin.hits()).toBe(1)
  })

  test('standard: only-if-cached with no-cache can never be fulfilled', async () => {
    await using b = await bench({ '/r': counted('max-age=60') }, { respect: 'standard' })
    await fill(b)
    expect(await statusOrRefusal(b, { headers: { 'Cache-Control': 'only-if-cached, no-cache' } })).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(1)
  })

  test('directives in a Request, and in headers of the instance', async () => {
    await using b = await aged(20)
    const request = new Request(b.origin.url('/r'), { headers: { 'Cache-Control': 'max-age=10' } })
    expect(await (await b.fetch(request)).text()).toBe('2')
    const demanding = b.fetch.extend({ headers: { 'Cache-Control': 'no-cache' } })
    expect(await (await demanding(b.origin.url('/r'))).text()).toBe('3')
  })

  test.each(['max-age=', 'max-age=x', 'max-age=-1', 'max-age=1.5', 'min-fresh=x', 'max-stale=x', ',,,', '=', '"', 'max-age="10'])(
    '%j is no demand that anybody can fulfil or break; either way, right bytes',
    async (demand) => {
      await using b = await aged(20)
      expect(['1', '2']).toContain((await askWith(b, { 'Cache-Control': demand })).text)
    },
  )

  test.each(['max-age=0, no-cache', 'max-age=10, max-stale', 'min-fresh=10, max-stale=100', 'no-cache, only-if-cached'])(
    '%j together do no harm',
    async (demand) => {
      await using b = await aged(20)
      expect([200, 'NOT_CACHED']).toContain(await statusOrRefusal(b, { headers: { 'Cache-Control': demand } }))
    },
  )
})

describe('Pragma (RFC 9111, 5.4)', () => {
  test('of a request without Cache-Control: as no-cache, or deprecated and ignored', async () => {
    await using b = await aged(5)
    expect(['1', '2']).toContain((await askWith(b, { Pragma: 'no-cache' })).text)
  })

  test('of a request with Cache-Control it says nothing', async () => {
    await using b = await aged(5)
    expect((await askWith(b, { Pragma: 'no-cache', 'Cache-Control': 'max-age=30' })).text).toBe('1')
  })

  test.each(['foo', 'x=no-cache', 'no-cache-x'])('%s is not it', async (pragma) => {
    await using b = await aged(5)
    expect((await askWith(b, { Pragma: pragma })).text).toBe('1')
  })

  test('of a response it says nothing: max-age counts', async () => {
    await using b = await aged(5, 'max-age=60', { Pragma: 'no-cache' })
    expect((await ask(b)).text).toBe('1')
  })
})

describe('a demand that the origin cannot be asked about', () => {
  test.each(['max-age=1', 'min-fresh=100'])('%s, origin dead, resilient: the last good one', async (demand) => {
    await using b = await aged(20)
    await die(b.origin)
    expect(await askWith(b, { 'Cache-Control': demand })).toMatchObject({ text: '1', outcome: 'fallback' })
  })

  test('no-store, nothing stored: the failure', async () => {
    await using b = await bench({ '/r': ok('x') })
    await die(b.origin)
    expect((await failureOf(askWith(b, { 'Cache-Control': 'no-store' }))).code).toBe('CONNECT')
  })
})
