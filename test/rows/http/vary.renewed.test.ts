import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { byRequest, gate, inOrder, notModified, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { askWith, type Told } from './given.ts'

const LARGE = 'x'.repeat(100_000)
const kept = { 'Cache-Control': 'max-age=60' }

/** Each caller has a page of his own, which the first answer forgets to say; what comes later, 304 or not, says it. */
const forgetful = (vary: string, more = ''): Step =>
  byRequest((r, hit) => {
    const who = r.headers[vary.toLowerCase()] ?? 'nobody'
    const headers = { ...kept, ...(hit > 1 && { Vary: vary }) }
    const etag = `"${who}"`
    return r.headers['if-none-match'] === etag ? notModified({ headers, etag }) : ok(`of ${who}${more}`, { headers, etag })
  })
const as = (name: string, who: string, b: Bench): Promise<Told> => askWith(b, { [name]: who })

describe('a 304 that tells what the stored answer varies by (RFC 9111, 3.2 and 4.1)', () => {
  test.each(['Accept-Language', 'Cookie', 'Authorization'])('%s: nobody gets what was confirmed for another', async (name) => {
    await using b = await bench({ '/r': forgetful(name) }, { partition: null })
    await as(name, 'ann', b)
    await b.clock.advance(61_000)
    expect(await as(name, 'ann', b)).toMatchObject({ text: 'of ann', outcome: 'revalidated' })
    expect(await as(name, 'bob', b)).toMatchObject({ text: 'of bob', outcome: 'miss' })
    const again = await Promise.all(['ann', 'bob'].map((who) => as(name, who, b)))
    expect(again).toMatchObject(['ann', 'bob'].map((who) => ({ text: `of ${who}`, outcome: 'hit' })))
  })

  test('nor where a redirect on the way tells it', async () => {
    const hop: Step = byRequest((_, hit) =>
      status(302, { ...kept, Location: '/page', ...(hit > 1 && { Vary: 'Accept-Language' }) }),
    )
    const page = byRequest((r) => ok(`in ${r.headers['accept-language']}`, { headers: kept, etag: '"1"', conditional: true }))
    await using b = await bench({ '/r': hop, '/page': page })
    await as('Accept-Language', 'de', b)
    await b.clock.advance(61_000)
    expect(await as('Accept-Language', 'de', b)).toMatchObject({ text: 'in de', outcome: 'revalidated' })
    expect(await as('Accept-Language', 'fr', b)).toMatchObject({ text: 'in fr', outcome: 'miss' })
  })

  test('nor does who waited for the same answer', async () => {
    const page = forgetful('Accept-Language')
    const gated = gate(page)
    await using b = await bench({ '/r': inOrder(page, gated) })
    await as('Accept-Language', 'de', b)
    await b.clock.advance(61_000)
    const both = ['de', 'fr'].map((language) => as('Accept-Language', language, b))
    await gated.arrived
    gated.release()
    expect(await Promise.all(both)).toMatchObject([{ text: 'of de' }, { text: 'of fr' }])
  })

  test('nor where it names them in place of a star', async () => {
    const page = byRequest((r, hit) => {
      const who = r.headers.cookie
      const headers = { ...kept, Vary: hit === 1 ? '*' : 'Cookie' }
      return ok(`of ${who}`, { headers, etag: `"${who}"`, conditional: true })
    })
    await using b = await bench({ '/r': page }, { partition: null })
    await as('Cookie', 'ann', b)
    expect(await as('Cookie', 'ann', b)).toMatchObject({ text: 'of ann', outcome: 'revalidated' })
    expect(await as('Cookie', 'bob', b)).toMatchObject({ text: 'of bob', outcome: 'miss' })
    expect(await as('Cookie', 'ann', b)).toMatchObject({ text: 'of ann', outcome: 'hit' })
  })

  test('it is one version as before, with its label, and the next 304 leaves it as it is', async () => {
    await using b = await bench({ '/r': forgetful('Accept-Language') })
    const entry = b.fetch.entry(b.origin.url('/r'), { headers: { 'Accept-Language': 'de' } })
    await as('Accept-Language', 'de', b)
    await entry.label('app-1')
    const ids: string[][] = []
    for (let round = 0; round < 2; round++) {
      await b.clock.advance(61_000)
      await as('Accept-Language', 'de', b)
      const versions = await entry.versions()
      expect(versions).toMatchObject([{ labels: ['app-1'] }])
      ids.push(versions.map(({ id }) => id))
    }
    expect(ids[1]).toEqual(ids[0])
  })

  test('in a file, with a body that stands by itself: another process has it, and so has nobody else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-vary-'))
    try {
      await using b = await bench({ '/r': forgetful('Accept-Language', LARGE) })
      for (const language of ['de', 'de', 'fr', 'de']) {
        const fetch = b.open({ tiers: [memory(), sqlite(join(dir, 'cache.db'))] })
        const response = await fetch(b.origin.url('/r'), { headers: { 'Accept-Language': language } })
        expect(await response.text()).toBe(`of ${language}${LARGE}`)
        expect(await fetch.cache.audit()).toMatchObject({ damaged: [] })
        await fetch.close()
        if (b.origin.hits('/r') === 1) await b.clock.advance(61_000)
      }
      expect(b.origin.hits('/r')).toBe(3)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})

describe('the same bytes again, under another Vary', () => {
  test('where the request has neither field: another language is not answered, and each id is one version', async () => {
    const page = byRequest((r, hit) =>
      ok(`in ${r.headers['x-language']}`, { headers: { ...kept, Vary: hit === 1 ? 'Cookie' : 'X-Language' } }),
    )
    await using b = await bench({ '/r': page })
    await askWith(b, {})
    await b.clock.advance(61_000)
    await askWith(b, {})
    expect((await askWith(b, { 'X-Language': 'fr' })).text).toBe('in fr')
    const ids = (await b.fetch.entry(b.origin.url('/r')).versions({ limit: 0 })).map(({ id }) => id)
    expect(ids).toHaveLength(new Set(ids).size)
  })
})
