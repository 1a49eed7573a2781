import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { type Given, given, inspected } from './given.ts'

const body = pseudoRandom(3_000_000)

/** Downloaded, and then a bit of its second chunk is another one. */
async function downloadedAndDamaged(): Promise<Given & { store: ReturnType<typeof sqlite>; url: string }> {
  const store = sqlite(':memory:')
  const g = await given({ tiers: [store], ttl: '1h' })
  g.origin.script('/f', ok(body))
  const url = g.origin.url('/f')
  await (await g.fetch(url)).bytes()
  const id = new TextDecoder().decode(await store.get(`h1:d:${sha256(body)}`))
  const chunk = Uint8Array.from((await store.get(`h1:c:${id}:1`)) ?? [])
  expect(chunk.length).toBeGreaterThan(0)
  chunk[777] = (chunk[777] ?? 0) ^ 1
  await store.set(`h1:c:${id}:1`, chunk)
  return { ...g, store, url }
}

test('a large body that turns out damaged while it is read is given up: the origin is asked for the rest, and the next call finds that', async () => {
  await using g = await downloadedAndDamaged()
  expect(sha256(await (await g.fetch(g.url)).bytes())).toBe(sha256(body))
  await g.fetch.idle()
  expect(g.told('warning').map(({ warning }) => warning)).toEqual([expect.stringContaining('is given up')])
  const anew = await g.fetch(g.url)
  expect(inspected(anew, 'hit').version.size).toBe(body.length)
  expect(sha256(await anew.bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(2)
})

test('where nobody may be asked for the rest, the body breaks, and that version is no answer any more', async () => {
  await using g = await downloadedAndDamaged()
  await using alone = await given({ tiers: [g.store], mode: 'offline' }, g.clock)
  await expect((await alone.fetch(g.url)).bytes()).rejects.toMatchObject({ code: 'STORE' })
  await alone.fetch.idle()
  expect(alone.told('warning').map(({ warning }) => warning)).toEqual([expect.stringContaining('is given up')])
  await expect(alone.fetch(g.url)).rejects.toMatchObject({ code: 'NOT_CACHED' })
})
