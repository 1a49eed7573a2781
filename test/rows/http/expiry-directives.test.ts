import { describe, expect, test } from 'vitest'
import type { Options } from '../../../src/index.ts'
import { gate, inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die, failureOf, outcomeOf } from '../door/kit.ts'
import { ask, askWith, fill, numbered, withControl } from './given.ts'

const counted = (control: string, more: Record<string, string> = {}): Step =>
  numbered({ headers: { 'Cache-Control': control, ...more } })

async function aged(control: string, seconds: number, options: Options = {}): Promise<Bench> {
  const b = await bench({ '/r': counted(control) }, options)
  await fill(b)
  await b.clock.advance(seconds * 1000)
  return b
}

describe.each(['standard', 'resilient'] as const)('stale-while-revalidate (RFC 5861, 3), %s', (respect) => {
  const options: Options = { respect }

  test('within it: the stale one at once, the new one next time', async () => {
    await using b = await aged('max-age=60, stale-while-revalidate=30', 70, options)
    expect(await ask(b)).toMatchObject({ text: '1', outcome: 'stale', says: { hit: true, ttl: -10 } })
    await b.fetch.idle()
    expect(b.origin.hits()).toBe(2)
    expect(await ask(b)).toMatchObject({ text: '2', outcome: 'hit' })
  })

  test('beyond it: the new one', async () => {
    await using b = await aged('max-age=60, stale-while-revalidate=30', 91, options)
    expect((await ask(b)).text).toBe('2')
  })

  test('ten callers, one refresh', async () => {
    const waiting = gate(counted('max-age=60'))
    await using b = await bench({ '/r': inOrder(counted('max-age=60, stale-while-revalidate=30'), waiting) }, options)
    await fill(b)
    await b.clock.advance(70_000)
    const texts = await Promise.all(Array.from({ length: 10 }, () => fill(b)))
    await waiting.arrived
    waiting.release()
    await b.fetch.idle()
    expect([new Set(texts), b.origin.hits()]).toEqual([new Set(['1']), 2])
  })

  test('a refresh that fails is not the caller’s trouble', async () => {
    await using b = await aged('max-age=60, stale-while-revalidate=600', 70, options)
    await die(b.origin)
    for (let n = 0; n < 3; n += 1) {
      expect((await ask(b)).text).toBe('1')
      await b.fetch.idle()
      await b.clock.advance(40_000)
    }
  })

  test.each(['0', '-1', 'x', '"30'])('stale-while-revalidate=%s is none', async (value) => {
    await using b = await aged(`max-age=60, stale-while-revalidate=${value}`, 61, options)
    expect((await ask(b)).text).toBe('2')
  })

  test('does not stand against what the caller demands', async () => {
    for (const demand of ['no-cache', 'max-age=0', 'max-age=65', 'min-fresh=1']) {
      await using b = await aged('max-age=60, stale-while-revalidate=30', 70, options)
      expect([demand, (await askWith(b, { 'Cache-Control': demand })).text]).toEqual([demand, '2'])
    }
  })
})

describe('stale-while-revalidate against stronger words, standard', () => {
  test.each(['must-revalidate', 'no-cache'])('%s goes before', async (word) => {
    await using b = await aged(`max-age=60, stale-while-revalidate=30, ${word}`, 70, { respect: 'standard' })
    expect((await ask(b)).text).toBe('2')
  })
})

