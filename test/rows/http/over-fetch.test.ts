import { describe, expect, test } from 'vitest'
import type { Options } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { bench } from '../door/kit.ts'
import { ask, askWith, fill } from './given.ts'

const step = ok('0123456789', {
  headers: { 'Cache-Control': 'max-age=60' },
  etag: '"e"',
  lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT',
  conditional: true,
  ranges: true,
})
const ways: [string, Options][] = [
  ['wire', {}],
  ['fetch', { fetch: globalThis.fetch }],
]

describe.each(ways)('what goes out over %s', (_, options) => {
  test('a revalidation of ours asks the next cache as it is: no Cache-Control, no Pragma', async () => {
    await using b = await bench({ '/r': step }, options)
    await fill(b)
    await b.clock.advance(61_000)
    expect(await ask(b)).toMatchObject({ text: '0123456789', outcome: 'revalidated' })
    const sent = b.origin.requests('/r')[1]?.headers
    expect([sent?.['if-none-match'], sent?.['cache-control'], sent?.pragma]).toEqual(['"e"', undefined, undefined])
  })

  test('so does a condition of the caller’s, and a Range', async () => {
    for (const [name, value] of [
      ['If-None-Match', '"e"'],
      ['If-Modified-Since', 'Wed, 01 Jan 2025 00:00:00 GMT'],
      ['Range', 'bytes=2-4'],
    ] as const) {
      await using b = await bench({ '/r': step }, options)
      const told = await askWith(b, { [name]: value })
      expect([told.status, told.text]).toEqual(name === 'Range' ? [206, '234'] : [304, ''])
      const sent = b.origin.requests('/r')[0]?.headers
      expect([name, sent?.[name.toLowerCase()], sent?.['cache-control'], sent?.pragma]).toEqual([
        name,
        value,
        undefined,
        undefined,
      ])
    }
  })

  test('a demand of the caller’s goes on as he wrote it', async () => {
    await using b = await bench({ '/r': step }, options)
    await fill(b)
    await b.clock.advance(20_000)
    await askWith(b, { 'Cache-Control': 'max-age=10' })
    await askWith(b, { 'Cache-Control': 'no-cache', Pragma: 'no-cache' })
    const said = b.origin.requests('/r').map(({ headers }) => [headers['cache-control'], headers.pragma])
    expect(said).toEqual([
      [undefined, undefined],
      ['max-age=10', undefined],
      ['no-cache', 'no-cache'],
    ])
  })

  test('from the store: 206 and 304 as over any transport', async () => {
    await using b = await bench({ '/r': step }, options)
    await fill(b)
    expect(await askWith(b, { Range: 'bytes=2-4' })).toMatchObject({ status: 206, text: '234', says: { hit: true } })
    expect(await askWith(b, { 'If-None-Match': '"e"' })).toMatchObject({ status: 304, bodiless: true, says: { hit: true } })
    expect((await ask(b, { method: 'HEAD' })).says.hit).toBe(true)
    expect(b.origin.hits()).toBe(1)
  })

  test('HEAD, POST and what they do to the entry', async () => {
    await using b = await bench({ '/r': step }, options)
    await fill(b)
    await b.clock.advance(61_000)
    await ask(b, { method: 'HEAD' })
    expect((await ask(b)).says.hit).toBe(true)
    await b.clock.advance(1)
    await ask(b, { method: 'POST', body: 'x' })
    expect((await ask(b)).says.hit).toBeUndefined()
  })
})
