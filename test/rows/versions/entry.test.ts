import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect, type Store } from '../../../src/index.ts'
import { inOrder, ok, status } from '../../helpers/origin/index.ts'
import { die, type Given, given, rejection, seen } from '../download/given.ts'

// A handle on what is stored: versions, labels, pins, and calls that name the one they want.
const places: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['both', () => [memory(), sqlite(':memory:')]],
]

/** Three versions, one an hour. */
async function three(tiers: Store[]): Promise<Given> {
  const g = await given({ tiers, ttl: 0, versions: { keep: 10 } })
  g.origin.script('/f', inOrder(ok('one'), ok('two'), ok('three')))
  for (let n = 0; n < 3; n += 1) {
    await seen(g.fetch(g.origin.url('/f')))
    await g.clock.advance(3_600_000)
  }
  return g
}

describe.each(places)('over %s', (_, tiers) => {
  test('versions newest first, with a limit and a start', async () => {
    await using g = await three(tiers())
    const entry = g.fetch.entry(g.origin.url('/f'))
    const sizes = async (filter?: object): Promise<number[]> => (await entry.versions(filter)).map(({ size }) => size)
    expect(await sizes()).toEqual([5, 3, 3])
    expect(await sizes({ limit: 1 })).toEqual([5])
    expect(await sizes({ skip: 1, limit: 0 })).toEqual([3, 3])
    expect((await entry.versions()).map(({ previous, next }) => [previous !== undefined, next !== undefined])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ])
  })

  test('latest, by id, by label, as of a time; each with its body', async () => {
    await using g = await three(tiers())
    const entry = g.fetch.entry(g.origin.url('/f'))
    const text = async (which: Parameters<typeof entry.version>[0]): Promise<string | undefined> =>
      (await (await entry.version(which))?.response())?.text()
    const [, second] = await entry.versions()
    await entry.label('app-1.4', { version: second?.id ?? '' })
    expect(await text('latest')).toBe('three')
    expect(await text(second?.id ?? '')).toBe('two')
    expect(await text({ label: 'app-1.4' })).toBe('two')
    expect(await text({ asOf: new Date(g.clock.now() - 3 * 3_600_000 + 1) })).toBe('one')
    expect([await text('valid'), await text({ label: 'nothing' }), await text({ asOf: new Date(0) })]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('prefer and require: a version, a label, a pin, a time; without the network', async () => {
    await using g = await three(tiers())
    const entry = g.fetch.entry(g.origin.url('/f'))
    const [, second, first] = await entry.versions()
    await entry.label('app-1.4', { version: first?.id ?? '' })
    await entry.pin({ version: second?.id ?? '' })
    await die(g.origin)
    const get = async (require: object): Promise<string> =>
      (await g.fetch(g.origin.url('/f'), { holdfast: { require: require as { label: string } } })).text()
    expect([await get({ version: second?.id }), await get({ label: 'app-1.4' }), await get({ pinned: true })]).toEqual([
      'two',
      'one',
      'two',
    ])
    expect(await get({ asOf: new Date(g.clock.now() - 2 * 3_600_000 + 1).toISOString() })).toBe('two')
    expect(await rejection(get({ label: 'app-9' }) as Promise<never>)).toMatchObject({ code: 'VERSION_NOT_FOUND' })
    const preferred = await g.fetch(g.origin.url('/f'), { holdfast: { prefer: { label: 'app-1.4' } } })
    expect([await preferred.text(), inspect(preferred)?.outcome]).toEqual(['one', 'hit'])
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('a preferred version that is not there: as without', async () => {
    await using g = await three(tiers())
    const answer = await g.fetch(g.origin.url('/f'), { holdfast: { prefer: { label: 'app-9' } } })
    expect([await answer.text(), inspect(answer)?.outcome]).toEqual(['three', 'revalidated'])
  })

  test('failed: the one before is current; unlabelled, it is back; valid is what is fallen back to', async () => {
    await using g = await three(tiers())
    const entry = g.fetch.entry(g.origin.url('/f'))
    const current = async (): Promise<string> => (await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })).text()
    const { id } = await entry.label('failed', { reason: new Error('bad numbers') })
    expect(await current()).toBe('two')
    await entry.unlabel('failed', { version: id })
    expect(await current()).toBe('three')
    await entry.label('valid', { version: (await entry.versions())[2]?.id ?? '' })
    expect(await current()).toBe('three')
    await die(g.origin)
    const fallen = await g.fetch(g.origin.url('/f'), { holdfast: { retry: false } })
    expect([await fallen.text(), inspect(fallen)?.outcome]).toEqual(['one', 'fallback'])
  })

  test('pins: for ever, for a while, given back', async () => {
    await using g = await three(tiers())
    const entry = g.fetch.entry(g.origin.url('/f'))
    const pinned = async (): Promise<number> => (await entry.versions({ pinned: true })).length
    await entry.pin({ for: '1h' })
    expect(await pinned()).toBe(1)
    expect((await entry.versions({ pinned: false })).map((version) => version.pinned)).toEqual([false, false])
    await g.clock.advance(3_600_001)
    expect(await pinned()).toBe(0)
    {
      await using _hold = await entry.pin()
      expect(await pinned()).toBe(1)
    }
    expect(await pinned()).toBe(0)
  })

  test('refresh asks whatever is fresh; failures are told, and are no versions', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1h', retry: false })
    g.origin.script('/f', inOrder(ok('one'), ok('two'), status(503)))
    const entry = g.fetch.entry(g.origin.url('/f'))
    expect([await (await entry.fetch()).text(), await (await entry.refresh()).text()]).toEqual(['one', 'two'])
    await g.clock.advance(1_000)
    expect(await (await entry.refresh()).text()).toBe('two')
    expect((await entry.failures()).map((attempts) => attempts.map((attempt) => attempt.status))).toEqual([[503]])
    expect(await entry.versions()).toHaveLength(2)
  })
})

test('labels said at once: none is lost, also for another instance after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-versions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'cache.db')
  await using g = await given({ tiers: [sqlite(file)], ttl: '1h' })
  g.origin.script('/f', ok('one'))
  await seen(g.fetch(g.origin.url('/f')))
  const words = Array.from({ length: 20 }, (_, n) => `word-${n}`)
  const entry = g.fetch.entry(g.origin.url('/f'))
  await Promise.all(words.map((word) => entry.label(word)))
  const again = createCachedFetch({ tiers: [sqlite(file)], clock: g.clock })
  const [version] = await again.entry(g.origin.url('/f')).versions()
  expect([...(version?.labels ?? [])].sort()).toEqual(words.sort())
  await again.close()
})

