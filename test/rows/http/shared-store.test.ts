import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Init, Options } from '../../../src/index.ts'
import { byRequest, cut, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench, record } from '../door/kit.ts'
import { ask, fill } from './given.ts'
import { type SharedStore, sharedStore } from './shared-store.ts'

const SECRET = 'canary-body'
const FIELD = 'canary-field'

async function kept(step: Step, init: Init = {}, options: Options = {}): Promise<Bench & { store: SharedStore }> {
  const store = sharedStore()
  const b = await bench({ '/r': step }, { tiers: [store], ...options })
  await fill(b, init)
  await b.fetch.idle()
  return Object.assign(b, { store })
}

const answer = (control: string | readonly string[], more: Record<string, string> = {}): Step =>
  ok(SECRET, { headers: { 'Cache-Control': control, ...more } })
const as = (name: string): Init => ({ headers: { Authorization: name } })

describe.each(['standard', 'resilient'] as const)('a shared store, %s: what RFC 9111 forbids it is not in it', (respect) => {
  test('what is free for all is', async () => {
    await using b = await kept(answer('max-age=60'), {}, { respect })
    expect(b.store.knows(SECRET)).toBe(true)
    expect((await ask(b)).says.hit).toBe(true)
  })

  test.each(['max-age=600', 'max-age=600, no-cache', 'private="", max-age=600'])(
    'A01 an answer to Authorization under %s (3.5)',
    async (control) => {
      await using b = await kept(answer(control), as('A'), { respect })
      expect(b.store.knows(SECRET)).toBe(false)
      await fill(b, as('B'))
      await fill(b)
      expect(b.origin.hits()).toBe(3)
    },
  )

  test.each(['public, max-age=600', 's-maxage=600', 'max-age=600, must-revalidate'])(
    'A01 under %s it may be, and is A’s alone',
    async (control) => {
      const who = byRequest((r) => ok(`for ${r.headers.authorization}`, { headers: { 'Cache-Control': control } }))
      await using b = await kept(who, as('A'), { respect })
      expect([(await ask(b, as('B'))).text, (await ask(b)).text]).toEqual(['for B', 'for undefined'])
      expect((await ask(b, as('A'))).text).toBe('for A')
      expect(b.store.knows('Authorization: A')).toBe(false)
    },
  )

  test('A02 by Vary on Cookie: nobody gets another’s', async () => {
    const who = byRequest((r) => ok(`for ${r.headers.cookie}`, { headers: { 'Cache-Control': 'max-age=600', Vary: 'Cookie' } }))
    await using b = await kept(who, { headers: { Cookie: 'A' } }, { respect })
    expect([(await ask(b, { headers: { Cookie: 'B' } })).text, (await ask(b)).text]).toEqual(['for B', 'for undefined'])
  })

  test.each<[string | readonly string[]]>([
    ['private, max-age=600'],
    ['max-age=600, PRIVATE'],
    ['max-age=600,private'],
    ['private=, max-age=600'],
    ['private=x, max-age=600, private'],
    [['max-age=600', 'private']],
    ['no-store'],
    ['No-Store, max-age=600'],
    ['max-age=600, no-store=x'],
    ['foo="a\\"b", private, max-age=600'],
    ['public, private, max-age=600'],
    ['max-age=600; private'],
  ])('A03 Cache-Control: %j', async (control) => {
    await using b = await kept(answer(control), {}, { respect })
    expect(b.store.knows(SECRET)).toBe(false)
  })

  test.each([
    'private="x-secret", max-age=600',
    'max-age=600, PRIVATE="X-Other, X-Secret"',
    'private="x-secret, max-age=600',
    'private=x-secret, max-age=600',
  ])('A03 the fields that %s names', async (control) => {
    await using b = await kept(answer(control, { 'X-Secret': FIELD, 'X-Other': 'o' }), {}, { respect })
    expect(b.store.knows(FIELD)).toBe(false)
    expect((await ask(b)).text).toBe(SECRET)
  })

  test('A03 no-cache="x-secret": not given again without the origin’s word', async () => {
    await using b = await kept(answer('no-cache="x-secret", max-age=600', { 'X-Secret': FIELD }), {}, { respect })
    const again = await ask(b)
    expect(again.says.hit === true && again.headers.get('x-secret') !== null).toBe(false)
  })

  test('A04 Set-Cookie is neither kept nor replayed', async () => {
    await using b = await kept(answer('max-age=600', { 'Set-Cookie': `id=${FIELD}` }), {}, { respect })
    expect(b.store.knows(FIELD)).toBe(false)
    const again = await ask(b)
    expect(again.says.hit === true && again.headers.getSetCookie().length > 0).toBe(false)
  })

  test('A04 nor that of a 304', async () => {
    const renewal = notModified({ etag: '"e"', headers: { 'Cache-Control': 'max-age=600', 'Set-Cookie': `id=${FIELD}` } })
    await using b = await kept(
      inOrder(ok(SECRET, { etag: '"e"', headers: { 'Cache-Control': 'max-age=60' } }), renewal),
      {},
      { respect },
    )
    await b.clock.advance(61_000)
    await fill(b)
    await b.fetch.idle()
    expect(b.store.knows(FIELD)).toBe(false)
  })

  test('a 304 that makes it private: what is renewed is not in the shared store as fresh', async () => {
    const renewal = notModified({ etag: '"e"', headers: { 'Cache-Control': 'private, max-age=600', 'X-Secret': FIELD } })
    await using b = await kept(
      inOrder(ok('body', { etag: '"e"', headers: { 'Cache-Control': 'max-age=60' } }), renewal),
      {},
      { respect },
    )
    await b.clock.advance(61_000)
    await fill(b)
    await b.fetch.idle()
    expect(b.store.knows(FIELD)).toBe(false)
  })

  test('the secrets of the request are in no key and no record', async () => {
    const headers = { Authorization: 'canary-token', Cookie: 'canary-cookie', 'X-API-Key': 'canary-key' }
    const step = answer('public, max-age=600', { Vary: 'Authorization, Cookie, X-API-Key' })
    await using b = await kept(step, { headers }, { respect })
    for (const secret of Object.values(headers)) expect([secret, b.store.knows(secret)]).toEqual([secret, false])
  })
})

