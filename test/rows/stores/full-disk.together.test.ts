import { expect, test } from 'vitest'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { folder, lasting } from './given.ts'

const BODIES = 4

/** Takes the first piece of each body, and has no room for the second ones, which all come before the first of them is refused. */
function filling(store: Store): Store {
  const { bodies } = store as Required<Store>
  const begun = new Set<string>()
  const allCame = Promise.withResolvers<void>()
  let second = 0
  const append: typeof bodies.append = async (id, bytes) => {
    if (!begun.has(id)) {
      begun.add(id)
      return bodies.append(id, bytes)
    }
    second += 1
    if (second === BODIES) allCame.resolve()
    await allCame.promise
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  return { ...store, bodies: { ...bodies, append } }
}

// It is left alone after three of them. What they have there would keep the disk full, and a store that takes nothing is not swept either.
test.each(lasting)('%s: bodies that fill its disk side by side leave nothing there', async (_, open) => {
  const clock = manualClock()
  const store = chaos(open(folder(), clock), { clock })
  await using g = await given({ tiers: [filling(store)], ttl: '1h' }, clock)
  const body = pseudoRandom(2_500_000, 'too much')
  const paths = Array.from({ length: BODIES }, (_unused, n) => `/${n}`)
  for (const path of paths) g.origin.script(path, ok(body))
  const came = await Promise.all(paths.map(async (path) => sha256(await (await g.fetch(g.origin.url(path))).bytes())))
  expect(new Set(came)).toEqual(new Set([sha256(body)]))
  expect(g.told('tier-state')).toMatchObject([{ state: 'open' }])
  expect(await Array.fromAsync(store.bodies?.ids() ?? [])).toEqual([])
})
