import { describe, expect, test } from 'vitest'
import type { CallOptions, Options } from '../../../src/index.ts'
import { byRequest, gate, gatedBody, ok, redirect, reflect, startOrigin, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, textOf } from './kit.ts'

/** A01, A02, B23: one user's answer never reaches another. */
const NAMES = ['Authorization', 'Cookie', 'Proxy-Authorization', 'X-API-Key', 'X-Auth-Token', 'Private-Token']
const kept = { headers: { 'Cache-Control': 'public, max-age=600' } }
const who = byRequest((request, hit) =>
  ok(`${hit} ${NAMES.map((name) => request.headers[name.toLowerCase()] ?? '').join('')}`, kept),
)
const get = (b: Bench, headers: Record<string, string> = {}, holdfast: CallOptions = {}): Promise<string> =>
  textOf(b.fetch(b.origin.url('/r'), { headers, holdfast }))

describe('credentials partition the key', () => {
  test.each(NAMES)('%s: A, B and nobody ask for themselves, each has a hit of his own', async (name) => {
    await using b = await bench({ '/r': who })
    const answers = [await get(b, { [name]: 'A' }), await get(b, { [name]: 'B' }), await get(b)]
    expect(answers).toEqual(['1 A', '2 B', '3 '])
    expect([await get(b, { [name.toLowerCase()]: 'A' }), await get(b, { [name]: 'B' }), await get(b)]).toEqual(answers)
    expect(b.origin.hits('/r')).toBe(3)
  })

  test('the same secret under two names is two partitions', async () => {
    await using b = await bench({ '/r': who })
    await get(b, { Cookie: 's' })
    await get(b, { 'X-API-Key': 's' })
    await get(b, { Cookie: 's', 'X-API-Key': 's' })
    expect(b.origin.hits('/r')).toBe(3)
  })

  test('credentialHeaders replaces the list; its names count in any case', async () => {
    const options: Options = { credentialHeaders: ['X-Tenant'] }
    await using b = await bench({ '/r': byRequest((r, hit) => ok(`${hit} ${r.headers['x-tenant']}`, kept)) }, options)
    expect([await get(b, { 'x-tenant': 'A' }), await get(b, { 'X-TENANT': 'B' }), await get(b, { 'X-Tenant': 'A' })]).toEqual([
      '1 A',
      '2 B',
      '1 A',
    ])
  })

  test('headers of the instance partition too', async () => {
    await using b = await bench({ '/r': who })
    const mine = b.fetch.extend({ headers: { Authorization: 'mine' } })
    const yours = b.fetch.extend({ headers: new Headers({ Authorization: 'yours' }) })
    const texts = [
      await textOf(mine(b.origin.url('/r'))),
      await textOf(yours(b.origin.url('/r'))),
      await get(b, { Authorization: 'mine' }),
    ]
    expect(texts).toEqual(['1 mine', '2 yours', '1 mine'])
  })

  test('two users at the same moment do not share a flight', async () => {
    const waiting = gate(who)
    await using b = await bench({ '/r': waiting })
    const both = [get(b, { Cookie: 'A' }), get(b, { Cookie: 'B' })]
    await waiting.atLeast(2)
    waiting.release()
    expect((await Promise.all(both)).map((text) => text.at(-1))).toEqual(['A', 'B'])
  })
})

