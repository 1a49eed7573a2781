import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CallOptions } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { ask } from './judging.ts'

// The only version is refused by one caller's own check: 'failed' is the entry's word, and other bytes end it at once.
const check: CallOptions['check'] = async (response) => {
  if ((await response.text()) === 'bad') throw new Error('not this')
}

test.each([
  ['memory', () => [memory()]],
  ['both', () => [memory(), sqlite(':memory:')]],
] as const)('an explicit refresh and cache: reload heal it, for all callers; %s', async (_, tiers) => {
  await using g = await given({ tiers: tiers(), ttl: '1h' })
  g.origin.script('/f', ok('bad'))
  expect(await ask(g, { holdfast: { check } })).toEqual({ rejected: 'REJECTED' })
  expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
  g.origin.script('/f', ok('good'))
  expect(await ask(g, { cache: 'reload' })).toMatchObject({ text: 'good' })
  expect(await ask(g, { holdfast: { check } })).toMatchObject({ text: 'good', outcome: 'hit' })
  g.origin.script('/f', ok('bad'))
  await g.clock.advance(3_600_001)
  expect(await ask(g)).toMatchObject({ text: 'good', outcome: 'fallback' })
  g.origin.script('/f', ok('better'))
  expect(await (await g.fetch.entry(g.origin.url('/f')).refresh()).text()).toBe('better')
  expect(await ask(g)).toMatchObject({ text: 'better', outcome: 'hit' })
})
