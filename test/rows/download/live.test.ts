import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { gate, ok, type Step } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnUntil } from '../../helpers/turning.ts'
import { folder } from '../stores/given.ts'
import { another } from '../versions/histories.ts'
import { type Given, given, inspected, seen } from './given.ts'
import { readerOf, take } from './reading.ts'

const endless =
  (headers: Record<string, string>): Step =>
  async (exchange) => {
    await exchange.head(200, headers)
    await exchange.send(Buffer.from('data: 1\n\n'))
    await exchange.silence()
  }

describe('a live stream passes through', () => {
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

describe('a live stream ends', () => {
  const EVENTS = endless({ 'Content-Type': 'text/event-stream', Connection: 'close' })
  const endOf = (g: Given, number: number): Promise<unknown> | undefined => g.origin.requests('/live')[number]?.ended

  test.each(['while it is read', 'before it is read'])('by the signal of its caller, %s', async (when) => {
    await using g = await given()
    g.origin.script('/live', EVENTS)
    const caller = new AbortController()
    const reader = readerOf(await g.fetch(g.origin.url('/live'), { signal: caller.signal }))
    if (when === 'while it is read') await take(reader, 1)
    const next = when === 'while it is read' ? reader.read() : undefined
    const reason = new Error('enough')
    caller.abort(reason)
    expect(await (next ?? reader.read()).catch((error: unknown) => error)).toBe(reason)
    expect(await endOf(g, 0)).toBe('client-gone')
  })

  test('where who asked for it has left before it came, and another waits', async () => {
    await using g = await given()
    const late = gate(EVENTS)
    g.origin.script('/live', late, EVENTS)
    const caller = new AbortController()
    const first = g.fetch(g.origin.url('/live'), { signal: caller.signal })
    const second = g.fetch(g.origin.url('/live'), { headers: { 'X-Other': 'not along' } })
    await late.arrived
    caller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    late.release()
    const reader = readerOf(await second)
    expect((await take(reader, 1)).toString()).toBe('data: 1\n\n')
    expect(await endOf(g, 0)).toBe('client-gone')
    await reader.cancel()
  })

  test('where its Response was dropped unread', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await using g = await given()
    g.origin.script('/live', EVENTS)
    for (let n = 0; n < 3; n++) expect((await g.fetch(g.origin.url('/live'))).status).toBe(200)
    let left = 3
    for (const { ended } of g.origin.requests('/live')) void ended.finally(() => left--)
    while (left > 0) {
      collect()
      await setImmediate()
    }
    expect(await endOf(g, 0)).toBe('client-gone')
  })

  test('where it came too late for a caller with something to fall back to', async () => {
    await using g = await given({ ttl: '1s', fallback: { after: '5s' } })
    const late = gate(EVENTS)
    g.origin.script('/live', ok('fine'), late)
    await seen(g.fetch(g.origin.url('/live')))
    await g.clock.advance(2_000)
    const call = seen(g.fetch(g.origin.url('/live')))
    await late.arrived
    await g.clock.advance(5_000)
    expect(await call).toMatchObject({ text: 'fine', outcome: 'fallback' })
    late.release()
    expect(await endOf(g, 1)).toBe('client-gone')
  })

  test.each([
    { ttl: '5s', staleWhileRevalidate: true },
    { ttl: '1h', refresh: { every: '10s' } },
  ] as const)('where nobody waits for it: %o', async (how) => {
    await using g = await given(how)
    g.origin.script('/live', ok('fine'), EVENTS)
    await seen(g.fetch(g.origin.url('/live')))
    await g.clock.advance(12_000)
    expect(await seen(g.fetch(g.origin.url('/live')))).toMatchObject({ text: 'fine' })
    await g.fetch.idle()
    expect(await endOf(g, 1)).toBe('client-gone')
  })
})

test('who asks for a stream waits neither for another stream, nor for who wants the whole, here or in another process', async () => {
  const place = join(folder(), 'cache.db')
  await using g = await given({ tiers: [sqlite(place)] })
  const held = gate(ok('fine'))
  g.origin.script('/f', held)
  const other = another(g, [sqlite(place)])
  const wholes = [seen(other(g.origin.url('/f')))]
  await held.arrived
  wholes.push(seen(g.fetch(g.origin.url('/f'))))
  await rounds()
  const streams = [1, 2].map(() => seen(g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'live' } })))
  await expect.poll(() => g.origin.hits('/f')).toBe(3)
  held.release()
  expect((await Promise.all(streams)).map(({ outcome }) => outcome)).toEqual(['bypass', 'bypass'])
  await turnUntil(g.clock, Promise.all(wholes))
})
