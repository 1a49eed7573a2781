import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, Clock, Store } from '../../../src/index.ts'
import { byRequest, hangUp, inOrder, ok, redirect, type Step } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, heard, lasting } from './given.ts'

// An invalidation holds for a process that begins later, whatever is said of the entry, or brought into it, before it is asked for.

interface Later {
  readonly clock: ManualClock
  readonly url: string
  readonly fetch: CachedFetch
}

/** A process that begins when what another has fetched, for the language de, is invalidated. */
async function later(store: (place: string, clock: Clock) => Store, step: Step): Promise<Later> {
  const clock = manualClock()
  const place = folder()
  const origin = await anOrigin()
  origin.script('/f', step)
  const url = origin.url('/f')
  const options = (): Parameters<typeof anInstance>[0] => ({
    tiers: [memory({ clock }), store(place, clock)],
    clock,
    ttl: '1h',
    retry: false,
  })
  const first = anInstance(options())
  await got(await first(url, { headers: DE, holdfast: { tags: ['news'] } }))
  await clock.advance(1_000)
  await first.cache.invalidate({ tag: 'news' })
  await first.close()
  await clock.advance(1_000)
  return { clock, url, fetch: anInstance(options()) }
}

const DE = { 'accept-language': 'de' }
const EN = { 'accept-language': 'en' }
const VARY = { headers: { Vary: 'Accept-Language' } }

const words: [string, (g: Later) => Promise<unknown>][] = [
  ['a label', ({ fetch, url }) => fetch.entry(url, { headers: DE }).label('checked')],
  ['a pin', ({ fetch, url }) => fetch.entry(url, { headers: DE }).pin()],
  ['a policy', ({ fetch, url }) => fetch.entry(url, { headers: DE }).setPolicy({ resume: false })],
]

describe.each(lasting)('memory before %s', (_, store) => {
  test.each(words)('%s makes nothing fresh that was invalidated before', async (__, say) => {
    const g = await later(store, inOrder(ok('one'), ok('two')))
    await say(g)
    expect(await got(await g.fetch(g.url, { headers: DE }))).toBe('two (miss)')
  })

  test('nor does another variant that is downloaded', async () => {
    const en = (body: string): Step => byRequest(({ headers }) => ok(`${headers['accept-language']} ${body}`, VARY))
    const g = await later(store, inOrder(en('one'), en('two')))
    expect(await got(await g.fetch(g.url, { headers: EN }))).toBe('en two (miss)')
    expect(await got(await g.fetch(g.url, { headers: DE }))).toBe('de two (miss)')
  })

  test('nor another variant that could not be had', async () => {
    const g = await later(store, inOrder(ok('one', VARY), hangUp()))
    const fallbacks = heard(g.fetch, 'fallback')
    await expect(g.fetch(g.url, { headers: EN })).rejects.toMatchObject({ code: 'CONNECT' })
    expect(await got(await g.fetch(g.url, { headers: DE }))).toBe('one (fallback)')
    expect(fallbacks).toHaveLength(1)
  })

  test('nor does it make memory forget where a redirect led, to be asked for at any age', async () => {
    const [clock, place, origin] = [manualClock(), folder(), await anOrigin()]
    origin.script('/from', redirect('/to'))
    origin.script('/to', inOrder(ok('one'), ok('two')))
    const opened = (): CachedFetch =>
      anInstance({ tiers: [memory({ clock }), store(place, clock)], clock, ttl: '1h', retry: false })
    const first = opened()
    await got(await first(origin.url('/from')))
    await clock.advance(1_000)
    await first.cache.invalidate({ url: origin.url('/to') })
    await first.close()
    await clock.advance(1_000)
    const second = opened()
    expect(await got(await second(origin.url('/from'), { cache: 'force-cache' }))).toBe('one (hit)')
    expect(await got(await second(origin.url('/from')))).toBe('two (miss)')
  })
})
