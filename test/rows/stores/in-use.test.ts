import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Clock, Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { anInstance, folder } from './given.ts'

// The least recently used entries go to make room (design: retention), and a hit is a use, whoever answers it.

const MINUTE = 60_000

const bounds = { maxBytes: '3MB' }

const stores: [string, (place: string, clock: Clock) => Store][] = [
  ['SQLite', (place, clock) => sqlite(join(place, 'cache.db'), { ...bounds, clock })],
  ['a folder', (place, clock) => folderStore(join(place, 'files'), { ...bounds, clock })],
]
const before: [string, (clock: Clock) => Store[]][] = [
  ['alone', () => []],
  ['behind memory', (clock) => [memory({ clock })]],
]

describe.each(stores)('%s of 3 MB', (_, store) => {
  test.each(before)('%s: a body that is hit each minute is there after a restart', async (__, nearer) => {
    const clock = manualClock(Date.now())
    const place = folder()
    const tiers = (): Store[] => [...nearer(clock), store(place, clock)]
    await using g = await given({ tiers: tiers(), ttl: '1d' }, clock)
    const hot = pseudoRandom(200_000, 'hot')
    g.origin.script('/hot', ok(hot))
    for (let n = 0; n < 30; n += 1) {
      g.origin.script(`/once${n}`, ok(pseudoRandom(200_000, `${n}`)))
      await (await g.fetch(g.origin.url(`/once${n}`))).arrayBuffer()
      await (await g.fetch(g.origin.url('/hot'))).arrayBuffer()
      await g.fetch.idle()
      await clock.advance(MINUTE)
    }
    expect(g.told('evicted').length, 'room was made').toBeGreaterThan(0)
    await g.fetch.close()
    const later = anInstance({ tiers: tiers(), clock, mode: 'offline' })
    const answer = await later(g.origin.url('/hot'))
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(hot))
  })
})
