import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type Init, inspect } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { folder } from '../stores/given.ts'
import { bodiesOf } from '../versions/bodies-at-rest.ts'
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

test.each<[string, Init[]]>([
  ['one of them insists', [{}, { cache: 'no-cache' }, { cache: 'reload' }]],
  ['one of them checks', [{}, { holdfast: { check: () => undefined } }]],
  ['one of them knows the size', [{}, { holdfast: { expect: { size: 7 } } }]],
])('callers who fly apart bring the same bytes, as %s: one version, and the one before stays', async (_, inits) => {
  await using g = await given({ tiers: [memory()], versions: { keep: 2 } })
  const [before, after] = ['version 1', 'changed']
  g.origin.script('/f', ok(before), ok(after))
  await (await g.fetch(g.origin.url('/f'))).text()
  const answers = await Promise.all(inits.map((init) => g.fetch(g.origin.url('/f'), init)))
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(inits.map(() => after))
  expect(answers.filter((answer) => inspect(answer)?.outcome === 'miss')).toHaveLength(1)
  const versions = await g.fetch.entry(g.origin.url('/f')).versions()
  expect(versions.map(({ digest: of }) => of)).toEqual([sha256(Buffer.from(after)), sha256(Buffer.from(before))])
})

test('bytes that came before, streamed to who leaves them when the instance is closed: they go before their store is', async () => {
  const place = join(folder(), 'cache.db')
  await using g = await given({ tiers: [sqlite(place)] })
  const url = g.origin.url('/f')
  g.origin.script('/f', ok(pseudoRandom(100_000, 'again')))
  await (await g.fetch(url)).arrayBuffer()
  const left = await g.fetch(url, { holdfast: { delivery: 'streaming' } })
  await g.fetch.idle()
  await g.fetch.close()
  await left.body?.cancel()
  await rounds()
  const store = sqlite(place)
  expect(await bodiesOf(store)).toHaveLength(1)
  await store.close()
  expect(g.told('tier-error')).toEqual([])
})
