import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

// What the only tier did not take is held in hand, answers as if it stood there, and is brought when it can be; bounded (S03, S04).

const WRITES = ['set', 'setMany', 'lease', 'delete', 'bodies.append'] as const

async function alone(before: Store[] = []) {
  const clock = manualClock()
  const inner = sqlite(':memory:', { clock })
  const store = chaos(inner, { clock })
  const g = await given({ tiers: [...before, { ...store, name: 'only', close: async () => undefined }], ttl: '1h' }, clock)
  const refuses = (): void => store.chaos.use([{ do: 'throw', on: WRITES }])
  const heals = async (): Promise<void> => {
    store.chaos.use([])
    await turnFor(clock, 12_000)
    await turnUntil(clock, g.fetch.idle())
  }
  /** What another process finds, that may ask nobody. */
  const elsewhere = () => createCachedFetch({ tiers: [{ ...store, close: async () => undefined }], clock, mode: 'offline' })
  return { ...g, store, refuses, heals, elsewhere }
}

type Alone = Awaited<ReturnType<typeof alone>>

const other = (g: Alone): Promise<Response> =>
  createCachedFetch({ tiers: [{ ...g.store, close: async () => undefined }], clock: g.clock, ttl: '1h' })(g.origin.url('/f'))

test.each([100, 300_000, 3_000_000])('a version of %i bytes: a hit meanwhile, and there afterwards', async (size) => {
  await using g = await alone()
  const body = pseudoRandom(size, 'owed')
  g.origin.script('/f', ok(body))
  g.refuses()
  for (let n = 0; n < 3; n++) expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(1)
  await g.heals()
  await using other = g.elsewhere()
  expect(sha256(await (await other(g.origin.url('/f'))).bytes())).toBe(sha256(body))
})

test.each([
  ['this process has brought: it is the answer', (g: Alone) => g.fetch(g.origin.url('/f'), { cache: 'reload' }), 'v2 (hit)'],
  ['another process has brought: nobody takes the older one for fresh', (g: Alone) => other(g), 'v3 (miss)'],
])('what waits in hand, while the tier cannot be read, of an entry that has a newer version which %s', async (_, bring, then) => {
  await using g = await alone()
  g.origin.script('/f', ok('v1'), ok('v2'), ok('v3'))
  g.store.chaos.use([{ do: 'throw', on: 'setMany', call: 1 }])
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (miss)')
  await g.clock.advance(1_000)
  expect(await got(await bring(g))).toContain('v2')
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v2 (hit)')
  g.store.chaos.use([{ do: 'throw', on: ['get', 'getMany'] }])
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe(then)
})

test('a store that can be glanced at, and had nothing a moment ago', async () => {
  const clock = manualClock()
  const inner: Store = sqlite(':memory:', { clock })
  const refused = ['set', 'setMany', 'compareAndSet', 'lease', 'delete'].map((name) => [
    name,
    () => Promise.reject(new Error('read-only for a while')),
  ])
  await using g = await given({ tiers: [Object.assign(inner, Object.fromEntries(refused))], ttl: '1h' }, clock)
  g.origin.script('/f', ok('v1'))
  // Only what is open can be glanced at.
  await inner.get('h1:')
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (miss)')
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (hit)')
  expect(g.origin.hits('/f')).toBe(1)
})

test('labels, and the newest of many versions; what was read before is not answered any more', async () => {
  await using g = await alone()
  g.origin.script('/f', ok('before'))
  for (let n = 0; n < 2; n++) await got(await g.fetch(g.origin.url('/f')))
  g.refuses()
  for (let n = 0; n < 20; n++) {
    g.origin.script('/f', ok(`${n}`))
    await got(await g.fetch(g.origin.url('/f'), { cache: 'reload' }))
    expect(await got(await g.fetch(g.origin.url('/f')))).toBe(`${n} (hit)`)
  }
  await g.fetch.entry(g.origin.url('/f')).label('app-2')
  await g.heals()
  await using other = g.elsewhere()
  expect(await got(await other(g.origin.url('/f')))).toBe('19 (hit)')
  expect((await other.entry(g.origin.url('/f')).versions())[0]?.labels).toEqual(['app-2'])
})

