import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Entry, type Store } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { isSettled, turnUntil } from '../../helpers/turning.ts'
import { given, inspected } from '../download/given.ts'

// Across the network a version is written behind the answer: who has the answer in hand speaks of it all the same.

const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

/** Milliseconds: each write takes so long, and no time limit is near. */
const SLOW: ChaosFault = { do: { delay: 100 }, on: ['set', 'setMany', 'bodies.append'] }

const SIZES = [8_000, 300_000]
const LISTS: [string, (far: Store) => Store[]][] = [
  ['a slow tier alone', (far) => [far]],
  ['a slow tier behind a memory that is too small', (far) => [memory({ maxEntryBytes: '4KB' }), far]],
]

/** A body that was read to its end a moment ago. */
async function fetched(size: number, list: (far: Store) => Store[]) {
  const clock = manualClock()
  const far: ChaosStore = chaos(sqlite(':memory:', { clock }), { clock })
  const store: Store = { ...far, name: 'far', durable: true, remote: true, shared: true, close: async () => undefined }
  const g = await given({ tiers: list(store), ttl: 'http', versions: { maxPinned: 1 } }, clock)
  const done = <T>(work: Promise<T>): Promise<T> => turnUntil(clock, work, { step: 10 })
  const url = g.origin.url('/f')
  const brings = async (name: string): Promise<{ response: Response; id: string }> => {
    g.origin.script('/f', ok(pseudoRandom(size, name), PUBLIC))
    const response = await done(g.fetch(url, { cache: 'reload' }))
    await done(response.clone().arrayBuffer())
    return { response, id: inspected(response, 'miss').version.id }
  }
  const before = await brings('one')
  await done(g.fetch.idle())
  far.chaos.use([SLOW])
  const { response, id } = await brings('two')
  /** What another process finds when all is written. */
  const elsewhere = async <T>(look: (entry: Entry) => Promise<T>): Promise<T> => {
    await done(g.fetch.idle())
    far.chaos.use([])
    const other = createCachedFetch({ tiers: [store], clock, mode: 'offline', ttl: 'http' })
    const found = await look(other.entry(url))
    await done(other.close())
    return found
  }
  return { ...g, entry: g.fetch.entry(url), url, brings, before: before.id, id, response, store, done, elsewhere }
}

type Given = Awaited<ReturnType<typeof fetched>>

const questions: [string, (g: Given) => Promise<unknown>, (g: Given) => unknown][] = [
  ['versions', (g) => g.entry.versions(), (g) => [{ id: g.id }, { id: g.before }]],
  ['the latest version', (g) => g.entry.version('latest'), (g) => ({ id: g.id })],
  ['its id', (g) => g.entry.version(g.id), (g) => ({ id: g.id })],
  ['diff', (g) => g.entry.diff(g.before, g.id), () => ({ kind: 'bytes' })],
  ['label', (g) => g.entry.label('mine'), (g) => ({ id: g.id, labels: ['mine'] })],
  [
    'explain',
    async (g) => [await g.entry.explain()],
    () => [expect.stringMatching(/2 stored, newest first.*a call now: fresh/s)],
  ],
]

const cases = LISTS.flatMap(([tiers, list]) =>
  SIZES.flatMap((size) => questions.map(([name, ask, found]) => ({ tiers, list, size, name, ask, found }))),
)

test.each(cases)('$tiers, $size bytes: $name', async ({ size, list, ask, found }) => {
  await using g = await fetched(size, list)
  expect(await g.done(ask(g))).toMatchObject(found(g) as object)
})

const places = LISTS.flatMap(([tiers, list]) => SIZES.map((size) => ({ tiers, list, size })))