describe('stale-if-error (RFC 5861, 4)', () => {
  const standard: Options = { respect: 'standard' }
  const broken: [string, Step | 'dead'][] = [
    ['500', status(500)],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['no connection', 'dead'],
  ]
  const later = async (control: string, step: Step | 'dead', options: Options): Promise<Bench> => {
    const b = await bench({ '/r': inOrder(counted(control), step === 'dead' ? ok('not reached') : step) }, options)
    await fill(b)
    await b.clock.advance(70_000)
    if (step === 'dead') await die(b.origin)
    return b
  }

  test.each(broken)('standard, %s, within it: the stale one', async (_, step) => {
    await using b = await later('max-age=60, stale-if-error=30', step, standard)
    expect(await ask(b)).toMatchObject({ text: '1', outcome: 'fallback', says: { fwd: 'stale', ttl: -10 } })
  })

  test.each(broken)('fallback: false, %s, within it: the origin allowed it', async (_, step) => {
    await using b = await later('max-age=60, stale-if-error=30', step, { fallback: false })
    expect((await ask(b)).text).toBe('1')
  })

  test('fallback: false, beyond it or without it: the error', async () => {
    for (const control of [
      'max-age=60, stale-if-error=5',
      'max-age=60',
      'max-age=60, stale-if-error=0',
      'max-age=60, stale-if-error=x',
    ]) {
      await using b = await later(control, status(503), { fallback: false })
      expect([control, (await ask(b)).status]).toEqual([control, 503])
      await using dead = await later(control, 'dead', { fallback: false })
      expect((await failureOf(fill(dead))).code).toBe('CONNECT')
    }
  })

  test('standard: must-revalidate and no-cache go before', async () => {
    for (const word of ['must-revalidate', 'no-cache']) {
      await using b = await later(`max-age=60, stale-if-error=30, ${word}`, status(503), standard)
      expect([word, (await ask(b)).status]).toEqual([word, 503])
      await using dead = await later(`max-age=60, stale-if-error=30, ${word}`, 'dead', standard)
      expect((await failureOf(fill(dead))).code).toBe('CONNECT')
    }
  })

  test.each([404, 410, 403])('a %i is an answer', async (code) => {
    await using b = await later('max-age=60, stale-if-error=30', status(code), standard)
    expect((await ask(b)).status).toBe(code)
  })
})

describe('immutable (RFC 8246, 2)', () => {
  test('while fresh a no-cache does not ask; a reload does', async () => {
    await using b = await aged('max-age=60, immutable', 10)
    expect(await ask(b, { cache: 'no-cache' })).toMatchObject({ text: '1', says: { hit: true } })
    expect((await ask(b, { cache: 'reload' })).text).toBe('2')
  })

  test('once stale it is as any other', async () => {
    await using b = await aged('max-age=60, immutable', 61)
    expect((await ask(b)).text).toBe('2')
  })

  test('without freshness it makes none', async () => {
    await using b = await aged('immutable', 1)
    expect((await ask(b)).text).toBe('2')
  })

  test('no-cache of the origin goes before', async () => {
    await using b = await aged('max-age=60, immutable, no-cache', 1)
    expect((await ask(b)).text).toBe('2')
  })
})

describe('must-revalidate and no-cache of the origin, when it cannot be reached (RFC 9111, 5.2.2.2 and 5.2.2.4)', () => {
  test.each(['max-age=60, must-revalidate', 'no-cache', 'MAX-AGE=60, Must-Revalidate'])('%s', async (control) => {
    await using strict = await aged(control, 61, { respect: 'standard' })
    await using kind = await aged(control, 61)
    for (const b of [strict, kind]) await die(b.origin)
    expect((await failureOf(fill(strict))).code).toBe('CONNECT')
    expect(await outcomeOf(kind.fetch(kind.origin.url('/r')))).toBe('fallback')
  })

  test('proxy-revalidate and s-maxage are not for a private cache', async () => {
    await using b = await aged('max-age=60, s-maxage=0, proxy-revalidate', 30, { respect: 'standard' })
    expect((await ask(b)).says.hit).toBe(true)
    await b.clock.advance(31_000)
    await die(b.origin)
    expect((await ask(b)).outcome).toBe('fallback')
  })

  test('a fresh one under must-revalidate is given without a question', async () => {
    await using b = await bench({ '/r': withControl('1', 'max-age=60, must-revalidate') }, { respect: 'standard' })
    await fill(b)
    expect((await ask(b)).says.hit).toBe(true)
  })
})

test.each<[Options, Record<string, string>]>([
  [{ ttl: '1h' }, { Age: '86400' }],
  [{ ttl: '1h' }, { Date: 'Sat, 01 Jan 2000 00:00:00 GMT' }],
  [{ defaultTtl: '1h' }, { Age: '86400' }],
])('%j of the user runs from the answer on, though it came with %j', async (options, headers) => {
  await using b = await bench({ '/r': numbered({ headers }) }, options)
  await fill(b)
  await b.clock.advance(3_599_000)
  expect((await ask(b)).text).toBe('1')
  await b.clock.advance(1000)
  expect((await ask(b)).text).toBe('2')
})
