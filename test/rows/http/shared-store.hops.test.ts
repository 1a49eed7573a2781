import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { fill } from './given.ts'
import { type SharedStore, sharedStore } from './shared-store.ts'

const CANARY = 'canary'

async function fronted(script: Record<string, Step>): Promise<Bench & { store: SharedStore }> {
  const store = sharedStore()
  const b = await bench(script, { tiers: [memory(), store] })
  return Object.assign(b, { store })
}

describe('a hop that may not be stored, on the way to an answer that may (RFC 9111, 3)', () => {
  test.each(['private', 'no-store'])('a %s hop on the way to a public answer: its Location is nobody else’s', async (control) => {
    const hop = status(302, { Location: '/there?token=canary', 'Cache-Control': `${control}, max-age=60` })
    await using b = await fronted({ '/r': hop, '/there': ok('public', { headers: { 'Cache-Control': 'max-age=60' } }) })
    expect(await fill(b)).toBe('public')
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
    await fill(b, { redirect: 'manual' })
    await b.fetch.idle()
    expect(b.store.knows(CANARY)).toBe(false)
  })

  test('a no-store hop keeps the whole chain out of every store', async () => {
    const hop = status(302, { Location: '/there', 'Cache-Control': 'no-store' })
    await using b = await fronted({ '/r': hop, '/there': ok('public', { headers: { 'Cache-Control': 'max-age=60' } }) })
    await fill(b)
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
  })
})
