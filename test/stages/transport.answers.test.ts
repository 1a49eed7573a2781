import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { Transport } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { type Origin, ok, raw, redirect, startOrigin } from '../helpers/origin/index.ts'
import { headersAt, requestTo } from './transport.ask.ts'

let origin: Origin
let wire: Transport
let fetched: Transport
beforeEach(async () => {
  origin = await startOrigin()
  wire = wireTransport({ clock: systemClock })
  fetched = fetchTransport(() => fetch, { clock: systemClock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

describe('the head of an answer', () => {
  test('by wire: as received, in order, all values, in Latin-1, however many', async () => {
    const many = Array.from({ length: 1500 }, (_, n) => `y:${n}`).join('\r\n')
    const head = `HTTP/1.1 200 Fine\r\nX-B: caf\xe9\r\nSet-Cookie: a=1\r\n${many}\r\nSet-Cookie: b=2\r\nx-a:\r\nCache-Control: no-store\r\n`
    origin.script('/a', raw(`${head}Content-Length: 0\r\n\r\n`))
    const headers = await headersAt(wire, origin.url('/a'))
    expect(headers.filter(([name]) => name !== 'y')).toEqual([
      ['x-b', 'caf\xe9'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-a', ''],
      ['cache-control', 'no-store'],
      ['content-length', '0'],
    ])
    expect(headers.filter(([name]) => name === 'y')).toHaveLength(1500)
  })

  test('by fetch: the same fields, the cookies apart', async () => {
    origin.script(
      '/a',
      ok('a', { headers: { 'X-B': 'café', 'Set-Cookie': ['a=1; Expires=Thu, 01 Jan 2026', 'b=2'], 'X-A': ['1', '2'] } }),
    )
    const [byWire, byFetch] = [await headersAt(wire, origin.url('/a')), await headersAt(fetched, origin.url('/a'))]
    const apart = byWire.filter(([name]) => name !== 'x-a' && name !== 'date')
    expect(byFetch).toEqual(expect.arrayContaining([...apart, ['x-a', '1, 2']]))
    expect(byFetch.filter(([name]) => name === 'set-cookie')).toHaveLength(2)
  })

  test.each([
    ['wire', () => wire],
    ['fetch', () => fetched],
  ])('by %s: a redirect is an answer, its place to be read', async (_name, transport) => {
    origin.script('/a', redirect('/b', 301))
    const response = await transport().send(requestTo(origin.url('/a')))
    expect([response.status, response.headers.find(([name]) => name === 'location')?.[1]]).toEqual([301, '/b'])
    response.discard()
    expect(origin.hits()).toBe(1)
  })
})