test.each(places)(
  '$tiers, $size bytes: what is said one after the other is known at once, and elsewhere later',
  async ({ size, list }) => {
    await using g = await fetched(size, list)
    expect((await g.done(g.entry.label('first'))).labels).toEqual(['first'])
    expect((await g.done(g.entry.label('second'))).labels).toEqual(['first', 'second'])
    await g.done(g.entry.pin())
    // One may be pinned, and this one is.
    await expect(g.done(g.entry.pin({ version: g.before }))).rejects.toBeInstanceOf(TypeError)
    await g.done(g.entry.setPolicy({ ttl: '7h' }))
    expect(await g.done(g.entry.policy())).toEqual({ ttl: '7h' })
    const [newest] = await g.done(g.entry.versions())
    expect(newest).toMatchObject({ id: g.id, labels: ['first', 'second'], pinned: true })
    const [there] = await g.elsewhere((entry) => entry.versions())
    expect(there).toMatchObject({ id: g.id, labels: ['first', 'second'], pinned: true })
  },
)

test.each(SIZES)('a slow tier alone, %i bytes: refused, the one before is the answer', async (size) => {
  await using g = await fetched(size, (far) => [far])
  await g.done(g.fetch.idle())
  const instead = await g.done(g.fetch.reject(g.response, 'no'))
  expect(Buffer.from(await instead.arrayBuffer())).toEqual(Buffer.from(pseudoRandom(size, 'one')))
})

test.each(SIZES)('a slow tier alone, %i bytes: deleted at once, it does not come back', async (size) => {
  await using g = await fetched(size, (far) => [far])
  await g.done(g.entry.delete())
  expect(await g.done(g.entry.versions())).toEqual([])
  expect(await g.elsewhere((entry) => entry.versions())).toEqual([])
})

test.each(SIZES)('a slow tier alone, %i bytes: listed at once, and deleted by its URL', async (size) => {
  await using g = await fetched(size, (far) => [far])
  expect(await g.done(Array.fromAsync(g.fetch.cache.entries()))).toMatchObject([{ url: g.url, versions: 2 }])
  const { id } = await g.brings('three')
  expect(await g.done(g.fetch.cache.delete({ url: g.url }))).toBe(1)
  expect(await g.elsewhere((entry) => entry.versions())).toEqual([])
  expect(id).not.toBe(g.id)
})

test.each(places)('$tiers, $size bytes: asked for again at once, it is a hit', async ({ size, list }) => {
  await using g = await fetched(size, list)
  const hits = g.origin.hits('/f')
  const again = await g.done(g.fetch(g.url))
  expect(inspected(again, 'hit').version.id).toBe(g.id)
  expect(Buffer.from(await g.done(again.arrayBuffer()))).toEqual(Buffer.from(pseudoRandom(size, 'two')))
  expect(g.origin.hits('/f')).toBe(hits)
})

test('a slow tier alone: whoever leaves does not wait until a body of many chunks is written', async () => {
  await using g = await fetched(3_000_000, (far) => [far])
  const leaving = new AbortController()
  const call = g.fetch(g.url, { signal: leaving.signal }).catch((error: Error) => error.name)
  expect(await isSettled(call)).toBe(false)
  leaving.abort()
  expect(await isSettled(call)).toBe(true)
  expect(await call).toBe('AbortError')
})

test('a result that was just computed', async () => {
  await using g = await fetched(8_000, (far) => [far])
  const double = g.fetch.buffered(async (n: number) => n * 2, { name: 'double', ttl: '1h' })
  expect(await g.done(double(4))).toBe(8)
  expect(await g.done(double.cache.peek(4))).toBe(8)
  expect((await g.done(double.cache.entry(4).label('mine'))).labels).toEqual(['mine'])
})

test('memory that has nothing of the entry yet: a label, and a pin too many, are told as all tiers know it', async () => {
  await using g = await fetched(8_000, (far) => [far])
  await g.done(g.entry.label('first', { version: g.before }))
  await g.done(g.entry.pin({ version: g.before }))
  await g.clock.advance(1)
  const fresh = createCachedFetch({ tiers: [memory(), g.store], clock: g.clock, versions: { maxPinned: 1 } })
  const entry = fresh.entry(g.url)
  expect((await entry.label('second', { version: g.before })).labels).toEqual(['first', 'second'])
  await expect(entry.pin({ version: g.id })).rejects.toThrow(/maxPinned/)
  await g.done(fresh.close())
})
