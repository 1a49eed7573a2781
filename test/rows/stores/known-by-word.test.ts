import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { Entry, Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, lasting } from './given.ts'

// A store of one's own that was told a word of a version, and has no more of it than that, hides nothing of what the store behind it knows.

const words: [string, (entry: Entry, version?: string) => Promise<unknown>][] = [
  ['a label', (entry, version) => entry.label('app-1', version === undefined ? {} : { version })],
  ['a pin', (entry, version) => entry.pin(version === undefined ? {} : { version })],
]

describe.each(lasting)('%s behind one of one’s own', (_, store) => {
  describe.each(words)('that was told %s', (__, say) => {
    test.each([
      ['first', (): Store[] => []],
      ['behind memory', (): Store[] => [memory()]],
    ])('and stands %s: what another process invalidated and brought anew is the answer', async (___, nearest) => {
      const clock = manualClock()
      const origin = await anOrigin()
      origin.script('/f', inOrder(ok('one'), ok('two')))
      const url = origin.url('/f')
      const [own, shared] = [folder(), folder()]
      const opened = (tiers: Store[]): ReturnType<typeof anInstance> => anInstance({ tiers, clock, ttl: '1h', retry: false })
      const all = (): Store[] => [...nearest(), store(own, clock), store(shared, clock)]
      const other = opened([store(shared, clock)])
      await got(await other(url))
      const labelling = opened(all())
      await say(labelling.entry(url))
      await labelling.close()
      await clock.advance(1_000)
      await other.cache.invalidate({ url })
      await clock.advance(1_000)
      expect(await got(await other(url))).toBe('two (miss)')
      expect(await got(await opened(all())(url))).toBe('two (hit)')
      expect(origin.hits('/f')).toBe(2)
    })

    test('of a version that was refused: it is no answer', async () => {
      const [clock, origin, own, shared] = [manualClock(), await anOrigin(), folder(), folder()]
      origin.script('/f', inOrder(ok('one'), ok('two')))
      const url = origin.url('/f')
      const opened = (tiers: Store[]): ReturnType<typeof anInstance> => anInstance({ tiers, clock, ttl: '1h', retry: false })
      const other = opened([store(shared, clock)])
      await expect(other.reject(await other(url), 'no good')).rejects.toMatchObject({ code: 'REJECTED' })
      const fetch = opened([store(own, clock), store(shared, clock)])
      await say(fetch.entry(url), (await fetch.entry(url).versions())[0]?.id)
      expect(await got(await fetch(url))).toBe('two (miss)')
    })
  })
})

describe.each(words)('memory that has nothing of an entry yet, before a store across the network, and is told %s', (_, say) => {
  const begun = async (): Promise<{ url: string; opened: () => ReturnType<typeof anInstance> }> => {
    const [clock, place, origin] = [manualClock(), folder(), await anOrigin()]
    const [, far] = lasting[0] as (typeof lasting)[number]
    const across = (): Store => ({ ...chaos(far(place, clock), {}), remote: true, shared: true })
    const headers = { 'cache-control': 'public, max-age=3600' }
    origin.script('/f', inOrder(ok('one', { headers }), ok('two', { headers }), ok('two', { headers })))
    const opened = (): ReturnType<typeof anInstance> =>
      anInstance({ tiers: [memory(), across()], clock, retry: false, storeTimeout: '60s', fallback: { cooldown: 0 } })
    return { url: origin.url('/f'), opened }
  }

  test('of the version before: the newest is the answer all the same', async () => {
    const { url, opened } = await begun()
    const first = opened()
    await got(await first(url))
    expect(await got(await first(url, { cache: 'reload' }))).toBe('two (miss)')
    await first.close()
    const second = opened()
    const [, older] = await second.entry(url).versions()
    await say(second.entry(url), older?.id)
    expect(await got(await second(url))).toBe('two (hit)')
  })

  test('of one that was refused: it is no answer', async () => {
    const { url, opened } = await begun()
    const first = opened()
    await got(await first(url))
    await expect(first.reject(await first(url), 'no good')).rejects.toMatchObject({ code: 'REJECTED' })
    await first.close()
    const second = opened()
    const [refused] = await second.entry(url).versions()
    await say(second.entry(url), refused?.id)
    expect(await got(await second(url))).toBe('two (miss)')
  })
})
