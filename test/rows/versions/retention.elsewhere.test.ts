import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Entry, Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, lasting } from '../stores/given.ts'
import { aFile, textOf } from './histories.ts'

// What another machine said of a version stands in the store that both have: it keeps the version in the store of one's own too.

const fronts: [string, () => Store[]][] = [
  ['', () => []],
  ['memory and ', () => [memory()]],
]

const words: [string, (entry: Entry, version: string) => Promise<unknown>, Parameters<Entry['version']>[0]][] = [
  ['pinned', (entry, version) => entry.pin({ version }), { label: 'mine' }],
  ['labelled valid', (entry, version) => entry.label('valid', { version }), 'valid'],
]

test.each(fronts.flatMap(([front, nearest]) => words.map((word) => [front, ...word, nearest] as const)))(
  '%sa file of one’s own before a shared folder: what another machine has %s outlasts any number of newer ones',
  async (_front, _word, say, which, nearest) => {
    const [clock, origin, place, file] = [manualClock(), await anOrigin(), folder(), aFile()]
    const [, files] = lasting[1] as (typeof lasting)[number]
    origin.script('/f', inOrder(ok('one'), ok('two'), ok('three'), ok('four')))
    const url = origin.url('/f')
    const options = { clock, ttl: 0, retry: false, storeTimeout: '60s', versions: { keep: 2 } } as const
    const own = (): ReturnType<typeof anInstance> =>
      anInstance({ ...options, tiers: [...nearest(), sqlite(file, { clock }), files(place, clock)] })
    const other = anInstance({ ...options, tiers: [files(place, clock)] })
    const fetch = own()
    await got(await fetch(url))
    await fetch.entry(url).label('mine')
    await fetch.idle()
    const [version] = await other.entry(url).versions()
    await say(other.entry(url), version?.id ?? '')
    for (const text of ['two', 'three', 'four']) {
      await clock.advance(1_000)
      expect(await got(await fetch(url))).toBe(`${text} (miss)`)
      await fetch.idle()
    }
    await fetch.close()
    expect(await textOf(own().entry(url), which)).toBe('one')
  },
)
