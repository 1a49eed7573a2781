import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given } from './given.ts'
import { readerOf, take, untilBroken } from './reading.ts'

const MIB = 1024 * 1024
const streaming = { holdfast: { delivery: 'streaming' as const } }

/** A store that takes no chunk before it is told to. */
function holding(until: Promise<void>): Store {
  const store = sqlite(':memory:')
  const set: Store['set'] = async (key, value, options) => {
    if (key.startsWith('h1:c:')) await until
    return store.set(key, value, options)
  }
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === 'set' ? set : Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

test('who begins to read while a body that broke is being put away has all of the one in its place', async () => {
  const held = Promise.withResolvers<void>()
  await using g = await given({ tiers: [holding(held.promise)] })
  const [first, second] = [pseudoRandom(2 * MIB, 'first'), pseudoRandom(2 * MIB, 'second')]
  g.origin.script('/f', cut(first, '75%'), ok(second))
  const [one, other] = await Promise.all([g.fetch(g.origin.url('/f'), streaming), g.fetch(g.origin.url('/f'), streaming)])
  // From the moment at which it tells those who have read.
  expect((await untilBroken(one)).error).toMatchObject({ code: 'TRUNCATED' })
  const read = take(readerOf(other), Number.POSITIVE_INFINITY)
  await rounds()
  held.resolve()
  expect(sha256(await read)).toBe(sha256(second))
})
