import { describe, expect, test } from 'vitest'
import { inOrder, notModified, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die } from '../door/kit.ts'
import { ask, askWith, fill, statusOrRefusal } from './given.ts'

const LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT'
const control = { 'Cache-Control': 'max-age=60' }
const version = (tag: string, more: object = {}): Step =>
  ok(`body of ${tag}`, { headers: control, etag: `"${tag}"`, conditional: true, ...more })

async function stale(...later: [Step, ...Step[]]): Promise<Bench> {
  const b = await bench({ '/r': inOrder(version('a'), ...later) })
  await fill(b)
  await b.clock.advance(61_000)
  return b
}

const none = (tag: string): Record<string, string> => ({ 'If-None-Match': `"${tag}"` })

describe('nothing stored: the condition is the origin’s to judge', () => {
  test('304 to the caller, nothing kept of it, the whole later', async () => {
    await using b = await bench({ '/r': version('a') })
    expect(await askWith(b, none('a'))).toMatchObject({ status: 304, text: '', bodiless: true })
    expect(b.origin.requests('/r')[0]?.headers['if-none-match']).toBe('"a"')
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
    expect(await fill(b)).toBe('body of a')
  })

  test('200 to the caller whose version is old; and it may be kept', async () => {
    await using b = await bench({ '/r': version('b') })
    expect(await askWith(b, none('a'))).toMatchObject({ status: 200, text: 'body of b' })
    expect(await fill(b)).toBe('body of b')
  })

  test('If-Modified-Since likewise', async () => {
    await using b = await bench({ '/r': ok('whole', { headers: control, lastModified: LAST_MODIFIED, conditional: true }) })
    expect((await askWith(b, { 'If-Modified-Since': LAST_MODIFIED })).status).toBe(304)
    expect(await fill(b)).toBe('whole')
  })

  test('only-if-cached refuses and asks nobody', async () => {
    await using b = await bench({ '/r': version('a') })
    expect(await statusOrRefusal(b, { cache: 'only-if-cached', headers: none('a') })).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(0)
  })

  test('two callers at one moment, one with a condition: each gets his own kind of answer', async () => {
    await using b = await bench({ '/r': version('a') })
    const [mine, yours] = await Promise.all([askWith(b, none('a')), ask(b)])
    expect([mine.status, mine.text, yours.status, yours.text]).toEqual([304, '', 200, 'body of a'])
  })
})