test.each([
  ['label', (g: Given) => g.fetch.entry(g.origin.url('/f')).label('!')],
  ['versions.limit', (g: Given) => g.fetch.entry(g.origin.url('/f')).versions({ limit: -1 })],
  ['pin', (g: Given) => g.fetch.entry(g.origin.url('/f')).pin({ until: new Date(), for: '1h' })],
  ['version', (g: Given) => g.fetch.entry(g.origin.url('/f')).version({ label: 'a', asOf: new Date() } as never)],
  ['holdfast.require', (g: Given) => g.fetch(g.origin.url('/f'), { holdfast: { require: {} as never } })],
])('a wrong %s is a TypeError that names it', async (name, call) => {
  await using g = await given()
  const error = await (async () => call(g))().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toContain(name)
})

test('an entry is that of its URL as it was when it was asked for', async () => {
  await using g = await given()
  const url = new URL(g.origin.url('/a'))
  const entries = ['/a', '/b'].map((path) => {
    url.pathname = path
    g.origin.script(path, ok(path))
    return g.fetch.entry(url)
  })
  for (const entry of entries) await seen(entry.fetch())
  await entries[0]?.delete()
  expect(await Promise.all(entries.map((entry) => entry.versions()))).toEqual([[], [expect.objectContaining({ url: url.href })]])
})
