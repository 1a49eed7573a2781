import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { aFile, all, another, HOUR, history, places, thrownBy } from './histories.ts'

// The sweeper: what it removes, what it says, and two of them at once (B121).
// What one instance keeps, another that keeps less finds to sweep: so it is of no account whether writing collects already.
const [KEEP_20, KEEP_2] = [{ versions: { keep: 20, maxPinned: 20 } }, { versions: { keep: 2 } }]

describe.each(places)('over %s', (_, tiers) => {
  test('it says what it removed; a second one right after it finds nothing', async () => {
    await using g = await history(tiers(), KEEP_20)
    const { cache } = g.fetch.extend(KEEP_2)
    // Each is larger than what is kept inside a record, so that bytes are at rest for them.
    await g.atOnce(...['1', '2', '3', '4', '5'].map((seed) => pseudoRandom(100_000, seed)))
    const before = await all(g.entry)
    const report = await cache.sweep()
    expect(report).toEqual({
      versions: before.length - 2,
      bodies: expect.any(Number),
      partials: 0,
      bytes: expect.any(Number),
    })
    expect((await all(g.entry)).map(({ id }) => id)).toEqual(before.slice(0, 2).map(({ id }) => id))
    expect(await cache.sweep()).toMatchObject({ versions: 0, partials: 0 })
  })

  test('dryRun says the same, and removes nothing, however often', async () => {
    await using g = await history(tiers(), KEEP_20)
    const { cache } = g.fetch.extend(KEEP_2)
    await g.atOnce('1', '2', '3', '4')
    const versions = (await all(g.entry)).length
    const dry = await cache.sweep({ dryRun: true })
    expect(await cache.sweep({ dryRun: true })).toEqual(dry)
    expect(await all(g.entry)).toHaveLength(versions)
    expect(dry.versions).toBe(versions - 2)
    expect((await cache.sweep({ dryRun: false })).versions).toBe(dry.versions)
    expect(await g.texts()).toEqual(['3', '4'])
  })

  test('two at once, and one while versions come in: each version is counted once, none too many is removed', async () => {
    await using g = await history(tiers(), KEEP_20)
    const { cache } = g.fetch.extend(KEEP_2)
    await g.atOnce(...Array.from({ length: 20 }, (_, n) => `v${n + 1}`))
    const before = (await all(g.entry)).length
    const reports = await Promise.all([cache.sweep(), cache.sweep(), cache.sweep()])
    expect(reports.reduce((sum, { versions }) => sum + versions, 0)).toBe(before - 2)
    g.origin.script('/f', ok('v21'))
    await Promise.all([cache.sweep(), seen(g.fetch(g.url, { cache: 'reload' })), cache.sweep()])
    expect((await g.texts()).slice(-2)).toEqual(['v20', 'v21'])
  })

  test('what is left after a sweep is all there: every version of every entry, with its body', async () => {
    await using g = await history(tiers(), KEEP_20)
    const { cache } = g.fetch.extend(KEEP_2)
    const bodies = ['a', 'b', 'c'].map((seed) => pseudoRandom(150_000, seed).toString('latin1'))
    for (let n = 0; n < 12; n += 1) {
      const path = `/e${n}`
      for (const body of bodies) {
        g.origin.script(path, ok(body))
        await seen(g.fetch(g.origin.url(path), { cache: 'reload' }))
      }
    }
    await cache.sweep()
    await g.clock.advance(2 * HOUR)
    await cache.sweep()
    for (let n = 0; n < 12; n += 1) {
      const entry = g.fetch.entry(g.origin.url(`/e${n}`))
      const [newest, older] = await all(entry)
      expect(await all(entry)).toHaveLength(2)
      expect(await (await (await entry.version(newest?.id ?? ''))?.response())?.text()).toBe(await latin1(bodies[2]))
      expect(await (await (await entry.version(older?.id ?? ''))?.response())?.text()).toBe(await latin1(bodies[1]))
    }
  })

  test('nothing stored, an unknown option', async () => {
    await using g = await history(tiers())
    expect(await g.fetch.cache.sweep()).toEqual({ versions: 0, bodies: 0, partials: 0, bytes: 0 })
    const error = await thrownBy(() => g.fetch.cache.sweep({ dryrun: true } as object))
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining('dryrun')])
    expect(await thrownBy(() => g.fetch.cache.sweep({ dryRun: 'yes' as unknown as boolean }))).toBeInstanceOf(TypeError)
  })
})

/** A text as the origin sends it (in UTF-8) and as `text()` gives it back. */
async function latin1(text: string | undefined): Promise<string> {
  return new Response(text).text()
}

test.each([
  ['a file', (file: string) => [sqlite(file)]],
  ['memory before a file', (file: string) => [memory(), sqlite(file)]],
])('two instances sweep %s at once: the two newest are left for both', async (_, open) => {
  const file = aFile()
  await using g = await history(open(file), KEEP_20)
  const beside = another(g, open(file), KEEP_20)
  const [here, there] = [g.fetch.extend(KEEP_2).cache, beside.extend(KEEP_2).cache]
  for (let n = 1; n <= 10; n += 1) {
    g.origin.script('/f', ok(`v${n}`))
    await seen((n % 2 ? g.fetch : beside)(g.url, { cache: 'reload' }))
  }
  await Promise.all([here.sweep(), there.sweep(), here.sweep(), there.sweep()])
  for (const fetch of [g.fetch, beside, another(g, open(file))]) {
    const versions = await all(fetch.entry(g.url))
    expect(versions).toHaveLength(2)
    const [newest = '', older = ''] = versions.map(({ id }) => id)
    expect(await (await (await fetch.entry(g.url).version(newest))?.response())?.text()).toBe('v10')
    expect(await (await (await fetch.entry(g.url).version(older))?.response())?.text()).toBe('v9')
  }
})

test('a sweep is of one mind with what others pin meanwhile: pinned before it ends, there after it', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], KEEP_20)
  const beside = another(g, [sqlite(file)], KEEP_20)
  await g.atOnce(...Array.from({ length: 10 }, (_, n) => `v${n}`))
  const ids = await g.ids()
  const pins = Promise.allSettled(ids.map((version) => beside.entry(g.url).pin({ version })))
  const [outcomes] = await Promise.all([pins, g.fetch.extend(KEEP_2).cache.sweep()])
  // A pin that was promised holds; one that came too late was told so.
  const promised = ids.filter((_, n) => outcomes[n]?.status === 'fulfilled')
  expect(await g.ids()).toEqual(expect.arrayContaining(promised))
  for (const id of promised) expect(await (await g.entry.version(id))?.response()).toBeInstanceOf(Response)
})
