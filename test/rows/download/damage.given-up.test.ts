import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given, inspected } from './given.ts'

const body = pseudoRandom(3_000_000)

test('a large body that turns out damaged while it is read is given up: the origin is asked for the rest, and the next call finds that', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store], ttl: '1h' })
  g.origin.script('/f', ok(body))
  await (await g.fetch(g.origin.url('/f'))).bytes()
  const id = new TextDecoder().decode(await store.get(`h1:d:${sha256(body)}`))
  const chunk = Uint8Array.from((await store.get(`h1:c:${id}:1`)) ?? [])
  expect(chunk.length).toBeGreaterThan(0)
  chunk[777] = (chunk[777] ?? 0) ^ 1
  await store.set(`h1:c:${id}:1`, chunk)
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  await g.fetch.idle()
  expect(g.told('warning').map(({ warning }) => warning)).toEqual([expect.stringContaining('is given up')])
  const anew = await g.fetch(g.origin.url('/f'))
  expect(inspected(anew, 'hit').version.size).toBe(body.length)
  expect(sha256(await anew.bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(2)
})
