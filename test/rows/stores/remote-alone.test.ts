import { expect, test } from 'vitest'
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
