import { describe, expect, test } from 'vitest'
import type { Init, Options } from '../../../src/index.ts'
import { gate, hangUp, type Origin, ok, redirect, reflect, retryLater, startOrigin, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnUntil } from '../../helpers/turning.ts'
import { type Given, given, seen } from '../download/given.ts'
import { later } from './judging.ts'

const CANARY = 'canary-7f3a'

async function twoPlaces(options: Options = {}): Promise<{ g: Given; other: Origin } & AsyncDisposable> {
  const g = await given({ retry: false, ...options })
  const other = await startOrigin({ clock: g.clock })
  const dispose = async (): Promise<void> => {
    await g[Symbol.asyncDispose]()
    other.kill()
    await other.close()
  }
  return { g, other, [Symbol.asyncDispose]: dispose }
}

/** Everything that an origin was told, as one text. */
function heard(origin: Origin): string {
  return JSON.stringify(origin.requests().map(({ path, rawHeaders, body }) => [path, rawHeaders, body.toString('latin1')]))
}

const NAMES = ['Authorization', 'Cookie', 'Proxy-Authorization', 'X-API-Key', 'X-Auth-Token', 'Private-Token']

describe('credentials stay at their origin', () => {
  test.each(NAMES)('%s of the call', async (name) => {
    await using p = await twoPlaces()
    p.g.origin.script('/f', hangUp())
    p.other.script('/m', reflect())
    const init: Init = { headers: { [name]: CANARY, 'X-Mine': 'fine' }, holdfast: { sources: [p.other.url('/m')] } }
    expect((await seen(p.g.fetch(p.g.origin.url('/f'), init))).status).toBe(200)
    expect(heard(p.g.origin)).toContain(CANARY)
    expect(heard(p.other)).not.toContain(CANARY)
    expect(heard(p.other)).toContain('fine')
  })

  test.each(NAMES)('%s of the instance', async (name) => {
    await using p = await twoPlaces({ headers: { [name]: CANARY } })
    p.g.origin.script('/f', status(503))
    p.other.script('/m', reflect())
    await seen(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } }))
    expect([p.other.hits(), heard(p.other).includes(CANARY)]).toEqual([1, false])
  })

  test('a header that was named as a credential', async () => {
    await using p = await twoPlaces({ credentialHeaders: ['X-Secret'] })
    p.g.origin.script('/f', status(503))
    p.other.script('/m', reflect())
    await seen(p.g.fetch(p.g.origin.url('/f'), { headers: { 'x-secret': CANARY }, holdfast: { sources: [p.other.url('/m')] } }))
    expect([p.other.hits(), heard(p.other).includes(CANARY)]).toEqual([1, false])
  })

  test('another path of the same origin is given them', async () => {
    await using p = await twoPlaces()
    p.g.origin.script('/f', status(503))
    p.g.origin.script('/copy', reflect())
    const init: Init = { headers: { Authorization: CANARY }, holdfast: { sources: [p.g.origin.url('/copy')] } }
    const { text } = await seen(p.g.fetch(p.g.origin.url('/f'), init))
    expect(text).toContain(CANARY)
  })

  test('a mirror that redirects to a third place, and back to the first', async () => {
    await using p = await twoPlaces()
    p.g.origin.script('/f', status(503))
    p.g.origin.script('/back', ok('right'))
    p.other.script('/m', redirect(p.g.origin.url('/back')))
    const init: Init = { headers: { Authorization: CANARY }, holdfast: { sources: [p.other.url('/m')] } }
    expect(await seen(p.g.fetch(p.g.origin.url('/f'), init))).toMatchObject({ text: 'right' })
    expect(heard(p.other)).not.toContain(CANARY)
    expect(JSON.stringify(p.g.origin.requests('/back')[0]?.rawHeaders)).not.toContain(CANARY)
  })

  test('the body of a safe POST is not sent to another origin', async () => {
    await using p = await twoPlaces({ safe: true, ttl: '1m' })
    p.g.origin.script('/f', status(503))
    p.other.script('/m', ok('x'))
    const init: Init = { method: 'POST', body: CANARY, holdfast: { sources: [p.other.url('/m')] } }
    await seen(p.g.fetch(p.g.origin.url('/f'), init))
    expect(heard(p.other)).not.toContain(CANARY)
  })

  test('an unsafe method goes to the first place alone', async () => {
    await using p = await twoPlaces()
    p.g.origin.script('/f', status(503))
    p.other.script('/m', ok('x'))
    const init: Init = { method: 'PUT', body: CANARY, holdfast: { sources: [p.other.url('/m')] } }
    expect(await seen(p.g.fetch(p.g.origin.url('/f'), init))).toMatchObject({ status: 503 })
    expect(p.other.hits()).toBe(0)
  })

  test('what a mirror sets is no cookie of the first', async () => {
    await using p = await twoPlaces()
    p.g.origin.script('/f', status(503), ok('v2'))
    p.other.script('/m', ok('v1', { headers: { 'Set-Cookie': `a=${CANARY}` } }))
    const init: Init = { holdfast: { sources: [p.other.url('/m')] } }
    await seen(p.g.fetch(p.g.origin.url('/f'), init))
    await later(p.g)
    await seen(p.g.fetch(p.g.origin.url('/f'), init))
    expect(heard(p.g.origin)).not.toContain(CANARY)
  })

  test('an answer that came with credentials at the first place is not kept for those without', async () => {
    await using p = await twoPlaces({ ttl: '1h' })
    p.g.origin.script('/f', status(503))
    p.other.script('/m', ok('from the mirror'))
    const init: Init = { headers: { Authorization: CANARY }, holdfast: { sources: [p.other.url('/m')] } }
    await seen(p.g.fetch(p.g.origin.url('/f'), init))
    expect(await p.g.fetch.cache.has(p.g.origin.url('/f'))).toBe(false)
  })
})

