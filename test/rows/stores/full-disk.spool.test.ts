import { existsSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

/** A file system that has no room, wherever it is there. */
const FULL = '/proc'

// One disk for all, as on most machines: what the tier does not take finds no room in the folder for temporary files either.
// Needs /proc, which Linux has.
test.skipIf(!existsSync(FULL)).each([
  { tiers: 'the tier alone', bytes: 70_000, headers: {} },
  { tiers: 'the tier alone', bytes: 3_000_000, headers: {} },
  { tiers: 'behind memory', bytes: 9_000_000, headers: {} },
  { tiers: 'the tier alone', bytes: 300_000, headers: { 'Cache-Control': 'no-store' } },
])('a full disk, $tiers: $bytes bytes come all the same $headers', async ({ tiers, bytes, headers }) => {
  vi.stubEnv('TMPDIR', FULL)
  onTestFinished(() => void vi.unstubAllEnvs())
  const clock = manualClock()
  const full = chaos(sqlite(':memory:', { clock }), { clock })
  full.chaos.use([{ do: 'throw', on: ['set', 'setMany', 'lease'] }])
  await using g = await given({ tiers: tiers === 'behind memory' ? [memory(), full] : [full], ttl: '1h' }, clock)
  const body = pseudoRandom(bytes, 'full')
  g.origin.script('/f', ok(body, { headers }))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(sha256(await (await g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming' } })).bytes())).toBe(sha256(body))
})
