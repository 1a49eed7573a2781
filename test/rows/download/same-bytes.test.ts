import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, inspected } from './given.ts'

const body = pseudoRandom(2_500_000)
const digest = sha256(body)

test('bytes that came before, and whose body is gone from the store, are kept anew: nothing names what is not there', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store] })
  g.origin.script('/f', ok(body), ok('between'), ok(body))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  const id = new TextDecoder().decode(await store.get(`h1:d:${digest}`))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  await store.delete([0, 1, 2].map((n) => `h1:c:${id}:${n}`))
  await store.bodies?.delete([id])
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(digest)
  const kept = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
  expect(inspected(kept, 'hit').version.size).toBe(body.length)
  expect(sha256(await kept.bytes())).toBe(digest)
})

test('bytes that came before, and whose body is there, stand in the store once', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store] })
  g.origin.script('/f', ok(body), ok('between'), ok(body))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  const first = new TextDecoder().decode(await store.get(`h1:d:${digest}`))
  for (let n = 0; n < 2; n += 1) await (await g.fetch(g.origin.url('/f'))).bytes()
  await g.fetch.idle()
  await rounds()
  expect(new TextDecoder().decode(await store.get(`h1:d:${digest}`))).toBe(first)
  const chunks = await Array.fromAsync(store.keys('h1:c:'))
  const files = store.bodies === undefined ? [] : await Array.fromAsync(store.bodies.ids())
  expect([...new Set([...chunks.map((key) => key.split(':')[2]), ...files])]).toEqual([first])
})
