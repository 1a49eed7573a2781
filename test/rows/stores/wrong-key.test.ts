import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { sealed } from '../../../adapters/stores/sealed.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { cut, inOrder, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder as place } from './given.ts'

const stores: [string, (path: string) => Store][] = [
  ['a folder', (path) => folder(join(path, 'cache'))],
  ['a file', (path) => sqlite(join(path, 'cache.db'))],
]

test.each(stores)(
  '%s, sealed: what a wrong key cannot open is swept by nobody, and there with the right one',
  async (_, open) => {
    const origin = await anOrigin()
    const bodies = { '/small': pseudoRandom(100), '/large': pseudoRandom(1_500_000) }
    for (const [path, body] of Object.entries(bodies)) origin.script(path, ok(body))
    const path = place()
    const clock = manualClock(Date.now())
    const opened = (key: number) =>
      anInstance({ tiers: [sealed(open(path), { encrypt: new Uint8Array(32).fill(key) })], clock, ttl: '1d' })
    const right = opened(1)
    for (const each of Object.keys(bodies)) {
      await (await right(origin.url(each))).arrayBuffer()
      await right.entry(origin.url(each)).pin()
    }
    await right.close()
    const wrong = opened(2)
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      expect(await wrong.cache.sweep()).toEqual({ versions: 0, bodies: 0, partials: 0, bytes: 0 })
      clock.jump(3_700_000)
    }
    expect(await wrong.cache.audit({ repair: true })).toEqual({ checked: 0, damaged: [], repaired: 0 })
    await wrong.close()
    const again = opened(1)
    for (const [each, body] of Object.entries(bodies)) {
      const pinned = await again(origin.url(each), { holdfast: { require: { pinned: true } } })
      expect(body.equals(await pinned.bytes())).toBe(true)
    }
    expect(await again.cache.audit()).toEqual({ checked: 2, damaged: [], repaired: 0 })
  },
)

test.each(stores)(
  '%s, sealed: a body that broke off is there for who has the right key, whatever a wrong one sweeps',
  async (_, open) => {
    const origin = await anOrigin()
    const [body, strong] = [pseudoRandom(3 * 1024 * 1024), { headers: { etag: '"1"' }, ranges: true }]
    origin.script('/f', inOrder(cut(body, 2.5 * 1024 * 1024, strong), ok(body, strong)))
    const [path, clock] = [place(), manualClock(Date.now())]
    const opened = (key: number) => sealed(open(path), { encrypt: new Uint8Array(32).fill(key) })
    const fetching = () => anInstance({ tiers: [opened(1)], clock, retry: false })
    const right = fetching()
    await expect(right(origin.url('/f'))).rejects.toMatchObject({ code: 'TRUNCATED' })
    await right.close()
    // As one that was killed leaves it: nothing but the body, and the word of it.
    const store = opened(1)
    await store.delete(await Array.fromAsync(store.keys('h1:e:')))
    await store.close()
    const wrong = anInstance({ tiers: [opened(2)], clock })
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      expect(await wrong.cache.sweep()).toEqual({ versions: 0, bodies: 0, partials: 0, bytes: 0 })
      clock.jump(3_700_000)
    }
    await wrong.close()
    expect(body.equals(await (await fetching()(origin.url('/f'))).bytes())).toBe(true)
    expect(origin.requests('/f')[1]?.headers.range).toBe('bytes=2096128-')
  },
)
