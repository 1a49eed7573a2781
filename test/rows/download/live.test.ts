import { describe, expect, test } from 'vitest'
import { ok, type Step } from '../../helpers/origin/index.ts'
import { isSettled } from '../../helpers/turning.ts'
import { type Given, given, inspected, seen } from './given.ts'
import { readerOf, take } from './reading.ts'

describe('a live stream passes through', () => {
  const endless =
    (headers: Record<string, string>): Step =>
    async (exchange) => {
      await exchange.head(200, headers)
      await exchange.send(Buffer.from('data: 1\n\n'))
      await exchange.silence()
    }

  const readFirst = async (g: Given, init?: RequestInit): Promise<string> => {
    const response = await g.fetch(g.origin.url('/live'), init)
    expect(inspected(response, 'bypass').reason).toBe('live')
    const reader = readerOf(response)
    const text = (await take(reader, 1)).toString()
    await reader.cancel()
    return text
  }

  test.each([
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'application/x-ndjson',
    'multipart/x-mixed-replace; boundary=b',
  ])('%s without being asked', async (type) => {
    await using g = await given({ limits: { concurrency: 1 } })
    g.origin.script('/live', endless({ 'Content-Type': type, Connection: 'close' }))
    expect(await readFirst(g)).toBe('data: 1\n\n')
    expect(await g.origin.requests('/live')[0]?.ended).toBe('client-gone')
    expect(await g.fetch.cache.has(g.origin.url('/live'))).toBe(false)
    expect(g.told('stored')).toEqual([])
  })

  test('its ticket is given back at the headers, and silence is its right', async () => {
    await using g = await given({ limits: { concurrency: 1 } })
    g.origin.script('/live', endless({ 'Content-Type': 'text/event-stream', Connection: 'close' }))
    g.origin.script('/f', ok('fine'))
    const live = await g.fetch(g.origin.url('/live'))
    const reader = readerOf(live)
    expect((await take(reader, 1)).toString()).toBe('data: 1\n\n')
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
    const next = reader.read()
    await g.clock.advance(3_600_000)
    expect(await isSettled(next)).toBe(false)
    await reader.cancel()
  })

  test("delivery: 'live' for anything; NDJSON with a length is a file", async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/live', endless({ Connection: 'close' }))
    g.origin.script('/lines', ok('{}\n', { headers: { 'Content-Type': 'application/x-ndjson' } }))
    expect(await readFirst(g, { holdfast: { delivery: 'live' } } as RequestInit)).toBe('data: 1\n\n')
    expect(await seen(g.fetch(g.origin.url('/lines')))).toMatchObject({ text: '{}\n', outcome: 'miss' })
    expect(await seen(g.fetch(g.origin.url('/lines')))).toMatchObject({ outcome: 'hit' })
  })
})
