import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { CallOptions } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { inOrder, ok, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { rejection } from '../download/given.ts'
import { anInstance, anOrigin, folder } from '../stores/given.ts'

// A tier that cannot give a body says nothing of its bytes: they are right when they come again.

const BODY = Buffer.from(JSON.stringify({ text: pseudoRandom(9_000_000, 'unread').toString('hex') }))
const FRESH = { headers: { 'Cache-Control': 'max-age=3600' } }
const BROKEN: ChaosFault[] = [{ do: 'throw', on: 'bodies.read' }]
const DAMAGED: ChaosFault[] = [{ do: 'flip', on: 'bodies.read' }]

async function lengthOf(response: Response): Promise<number> {
  if (!response.ok) throw new Error(response.statusText)
  return (await response.text()).length
}

test.each([
  ['fails', BROKEN],
  ['has it damaged', DAMAGED],
])('use, the tier %s, the origin is away: the version is not refused for it', async (_, faults) => {
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, FRESH))
  const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
  const fetch = anInstance({ tiers: [store], retry: false, fallback: { cooldown: 0 } })
  await (await fetch(origin.url('/f'))).body?.cancel()
  await fetch.idle()
  origin.script('/f', status(503))
  const wrapped = async (response: Response): Promise<number> => {
    store.chaos.use(origin.hits() === 1 ? faults : [])
    return lengthOf(response).catch((cause: unknown) => {
      throw new Error('it could not be read', { cause })
    })
  }
  await expect(fetch.use(origin.url('/f'), wrapped)).rejects.toThrow('it could not be read')
  origin.script('/f', ok(BODY, FRESH))
  expect(await fetch.use(origin.url('/f'), wrapped)).toBe(BODY.length)
})

test('use, where the origin has another version by now: that one is read, and none is refused', async () => {
  const origin = await anOrigin()
  origin.script('/f', inOrder(ok(BODY, FRESH), ok('another', FRESH)))
  const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
  const fetch = anInstance({ tiers: [store], retry: false })
  await (await fetch(origin.url('/f'))).body?.cancel()
  await fetch.idle()
  const read = async (response: Response): Promise<number> => {
    store.chaos.use(origin.hits() === 1 ? DAMAGED : [])
    return lengthOf(response)
  }
  expect(await fetch.use(origin.url('/f'), read)).toBe('another'.length)
  expect((await fetch.entry(origin.url('/f')).versions()).flatMap(({ labels }) => labels)).toEqual([])
})

const hooks: [string, CallOptions][] = [
  ['a check', { check: async (response) => void (await response.json()) }],
  ['a schema', { schema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } } }],
]

test.each(hooks)(
  '%s that is asked of a body which its tier cannot give: STORE, and the same bytes pass the next time',
  async (_, options) => {
    const origin = await anOrigin()
    origin.script('/f', ok(BODY, FRESH))
    const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: BROKEN })
    const fetch = anInstance({ tiers: [store], retry: false, fallback: { cooldown: 0 } })
    expect((await rejection(fetch(origin.url('/f'), { holdfast: options }))).code).toBe('STORE')
    store.chaos.use([])
    const response = await fetch(origin.url('/f'), { holdfast: options })
    expect(await lengthOf(response)).toBe(BODY.length)
  },
)

test('a check that waits for its body until timeouts.deadline: TIMEOUT, for it is not the code that did not end', async () => {
  const clock = manualClock()
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, FRESH))
  const store = chaos(sqlite(join(folder(), 'cache.db')), { clock, faults: [{ do: 'hang', on: 'bodies.read' }] })
  const fetch = anInstance({ tiers: [store], clock, retry: false, storeTimeout: '1m', timeouts: { deadline: '1s' } })
  const asked = rejection(fetch(origin.url('/f'), { holdfast: { check: async (response) => void (await response.json()) } }))
  await expect.poll(() => store.chaos.injected.length).toBeGreaterThan(0)
  expect(await turnUntil(clock, asked)).toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('what the check reads'),
  })
})
