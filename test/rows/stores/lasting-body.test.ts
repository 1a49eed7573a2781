import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, chaos } from '../../../adapters/testing/index.ts'
import { type Init, inspect, type Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok, stallHeaders, status } from '../../helpers/origin/index.ts'
import { until } from '../../helpers/redis.ts'
import { anInstance, anOrigin, folder } from './given.ts'

// The only tier that has a body goes silent, or loses it, while it is read: it goes on from the origin, where that has the same (X07, C07).

const BODY = pseudoRandom(5_500_000, 'lasting')
const FRESH = { headers: { 'Cache-Control': 'public, max-age=3600' }, etag: '"1"' }
const REFUSING: ChaosFault[] = [{ do: 'throw', on: ['set', 'setMany'] }]
const SILENT: ChaosFault[] = [{ do: 'hang' }]

const FAILURES: [string, ChaosFault[]][] = [
  ['is silent', SILENT],
  ['fails', [{ do: 'throw' }]],
  ['has lost it', [{ do: 'lie', on: 'bodies.read' }]],
  ['has it damaged', [{ do: 'flip', on: 'bodies.read' }]],
]

/** A hit whose first piece is read. */
async function begun(options: Options = {}, init: Init = {}) {
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, FRESH))
  const url = origin.url('/f')
  const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
  const lent = { ...store, close: async () => undefined }
  const before = anInstance({ tiers: [lent] })
  await (await before(url)).body?.cancel()
  await before.idle()
  const fetch = anInstance({ tiers: [store], storeTimeout: '400ms', ...options })
  const hit = await fetch(url, init)
  const reader = hit.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const got = [(await reader.read()).value ?? new Uint8Array(0)]
  /** All of it by its digest, or why it broke. */
  const rest = async (): Promise<string> => {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) got.push(next.value)
    } catch (error) {
      const read = Buffer.concat(got)
      expect(read.equals(BODY.subarray(0, read.length))).toBe(true)
      return `${(error as { code?: string }).code}: ${(error as Error).message}`
    }
    return sha256(Buffer.concat(got))
  }
  return { origin, url, store, fetch, hit, reader, rest }
}

test.each(FAILURES)('the tier %s: the stream ends right, and the origin was asked once', async (_how, faults) => {
  const g = await begun()
  g.store.chaos.use(faults)
  expect(await g.rest()).toBe(sha256(BODY))
  expect(g.origin.hits('/f')).toBe(2)
})

test.each(FAILURES)('the tier %s before anything was read: the same', async (_how, faults) => {
  const g = await begun()
  const whole = await g.fetch(g.url)
  g.store.chaos.use(faults)
  expect(sha256(await whole.bytes())).toBe(sha256(BODY))
  expect(g.origin.hits('/f')).toBe(2)
})

test('the tier is silent under a body whose renewal it did not take: what the origin brings is what is read', async () => {
  const g = await begun()
  g.store.chaos.use(REFUSING)
  const renewed = await g.fetch(g.url, { cache: 'no-cache' })
  expect(inspect(renewed)?.outcome).toBe('revalidated')
  g.store.chaos.use(SILENT)
  expect(sha256(await renewed.bytes())).toBe(sha256(BODY))
  expect(g.origin.hits('/f')).toBe(3)
})

test('a part of it is a part of it, and many readers cost one request', async () => {
  const g = await begun()
  const parts = await Promise.all([4, 5].map((n) => g.fetch(g.url, { headers: { Range: `bytes=${n}000000-${n}200000` } })))
  const others = await Promise.all([g.fetch(g.url), g.fetch(g.url)])
  g.store.chaos.use(SILENT)
  const reading = [...parts, ...others].map(async (response) => sha256(await response.bytes()))
  const bodies = await Promise.all([...reading, g.rest()])
  expect(bodies.slice(0, 2)).toEqual([4, 5].map((n) => sha256(BODY.subarray(n * 1_000_000, n * 1_000_000 + 200_001))))
  expect(bodies.slice(2)).toEqual([sha256(BODY), sha256(BODY), sha256(BODY)])
  expect(g.origin.hits('/f')).toBe(2)
})

test('where the origin has another version by now, the stream breaks, and says so: two versions are never one body', async () => {
  const g = await begun()
  g.origin.script('/f', ok(pseudoRandom(5_500_000, 'another'), { ...FRESH, etag: '"2"' }))
  g.store.chaos.use(SILENT)
  expect(await g.rest()).toMatch(/^STORE: sqlite\..*left alone.*the origin has another version/)
})

test('where the origin fails, or may not be asked, the stream breaks', async () => {
  const g = await begun({ retry: false })
  g.origin.script('/f', status(503))
  g.store.chaos.use(SILENT)
  expect(await g.rest()).toMatch(/^STORE: .*cannot be had again/)
  for (const [options, init] of [
    [{ mode: 'offline' }, {}],
    [{}, { cache: 'only-if-cached', mode: 'same-origin' }],
    [{}, { holdfast: { require: { asOf: new Date('2100-01-01') } } }],
  ] as [Options, Init][]) {
    const other = await begun(options, init)
    other.store.chaos.use(SILENT)
    expect(await other.rest()).toMatch(/^STORE: sqlite/)
    expect(other.origin.hits('/f')).toBe(1)
  }
})

test('who leaves in the midst of that is not waited for: the request ends too', async () => {
  const g = await begun()
  g.origin.script('/f', stallHeaders(ok(BODY), 10))
  g.store.chaos.use(SILENT)
  const rest = g.rest()
  await until(() => g.origin.hits('/f') === 2)
  await g.reader.cancel()
  await rest
  expect(await g.origin.requests().at(-1)?.ended).toBe('client-gone')
})

test.each(FAILURES)(
  'the tier %s under a stream that has come whole: it ends right, also where it loses that anew',
  async (_how, faults) => {
    const origin = await anOrigin()
    const body = Buffer.concat([BODY, BODY])
    origin.script('/f', ok(body, FRESH))
    const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
    const fetch = anInstance({ tiers: [store], storeTimeout: '400ms' })
    const answer = await fetch(origin.url('/f'), { holdfast: { delivery: 'streaming' } })
    await fetch.idle()
    store.chaos.use(faults)
    expect(sha256(await answer.bytes())).toBe(sha256(body))
  },
)
