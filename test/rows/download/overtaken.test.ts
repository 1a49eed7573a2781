import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

// RFC 9111 4: the most recent answer is the one that counts, and not the one that happened to land last.
describe.each([
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['both', () => [memory(), sqlite(':memory:')]],
] as const)('an answer that was asked for earlier and lands later; %s', (_, tiers) => {
  test.each(['nothing stored', 'a version stored'])(
    'is given to who asked, and does not take the newer one’s place; %s',
    async (before) => {
      await using g = await given({ tiers: tiers() })
      if (before === 'a version stored') {
        g.origin.script('/f', ok('v0'))
        await seen(g.fetch(g.origin.url('/f')))
        await g.clock.advance(1_000)
      }
      const slow = gate(ok('older'))
      g.origin.script('/f', slow)
      const one = seen(g.fetch(g.origin.url('/f'), { cache: 'reload' }))
      await slow.arrived
      await g.clock.advance(1_000)
      g.origin.script('/f', ok('newer'))
      expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'newer', outcome: 'miss' })
      await g.clock.advance(1_000)
      slow.release()
      expect(await one).toMatchObject({ text: 'older' })
      expect(await seen(g.fetch(g.origin.url('/f'), { cache: 'force-cache' }))).toMatchObject({ text: 'newer', outcome: 'hit' })
    },
  )
})
