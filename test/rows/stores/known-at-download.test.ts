import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got, lasting } from './given.ts'

// What a shared store knew of an entry when nothing of it could answer, memory knows too once the answer is there.

interface Two {
  readonly url: string
  readonly one: CachedFetch
  readonly other: CachedFetch
}

/** Two machines, each with memory of its own before one store across the network. */
async function two(): Promise<Two> {
  const [clock, place, origin] = [manualClock(), folder(), await anOrigin()]
  const [, far] = lasting[0] as (typeof lasting)[number]
  const headers = { 'cache-control': 'public, max-age=3600', vary: 'accept-language' }
  origin.script('/f', inOrder(ok('one', { headers }), ok('two', { headers }), ok('three', { headers })))
  const machine = (): CachedFetch => {
    const across: Store = { ...chaos(far(place, clock), {}), remote: true, shared: true }
    return anInstance({ tiers: [memory(), across], clock, retry: false, storeTimeout: '60s' })
  }
  return { url: origin.url('/f'), one: machine(), other: machine() }
}

const inEnglish = { headers: { 'accept-language': 'en' } }

test('a tag that another machine gave with another variant counts for the one downloaded here', async () => {
  const { url, one, other } = await two()
  await got(await other(url, { headers: { 'accept-language': 'de' }, holdfast: { tags: ['prices'] } }))
  await other.idle()
  expect(await got(await one(url, inEnglish))).toBe('two (miss)')
  await one.cache.invalidate({ tag: 'prices' })
  expect(await got(await one(url, inEnglish))).toBe('three (miss)')
})

test('a policy that another machine set before anything was downloaded counts for the first hit', async () => {
  const { url, one, other } = await two()
  await other.entry(url).setPolicy({ ttl: 0 })
  await other.idle()
  expect(await got(await one(url))).toBe('one (miss)')
  expect(await got(await one(url))).toBe('two (miss)')
})
