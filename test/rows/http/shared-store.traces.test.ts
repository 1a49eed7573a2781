import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Init, Options } from '../../../src/index.ts'
import { byRequest, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, askWith, fill } from './given.ts'
import { type SharedStore, sharedStore } from './shared-store.ts'

const CANARY = 'canary'

/** Memory before a shared store: what is private has a place, so nothing needs the shared one. */
async function fronted(script: Record<string, Step>, options: Options = {}): Promise<Bench & { store: SharedStore }> {
  const store = sharedStore()
  const b = await bench(script, { tiers: [memory(), store], ...options })
  return Object.assign(b, { store })
}

const secretive = (control: string, more: Record<string, string> = {}): Step =>
  ok('canary-body', { headers: { 'Cache-Control': control, 'X-Secret': 'canary-field', ...more }, etag: '"canary-tag"' })

describe('no trace of a private answer in a shared store (RFC 9111, 3)', () => {
  test.each(['private, max-age=60', 'no-store', 'private, no-cache'])(
    '%s: body, fields, tag, values that Vary names',
    async (control) => {
      await using b = await fronted({ '/r': secretive(control, { Vary: 'X-V' }) })
      await fill(b, { headers: { 'X-V': 'canary-variant' } })
      await b.fetch.idle()
      expect(b.store.knows(CANARY)).toBe(false)
    },
  )

  test('of one to Authorization', async () => {
    await using b = await fronted({ '/r': secretive('max-age=60', { Vary: 'Authorization' }) })
    await fill(b, { headers: { Authorization: 'canary-token' } })
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
  })

  test('a POST that only asks, and its body', async () => {
    await using b = await fronted({ '/r': secretive('private, max-age=60') })
    const init: Init = { method: 'POST', body: 'canary-question', holdfast: { safe: true } }
    await fill(b, init)
    await b.fetch.idle()
    expect((await ask(b, init)).says.hit).toBe(true)
    expect(b.store.knows(CANARY)).toBe(false)
  })

  test('a body that a POST brought for later GETs, standard', async () => {
    await using b = await fronted(
      { '/r': secretive('private, max-age=60', { 'Content-Location': '/r' }) },
      { respect: 'standard' },
    )
    await fill(b, { method: 'POST', body: 'x' })
    await b.fetch.idle()
    expect((await ask(b)).says.hit).toBe(true)
    expect(b.store.knows(CANARY)).toBe(false)
  })

  test('delivery streaming, and a ttl of the user’s', async () => {
    for (const options of [{ delivery: 'streaming' }, { ttl: '1h' }] as Options[]) {
      await using b = await fronted({ '/r': secretive('private, max-age=60') }, options)
      await fill(b)
      await b.fetch.idle()
      expect([options, b.store.knows(CANARY)]).toEqual([options, false])
    }
  })

  test('a HEAD that brings fields, and a part', async () => {
    await using b = await fronted({ '/r': secretive('private, max-age=60') })
    await fill(b)
    await b.clock.advance(61_000)
    await ask(b, { method: 'HEAD' })
    await askWith(b, { Range: 'bytes=0-2' })
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
  })

  test('put by hand', async () => {
    await using b = await fronted({})
    const headers = { 'Cache-Control': 'private, max-age=60' }
    await b.fetch.put(b.origin.url('/r'), new Response('canary-body', { headers }))
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
  })
})

describe('public first, private later', () => {
  const publicly = ok('open', { headers: { 'Cache-Control': 'max-age=60' }, etag: '"e"' })

  test('the private version is not written over or beside the public one; and is still the answer', async () => {
    await using b = await fronted({ '/r': inOrder(publicly, secretive('private, max-age=60')) })
    await fill(b)
    await b.clock.advance(61_000)
    expect(await fill(b)).toBe('canary-body')
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
    expect(await ask(b)).toMatchObject({ text: 'canary-body', says: { hit: true } })
    const other = b.open({ tiers: [b.store] })
    expect(await (await other(b.origin.url('/r'))).text()).toBe('canary-body')
    expect(b.origin.hits()).toBe(3)
  })

  test('a renewal that brings a secret to a public version', async () => {
    const renewal = notModified({ etag: '"e"', headers: { 'Cache-Control': 'private, max-age=60', 'X-Secret': 'canary-field' } })
    await using b = await fronted({ '/r': inOrder(publicly, renewal) })
    await fill(b)
    await b.clock.advance(61_000)
    await fill(b)
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
    expect((await ask(b)).headers.get('x-secret')).toBe('canary-field')
  })

  test('one variant public, another private', async () => {
    const step = byRequest((r) =>
      r.headers['x-v']
        ? secretive('private, max-age=60', { Vary: 'X-V' })
        : ok('open', { headers: { 'Cache-Control': 'max-age=60', Vary: 'X-V' } }),
    )
    await using b = await fronted({ '/r': step })
    await fill(b)
    await fill(b, { headers: { 'X-V': 'canary-variant' } })
    await fill(b)
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
  })
})