describe('a private tier before the shared one', () => {
  test('has what the shared one may not, and tells of it', async () => {
    const store = sharedStore()
    await using b = await bench({ '/r': answer('private, max-age=60') }, { tiers: [memory(), store] })
    const events = record(b.fetch)
    await fill(b)
    await b.fetch.idle()
    expect(await ask(b)).toMatchObject({ text: SECRET, says: { hit: true } })
    expect(store.knows(SECRET)).toBe(false)
    const skipped = events.filter(({ name }) => name === 'store-skipped').map(({ event }) => event)
    expect(skipped).toEqual([expect.objectContaining({ tier: 'shared', reason: 'private' })])
  })

  test('standard: Set-Cookie comes back from the private one, and is not in the shared one', async () => {
    const store = sharedStore()
    const step = answer('max-age=60', { 'Set-Cookie': `id=${FIELD}` })
    await using b = await bench({ '/r': step }, { tiers: [memory(), store], respect: 'standard' })
    await fill(b)
    await b.fetch.idle()
    expect((await ask(b)).headers.getSetCookie()).toEqual([`id=${FIELD}`])
    expect(store.knows(FIELD)).toBe(false)
  })

  const large = Buffer.alloc(3 * 1024 * 1024, SECRET)
  test.each<[string, Init]>([
    ['private, max-age=60', {}],
    ['max-age=60', as('A')],
    ['no-store', {}],
  ])('a large body under %s leaves no chunk there', async (control, init) => {
    const store = sharedStore()
    const step = ok(large, { headers: { 'Cache-Control': control } })
    await using b = await bench({ '/r': step }, { tiers: [memory(), store] })
    expect(await fill(b, init)).toHaveLength(large.length)
    await b.fetch.idle()
    expect(store.knows(SECRET)).toBe(false)
  })

  test('nor does one that broke off and could be resumed', async () => {
    const store = sharedStore()
    const options = { headers: { 'Cache-Control': 'private, max-age=60' }, etag: '"e"', ranges: true }
    const steps: [Step, Step] = [cut(large, '60%', options), ok(large, options)]
    await using b = await bench({ '/r': steps }, { tiers: [memory(), store], retry: { attempts: 2, minDelay: 0, maxDelay: 0 } })
    expect(await fill(b)).toHaveLength(large.length)
    await b.fetch.idle()
    expect(store.knows(SECRET)).toBe(false)
  })

  test('nor where there is no other tier', async () => {
    await using b = await kept(ok(large, { headers: { 'Cache-Control': 'private, max-age=60' } }))
    expect(b.store.knows(SECRET)).toBe(false)
  })
})