describe('partition names the principal', () => {
  test('a new token of the same user finds his answer; another user does not', async () => {
    await using b = await bench({ '/r': who })
    const ann = { partition: 'ann' }
    expect(await get(b, { Authorization: 'old' }, ann)).toBe('1 old')
    expect(await get(b, { Authorization: 'new' }, ann)).toBe('1 old')
    expect(await get(b, { Authorization: 'old' }, { partition: 'bob' })).toBe('2 old')
    expect(await get(b, { Authorization: 'old' })).toBe('3 old')
  })

  test.each(['max-age=60', 'no-store'])(
    'a 401 (%s) is for the token that it came for: who asks with a new one is not told',
    async (control) => {
      const page = byRequest((r) =>
        r.headers.authorization === 'new' ? ok('page', kept) : status(401, { 'Cache-Control': control }, 'expired'),
      )
      await using b = await bench({ '/r': page })
      const ann = { partition: 'ann' }
      const both = ['old', 'new'].map((token) => get(b, { Authorization: token }, ann))
      expect(await Promise.all(both)).toEqual(['expired', 'page'])
      await using later = await bench({ '/r': page })
      const one = async (token: string): Promise<string> => get(later, { Authorization: token }, ann)
      expect([await one('old'), await one('new'), await one('new')]).toEqual(['expired', 'page', 'page'])
      expect(later.origin.hits()).toBe(2)
    },
  )

  test('null: the same answer for all, and the same as for nobody', async () => {
    await using b = await bench({ '/r': who })
    expect(await get(b, { Authorization: 'A' }, { partition: null })).toBe('1 A')
    expect(await get(b, { Cookie: 'B' }, { partition: null })).toBe('1 A')
    expect(await get(b, {}, { partition: null })).toBe('1 A')
  })

  test.each(['null', 'default', 'undefined', '0'])('the name %j is a name', async (partition) => {
    await using b = await bench({ '/r': who })
    await get(b, { Cookie: 'A' }, { partition })
    await get(b, {}, { partition: null })
    await get(b, {}, { partition: 'other' })
    await get(b, { Cookie: 'C' }, { partition })
    expect(b.origin.hits('/r')).toBe(3)
  })

  test('a name cannot be made to meet the digest of a secret, nor another group', async () => {
    await using b = await bench({ '/r': who })
    await get(b, {}, { partition: 'a', group: 'b' })
    await get(b, {}, { partition: 'b', group: 'a' })
    await get(b, {}, { partition: 'a b', group: 'c' })
    await get(b, {}, { partition: 'a', group: 'b c' })
    expect(b.origin.hits('/r')).toBe(4)
  })

  test('a rule gives it to some addresses only, and a call goes before', async () => {
    await using b = await bench({ '/r': who, '/p': who }, { rules: [{ match: '/p', partition: null }] })
    const at = (path: string, cookie: string, holdfast: CallOptions = {}): Promise<string> =>
      textOf(b.fetch(b.origin.url(path), { headers: { Cookie: cookie }, holdfast }))
    expect([await at('/p', 'A'), await at('/p', 'B'), await at('/p', 'B', { partition: 'x' })]).toEqual(['1 A', '1 A', '2 B'])
    expect([await at('/r', 'A'), await at('/r', 'B')]).toEqual(['1 A', '2 B'])
  })

  test('Vary: Authorization or Cookie separates even where a partition joins (A02)', async () => {
    const step = byRequest((r, hit) =>
      ok(`${hit} ${r.headers.cookie}`, { headers: { 'Cache-Control': 'max-age=600', Vary: 'Cookie' } }),
    )
    await using b = await bench({ '/r': step })
    expect([await get(b, { Cookie: 'A' }, { partition: null }), await get(b, { Cookie: 'B' }, { partition: null })]).toEqual([
      '1 A',
      '2 B',
    ])
  })
})

describe('credentials never cross origins (A15)', () => {
  const secrets = Object.fromEntries([...NAMES, 'X-Tenant'].map((name) => [name, `canary-${name}`]))

  test('a redirect to another origin loses them, one within the origin keeps them', async () => {
    await using other = await startOrigin()
    other.script('/seen', reflect())
    await using b = await bench({ '/away': redirect(other.url('/seen')), '/home': redirect('/seen'), '/seen': reflect() })
    const fetch = b.open({ credentialHeaders: Object.keys(secrets), headers: { 'X-Kept': 'kept' } })
    const away = await textOf(fetch(b.origin.url('/away'), { headers: secrets }))
    const home = await textOf(fetch(b.origin.url('/home'), { headers: secrets }))
    expect(away).not.toContain('canary')
    expect(away).toContain('x-kept')
    expect(other.requests('/seen')[0]?.rawHeaders.join()).not.toContain('canary')
    for (const secret of Object.values(secrets)) expect(home).toContain(secret)
  })

  test('also on the way back, on retries, and when a broken body is asked again', async () => {
    await using other = await startOrigin()
    const broken = gatedBody('0123456789', 4, { etag: '"e"', ranges: true })
    await using b = await bench({ '/away': redirect(other.url('/big')), '/back': reflect() })
    other.script('/big', broken, ok('0123456789', { etag: '"e"', ranges: true }))
    other.script('/return', redirect(b.origin.url('/back')))
    b.origin.script('/there', redirect(other.url('/return')))
    const fetch = b.open({ retry: { attempts: 3, minDelay: 0, maxDelay: 0 } })
    const answer = textOf(fetch(b.origin.url('/away'), { headers: secrets }))
    await broken.arrived
    other.kill()
    expect(await answer).toBe('0123456789')
    await textOf(fetch(b.origin.url('/there'), { headers: secrets }))
    const { 'X-Tenant': named, ...builtIn } = secrets
    const seen = [...other.requests(), ...b.origin.requests('/back')].map(({ rawHeaders }) => rawHeaders.join())
    expect(seen.length).toBeGreaterThanOrEqual(4)
    for (const secret of Object.values(builtIn)) expect(seen.join()).not.toContain(secret)
    expect(named).toBe('canary-X-Tenant')
  })
})
