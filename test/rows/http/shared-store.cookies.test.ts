import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type AnswerOptions, type Body, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { bench } from '../door/kit.ts'
import { ask, fill } from './given.ts'
import { sharedStore } from './shared-store.ts'

const SECRET = 'canary-form-of-one-session'
const headers = { 'Cache-Control': 'max-age=60' }
const withCookie = (body: Body = SECRET, options: AnswerOptions = {}): Step =>
  ok(body, { ...options, headers: { ...headers, 'Set-Cookie': 'session=1' }, etag: '"1"' })

describe('an answer that came with Set-Cookie stays out of a shared store when that is long gone', () => {
  test('a 304 without one, and one more', async () => {
    const store = sharedStore()
    const renewal = notModified({ headers, etag: '"1"' })
    await using b = await bench({ '/r': inOrder(withCookie(), renewal, renewal) }, { tiers: [memory(), store] })
    for (let round = 0; round < 3; round++) {
      expect((await ask(b)).text).toBe(SECRET)
      await b.fetch.idle()
      await b.clock.advance(61_000)
    }
    expect([b.origin.hits(), store.knows(SECRET)]).toEqual([3, false])
  })

  test('a 304 that brings one to what came without', async () => {
    const store = sharedStore()
    const renewal = notModified({ headers: { ...headers, 'Set-Cookie': 'session=1' }, etag: '"1"' })
    await using b = await bench({ '/r': inOrder(ok(SECRET, { headers, etag: '"1"' }), renewal) })
    await fill(b)
    await b.clock.advance(61_000)
    await fill(b)
    await b.fetch.cache.copyTo(store)
    expect(store.knows(SECRET)).toBe(false)
  })

  test('unpacked', async () => {
    const store = sharedStore()
    await using b = await bench({ '/r': withCookie(gzipSync(SECRET)) }, { tiers: [memory(), store] })
    await fill(b)
    expect((await ask(b, { holdfast: { unpack: 'gzip' } })).text).toBe(SECRET)
    await b.fetch.idle()
    expect(store.knows(SECRET)).toBe(false)
  })

  test('copied, by the process that fetched it and by one that finds it in a file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-cookies-'))
    try {
      const store = sharedStore()
      await using b = await bench({ '/r': withCookie() })
      const tiers = () => [memory(), sqlite(join(dir, 'cache.db'))]
      const first = b.open({ tiers: tiers() })
      await (await first(b.origin.url('/r'))).text()
      expect(await first.cache.copyTo(store)).toMatchObject({ entries: 0 })
      await first.close()
      const second = b.open({ tiers: tiers() })
      expect(await (await second(b.origin.url('/r'))).text()).toBe(SECRET)
      expect(await second.cache.copyTo(store)).toMatchObject({ entries: 0 })
      await second.close()
      expect([b.origin.hits(), store.knows(SECRET)]).toEqual([1, false])
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('but the same page, without a cookie, is for all', async () => {
    const store = sharedStore()
    await using b = await bench({ '/r': inOrder(withCookie(), ok(SECRET, { headers })) }, { tiers: [memory(), store] })
    await fill(b)
    await b.clock.advance(61_000)
    await fill(b)
    await b.fetch.idle()
    expect(store.knows(SECRET)).toBe(true)
  })
})

describe('a fetch whose headers have no getSetCookie, as that of node-fetch', () => {
  const fields = { 'cache-control': 'max-age=60', 'set-cookie': 'a=1, b=2' }
  const older = new Map(Object.entries(fields))
  const raw = (): Record<string, string[]> => ({ 'set-cookie': ['a=1', 'b=2'] })

  test.each([
    ['has them apart elsewhere', Object.assign(new Map(older), { raw }), ['a=1', 'b=2']],
    ['has them joined', older, ['a=1, b=2']],
  ])('%s: the caller is given them, and a shared store nothing', async (_what, head, cookies) => {
    const store = sharedStore()
    const fetch = async (): Promise<Response> => ({ status: 200, headers: head, text: async () => SECRET }) as unknown as Response
    await using b = await bench({}, { tiers: [memory(), store], fetch })
    const response = await b.fetch('https://example.org/r')
    expect([response.headers.getSetCookie(), await response.text()]).toEqual([cookies, SECRET])
    await b.fetch.idle()
    expect(store.knows(SECRET)).toBe(false)
  })
})