describe('a stale answer, a caller with a condition (RFC 9111, 4.3)', () => {
  test('all three agree: 304, and the stored one is fresh again', async () => {
    await using b = await stale(version('a'))
    expect(await askWith(b, none('a'))).toMatchObject({ status: 304, text: '', bodiless: true })
    expect(b.origin.hits()).toBe(2)
    expect(await ask(b)).toMatchObject({ status: 200, text: 'body of a' })
  })

  test('the stored one is current, the caller’s is old: the whole', async () => {
    await using b = await stale(version('a'))
    expect(await askWith(b, none('older'))).toMatchObject({ status: 200, text: 'body of a' })
    expect(await fill(b)).toBe('body of a')
  })

  test('the caller’s is current, the stored one is old: 304, and the old body does not pass for the new', async () => {
    await using b = await stale(version('b'))
    expect(await askWith(b, none('b'))).toMatchObject({ status: 304, text: '' })
    expect(await ask(b)).toMatchObject({ status: 200, text: 'body of b' })
    expect((await ask(b)).headers.get('etag')).toBe('"b"')
  })

  test('both are old: the whole new one', async () => {
    await using b = await stale(version('b'))
    expect(await askWith(b, none('a'))).toMatchObject({ status: 200, text: 'body of b' })
    expect(await fill(b)).toBe('body of b')
  })

  test('a star: whatever is current, the caller needs no body', async () => {
    await using b = await stale(version('b'))
    expect((await askWith(b, { 'If-None-Match': '*' })).status).toBe(304)
    expect(await fill(b)).toBe('body of b')
  })

  test('a list of theirs and one of ours', async () => {
    await using b = await stale(version('c'))
    expect((await askWith(b, { 'If-None-Match': '"x", W/"c"' })).status).toBe(304)
    expect(await fill(b)).toBe('body of c')
  })

  test('the caller’s date, our tag: current by date is 304', async () => {
    const dated = { lastModified: LAST_MODIFIED }
    await using b = await bench({ '/r': version('a', dated) })
    await fill(b)
    await b.clock.advance(61_000)
    expect((await askWith(b, { 'If-Modified-Since': LAST_MODIFIED })).status).toBe(304)
    await b.clock.advance(61_000)
    const older = await askWith(b, { 'If-Modified-Since': 'Tue, 31 Dec 2024 00:00:00 GMT' })
    expect([older.status, older.text]).toEqual([200, 'body of a'])
  })

  test('an origin that knows no conditions sends the whole: the caller whose tag matches still gets 304 or all of it', async () => {
    await using b = await stale(version('b', { conditional: false }))
    const answer = await askWith(b, none('b'))
    expect([answer.status, answer.text]).toEqual(answer.status === 304 ? [304, ''] : [200, 'body of b'])
    expect(await fill(b)).toBe('body of b')
  })

  test('a 304 that names no version, to a caller whose own condition was sent: no wrong body after it', async () => {
    await using b = await stale(notModified({ headers: control }), version('b'))
    const answer = await askWith(b, none('b'))
    expect([answer.status, answer.text]).toEqual(answer.status === 304 ? [304, ''] : [200, 'body of a'])
    expect(['body of a', 'body of b']).toContain(await fill(b))
  })

  test('the origin says 404: so is the caller told', async () => {
    await using b = await stale(status(404, {}, 'gone'))
    expect(await askWith(b, none('a'))).toMatchObject({ status: 404, text: 'gone' })
  })

  test('the origin is dead: what is stored, or 304 for it', async () => {
    await using b = await stale(version('a'))
    await die(b.origin)
    const same = await askWith(b, none('a'))
    expect([same.status, same.text]).toEqual(same.status === 304 ? [304, ''] : [200, 'body of a'])
    expect(await askWith(b, none('older'))).toMatchObject({ status: 200, text: 'body of a', outcome: 'fallback' })
  })

  test('while it is revalidated behind: at once, by what is stored', async () => {
    await using b = await stale(version('b'))
    const answer = await askWith(b, none('a'), { holdfast: { staleWhileRevalidate: '1h' } })
    expect([200, 304]).toContain(answer.status)
    await b.fetch.idle()
    expect(await fill(b)).toBe('body of b')
  })
})

describe('conditions and init.cache', () => {
  test.each(['force-cache', 'only-if-cached'] as const)('%s judges by what is stored, stale or not', async (cache) => {
    await using b = await stale(version('b'))
    expect(await askWith(b, none('a'), { cache })).toMatchObject({ status: 304, text: '' })
    expect(await askWith(b, none('b'), { cache })).toMatchObject({ status: 200, text: 'body of a' })
    expect(b.origin.hits()).toBe(1)
  })

  test.each(['no-cache', 'reload', 'no-store'] as const)('%s asks the origin, fresh or not', async (cache) => {
    await using b = await bench({ '/r': inOrder(version('a'), version('b')) })
    await fill(b)
    const answer = await askWith(b, none('a'), { cache })
    expect(answer).toMatchObject({ status: 200, text: 'body of b' })
    expect(b.origin.hits()).toBe(2)
  })

  test('no-store sends the caller’s condition and no other', async () => {
    await using b = await bench({ '/r': version('a') })
    await fill(b)
    expect((await askWith(b, none('z'), { cache: 'no-store' })).text).toBe('body of a')
    expect(b.origin.requests('/r')[1]?.headers['if-none-match']).toBe('"z"')
  })

  test('the same with Cache-Control: no-cache of the caller', async () => {
    await using b = await bench({ '/r': inOrder(version('a'), version('a'), version('b')) })
    await fill(b)
    expect((await askWith(b, { ...none('a'), 'Cache-Control': 'no-cache' })).status).toBe(304)
    expect(await askWith(b, { ...none('a'), 'Cache-Control': 'no-cache' })).toMatchObject({ status: 200, text: 'body of b' })
    expect(b.origin.hits()).toBe(3)
  })
})
