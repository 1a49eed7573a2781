import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, got } from './given.ts'

test('in front of a failing tier, memory still answers with the new version', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok('v1'), ok('v2', { headers: { 'cache-control': 'max-age=60' } }))
  const store = chaos(sqlite(':memory:'), { faults: [] })
  const fetch = anInstance({ tiers: [memory(), store] })
  await fetch(origin.url('/f'))
  store.chaos.use([{ do: 'throw' }])
  expect(await got(await fetch(origin.url('/f')))).toBe('v2 (miss)')
  expect(await got(await fetch(origin.url('/f')))).toBe('v2 (hit)')
})