test('what is good, and what is pinned, outlasts the newer ones that come and are refused', async () => {
  await using g = await alone()
  const url = g.origin.url('/f')
  const asked = { cache: 'no-cache', holdfast: { check: refusesBad } } as const
  g.refuses()
  g.origin.script('/f', ok('pinned'))
  await got(await g.fetch(url, asked))
  await g.fetch.entry(url).pin()
  g.origin.script('/f', ok('good'))
  await got(await g.fetch(url, asked))
  for (let n = 0; n < 5; n++) {
    g.origin.script('/f', ok(`bad ${n}`))
    expect(await got(await g.fetch(url, asked))).toBe('good (fallback)')
  }
  expect(await g.fetch.entry(url).versions({ pinned: true })).toMatchObject([{ size: 6 }])
  await g.heals()
  await using other = g.elsewhere()
  expect(await got(await other(url, { holdfast: { require: { pinned: true } } }))).toBe('pinned (hit)')
})

async function refusesBad(response: Response): Promise<void> {
  if ((await response.text()).startsWith('bad')) throw new Error('bad')
}

test('one that is confirmed again and again takes the room of one', async () => {
  await using g = await alone()
  g.origin.script('/f', ok(pseudoRandom(5_000_000, 'again')))
  g.refuses()
  for (let n = 0; n < 10; n++) await (await g.fetch(g.origin.url('/f'), { cache: 'no-cache' })).bytes()
  expect(g.told('warning')).toEqual([])
  expect((await g.fetch.entry(g.origin.url('/f')).versions()).length).toBe(1)
})

test('no more than 32 MB wait: the oldest is given up, and said so', async () => {
  await using g = await alone([memory({ maxEntryBytes: '1KB' })])
  g.refuses()
  const body = pseudoRandom(9_000_000, 'large')
  for (const path of ['/1', '/2', '/3', '/4']) {
    g.origin.script(path, ok(body))
    await (await g.fetch(g.origin.url(path))).bytes()
  }
  expect(g.told('warning').map(({ warning }) => warning)).toContainEqual(
    expect.stringMatching(/only could not be written.*given up/),
  )
  await g.heals()
  await using other = g.elsewhere()
  const found = await Promise.allSettled(['/1', '/2', '/3', '/4'].map((path) => other(g.origin.url(path))))
  expect(found.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
})

test.each([
  ['two tiers here', false],
  ['one here, one elsewhere', true],
])('%s: what the first does not take, the next has before it is acknowledged', async (_, remote) => {
  const clock = manualClock()
  const inner = sqlite(':memory:', { clock })
  const [away, next] = [chaos(sqlite(':memory:', { clock }), { clock }), chaos(inner, { clock })]
  await using g = await given(
    { tiers: [away, { ...next, name: 'next', remote, close: async () => undefined }], ttl: '1h' },
    clock,
  )
  const entry = g.fetch.entry(g.origin.url('/f'))
  await g.fetch.put(g.origin.url('/f'), new Response('before'))
  await g.fetch.idle()
  away.chaos.use([{ do: 'throw', on: WRITES }])
  next.chaos.use([{ do: { delay: 50 }, on: WRITES }])
  await turnUntil(clock, entry.label('app-2'))
  await turnUntil(clock, entry.pin())
  await turnUntil(clock, g.fetch.put(g.origin.url('/f'), new Response('after')))
  // As a process that is killed now leaves it.
  await using other = createCachedFetch({
    tiers: [{ ...chaos(inner, {}), close: async () => undefined }],
    clock,
    mode: 'offline',
  })
  const left = await other.entry(g.origin.url('/f')).versions()
  expect(left.map(({ size, labels, pinned }) => ({ size, labels, pinned }))).toEqual([
    { size: 5, labels: [], pinned: false },
    { size: 6, labels: ['app-2'], pinned: true },
  ])
})

test('refused, for another process had taken over, who then brings nothing: it is in hand, and brought later', async () => {
  const clock = manualClock()
  const store: Store = sqlite(':memory:', { clock })
  const write = store.compareAndSet?.bind(store)
  let refusals = 0
  store.compareAndSet = async (...set) => {
    if (refusals-- > 0) throw Object.assign(new Error('the right has passed on'), { code: 'FENCED' })
    return (await write?.(...set)) === true
  }
  await using g = await given({ tiers: [store], retry: false }, clock)
  await using other = await given({ tiers: [store], retry: false }, clock)
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('v1'), ok('v2'), status(503))
  await (await g.fetch(url)).text()
  await clock.advance(1_000)
  refusals = 1
  for (let n = 0; n < 2; n++) expect(await (await g.fetch(url)).text()).toBe('v2')
  await turnFor(clock, 5_000)
  expect(await (await other.fetch(url)).text()).toBe('v2')
})