test('a mirror with a password in its URL is refused before anything is asked, and not shown', async () => {
  await using p = await twoPlaces()
  const sources = [p.other.url('/m').replace('//', `//me:${CANARY}@`)]
  const said = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources } }).catch((error: unknown) => error)
  expect(said).toBeInstanceOf(TypeError)
  expect(String(said)).not.toContain(CANARY)
  expect([p.g.origin.hits(), p.other.hits()]).toEqual([0, 0])
})

test('the fragment of a mirror, where tokens stand too, is told to nobody, and makes no other place of it', async () => {
  await using p = await twoPlaces()
  p.g.origin.script('/f', status(503))
  p.other.script('/m', status(503))
  const told: unknown[] = []
  for (const event of ['attempt', 'progress', 'stored'] as const) p.g.fetch.on(event, (payload) => told.push(payload))
  const sources = ['', '#', `#access_token=${CANARY}`].map((fragment) => p.other.url('/m') + fragment)
  await seen(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources } }))
  expect(p.other.hits()).toBe(1)
  expect(JSON.stringify(told)).not.toContain(CANARY)
})

describe('a mirror is a host like any other', () => {
  test('it takes a ticket of its own host, and none of the first', async () => {
    await using p = await twoPlaces({ limits: { concurrency: 1 } })
    const busy = gate(ok('busy'))
    p.g.origin.script('/f', status(503))
    p.other.script('/busy', busy)
    p.other.script('/m', ok('right'))
    const blocking = seen(p.g.fetch(p.other.url('/busy')))
    await busy.arrived
    const call = seen(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } }))
    await rounds()
    expect(await isSettled(call)).toBe(false)
    expect(p.other.hits('/m')).toBe(0)
    busy.release()
    expect([(await blocking).text, (await call).text]).toEqual(['busy', 'right'])
    expect(p.other.maxInFlight).toBe(1)
  })

  test('a first host that asks to wait is not asked, and need not be waited for', async () => {
    await using p = await twoPlaces({ retry: { attempts: 1 } })
    p.g.origin.script('/f', retryLater('60'))
    p.other.script('/m', ok('right'))
    const call = seen(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } }))
    expect(await turnUntil(p.g.clock, call, { step: 1_000 })).toMatchObject({ text: 'right' })
    expect(p.g.origin.hits()).toBe(1)
  })

  test('offline asks neither', async () => {
    await using p = await twoPlaces({ mode: 'offline' })
    const came = await seen(p.g.fetch(p.g.origin.url('/f'), { holdfast: { sources: [p.other.url('/m')] } }))
    expect([came.rejected, p.g.origin.hits(), p.other.hits()]).toEqual(['NOT_CACHED', 0, 0])
  })

  test('an abort leaves the mirror too', async () => {
    await using p = await twoPlaces()
    const stuck = gate(ok('x'))
    p.g.origin.script('/f', status(503))
    p.other.script('/m', stuck)
    const mine = new AbortController()
    const call = seen(p.g.fetch(p.g.origin.url('/f'), { signal: mine.signal, holdfast: { sources: [p.other.url('/m')] } }))
    await stuck.arrived
    mine.abort()
    expect(await call).toEqual({ rejected: 'AbortError' })
    expect(await p.other.requests('/m')[0]?.ended).toBe('client-gone')
  })
})
