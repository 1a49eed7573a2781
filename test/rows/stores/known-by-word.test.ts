import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Entry, Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, lasting } from './given.ts'

// A store of one's own that was told a word of a version, and has no more of it than that, hides nothing of what the store behind it knows.

const words: [string, (entry: Entry) => Promise<unknown>][] = [
  ['a label', (entry) => entry.label('app-1')],
  ['a pin', (entry) => entry.pin()],
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
  })
})
