import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { type CallOptions, createCachedFetch, type Options, type VersionInfo } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { byRequest, ok, status } from '../../helpers/origin/index.ts'
import { codeOf, given, inspected, seen } from '../download/given.ts'
import { ask, good, later } from './judging.ts'

type Check = NonNullable<CallOptions['check']>

/** A check that takes everything, and what it was told of the version before. */
function witness(): { check: Check; previous: (VersionInfo | undefined)[] } {
  const previous: (VersionInfo | undefined)[] = []
  return { previous, check: (_, facts) => void previous.push(facts.previous) }
}

describe('the version before, as a check is told of it', () => {
  test('is of the same variant', async () => {
    const { check, previous } = witness()
    await using g = await given({ check })
    g.origin.script(
      '/f',
      byRequest(({ headers }, hit) => ok(`${headers['accept-language']} ${hit}`, { headers: { Vary: 'Accept-Language' } })),
    )
    for (const language of ['de', 'en', 'de', 'en']) await ask(g, { headers: { 'Accept-Language': language } })
    expect(previous.map((version) => version?.digest)).toEqual([undefined, undefined, sha256('de 1'), sha256('en 2')])
  })

  test('is of the same user, and of the same group', async () => {
    const { check, previous } = witness()
    await using g = await given({ check })
    g.origin.script(
      '/f',
      byRequest((_, hit) => ok(`v${hit}`)),
    )
    await ask(g, { headers: { Authorization: 'A' } })
    await ask(g, { headers: { Authorization: 'B' } })
    await ask(g, { holdfast: { group: 'other' } })
    await ask(g)
    expect(previous).toEqual([undefined, undefined, undefined, undefined])
  })

  test('is one that put() made', async () => {
    const { check, previous } = witness()
    await using g = await given({ check })
    g.origin.script('/f', ok('v2'))
    await g.fetch.put(g.origin.url('/f'), new Response('v1'))
    await g.clock.advance(1_000)
    await ask(g)
    expect(previous.map((version) => version?.digest)).toEqual([sha256('v1')])
  })

  test('is the last good one also after an outage, and with fallback: false', async () => {
    const { check, previous } = witness()
    await using g = await given({ check, retry: false })
    g.origin.script('/f', ok('v1'), status(503), ok('v2'))
    await ask(g)
    await later(g)
    await ask(g)
    await later(g)
    await ask(g, { holdfast: { fallback: false } })
    expect(previous.map((version) => version?.digest)).toEqual([undefined, sha256('v1')])
  })

  test('holds its dates, and the id that the answer of that time told', async () => {
    const { check, previous } = witness()
    await using g = await given({ check })
    g.origin.script('/f', ok('v1', { etag: '"1"', conditional: true }), ok('v1', { etag: '"1"', conditional: true }), ok('v2'))
    const at = new Date(g.clock.now())
    const first = inspected(await g.fetch(g.origin.url('/f')), 'miss').version
    await g.clock.advance(60_000)
    await ask(g)
    await ask(g)
    expect(previous[1]).toMatchObject({ id: first.id, storedAt: at, checkedAt: new Date(at.getTime() + 60_000) })
  })
})

describe('over a transport of the user', () => {
  /** An instance that asks this function in the place of a network. */
  async function over(
    answers: (() => Response)[],
    options: Options,
    act: (f: () => Promise<Response>) => Promise<void>,
  ): Promise<void> {
    const clock = manualClock()
    let asked = 0
    const fetch = createCachedFetch({
      tiers: [memory()],
      clock,
      ttl: 0,
      retry: false,
      fetch: async () => (answers[Math.min(asked++, answers.length - 1)] as () => Response)(),
      ...options,
    })
    await act(async () => {
      await clock.advance(31_000)
      return fetch('http://example.org/f')
    })
    await fetch.close()
  }
  const yes = (): Response => Response.json({ ok: true })
  const no = (): Response => Response.json({ ok: false })
  const page = (): Response => new Response('<!doctype html><html></html>', { headers: { 'content-type': 'text/html' } })

  test('schema and guards refuse, and the last good one answers', async () => {
    await over([yes, no, page], { schema: good() }, async (f) => {
      expect(await seen(f())).toMatchObject({ outcome: 'miss' })
      for (let n = 0; n < 2; n += 1) expect(inspected(await f(), 'fallback').error).toMatchObject({ code: 'REJECTED' })
    })
    await over([yes, page], {}, async (f) => {
      await f()
      expect(inspected(await f(), 'fallback').error).toMatchObject({ code: 'REJECTED' })
    })
  })

  test('a digest and a size are held', async () => {
    const digest = `sha256:${sha256('right')}` as const
    for (const known of [{ digest }, { size: 6 }, { size: 4 }]) {
      await over([() => new Response('wrong')], { expect: known }, async (f) => {
        expect(codeOf(await f().catch((error: unknown) => error))).toMatch(/^(DIGEST|TOO_LARGE|TRUNCATED)$/)
      })
    }
  })
})
