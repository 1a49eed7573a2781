import Keyv from 'keyv'
import { expect, test } from 'vitest'
import { keyv } from '../../../adapters/stores/keyv.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// Where no durable tier is here, a body is brought across the network behind the answer: out of a spool, whoever has read it by then.
const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }
const far = (): Store => ({ ...chaos(sqlite(':memory:'), {}), name: 'far', remote: true, shared: true })

test.each([
  ['alone', 300_000, () => [far()]],
  ['alone', 12_000_000, () => [far()]],
  ['behind memory', 300_000, () => [memory({ maxBytes: '1MB' }), far()]],
  ['behind memory', 12_000_000, () => [memory({ maxBytes: '1MB' }), far()]],
])('a tier across the network, %s: a body of %i bytes is a hit afterwards', async (_, size, tiers) => {
  await using g = await given({ tiers: tiers(), ttl: 'http' })
  const body = pseudoRandom(size, 'far')
  g.origin.script('/f', ok(body, PUBLIC))
  for (let n = 0; n < 3; n += 1) {
    const answer = await g.fetch(g.origin.url('/f'))
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
    await g.fetch.idle()
  }
  expect(g.origin.hits('/f')).toBe(1)
})

test('bytes that were refused, and came again while one read of a Keyv failed, are the version that was refused', async () => {
  const store = chaos(keyv(new Keyv(), { remote: true }), {})
  await using g = await given({ tiers: [store] })
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('good'), ok('bad'))
  await (await g.fetch(url)).text()
  await (await g.fetch.reject(await g.fetch(url), 'no good')).text()
  store.chaos.use([{ do: 'throw', on: 'getMany', call: 1 }])
  await (await g.fetch(url)).text()
  expect(store.chaos.injected).toHaveLength(1)
  expect(await g.fetch.entry(url).versions()).toMatchObject([{ labels: ['failed'] }, { labels: [] }])
})

/** What of it matches is not taken. */
class Refusing extends Map<string, string> {
  refused = /^never$/

  override set(key: string, value: string): this {
    if (this.refused.test(key)) throw new Error('not now')
    return super.set(key, value)
  }
}

test('a version that was not brought into a Keyv is named by no entry there', async () => {
  const map = new Refusing()
  await using g = await given({ tiers: [keyv(new Keyv({ store: map }), { durable: true })] })
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('one'), ok('two'))
  await (await g.fetch(url)).text()
  map.refused = /h1:v:/
  expect(await (await g.fetch(url)).text()).toBe('two')
  await using other = await given({ tiers: [keyv(new Keyv({ store: map }))], mode: 'offline' })
  expect(await other.fetch.entry(url).versions()).toHaveLength(1)
  expect(await other.fetch.cache.audit()).toMatchObject({ checked: 1, damaged: [] })
})
