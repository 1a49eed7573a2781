import { describe, expect, test } from 'vitest'
import { all, DAY, history, MINUTE, places, SECOND, thrownBy } from './histories.ts'

// A pin is a promise: what is pinned is never collected; a pin beyond the most is an error, not a loss (B103 to B105).
const KEEP_1 = { versions: { keep: 1, maxPinned: 3 } }

describe.each(places)('over %s', (_, tiers) => {
  test('v1 pinned, v2, v3: v3 and v1 are left', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.brings('1')
    await g.entry.pin()
    await g.brings('2', '3')
    for (let n = 0; n < 3; n += 1) {
      await g.fetch.cache.sweep()
      await g.clock.advance(DAY)
    }
    expect(await g.texts()).toEqual(['1', '3'])
    await g.entry.unpin({ version: (await g.ids())[0] ?? '' })
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['3'])
  })

  test('a pin for a minute: 59 s later it holds, 61 s later it does not', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    await g.entry.pin({ for: '1m' })
    await g.atOnce('2')
    await g.clock.advance(59 * SECOND)
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2'])
    await g.clock.advance(2 * SECOND)
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2'])
  })

  test('a pin until a date; what is no time is refused', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    await g.entry.pin({ until: new Date(g.clock.now() + MINUTE) })
    await g.atOnce('2')
    await g.fetch.cache.sweep()
    expect((await all(g.entry)).map(({ pinned }) => pinned)).toEqual([false, true])
    await g.clock.advance(MINUTE + 1)
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2'])
    for (const wrong of [{ until: new Date(Number.NaN) }, { for: 'soon' }, { for: -1 }]) {
      expect(await thrownBy(() => g.entry.pin(wrong))).toBeInstanceOf(TypeError)
    }
  })

  test('unpin takes back both, for ever and for a while; twice is no error', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    const version = (await g.ids())[0] ?? ''
    await g.entry.pin({ version })
    await g.entry.pin({ version, for: '1d' })
    await g.entry.unpin({ version })
    await g.entry.unpin({ version })
    await g.atOnce('2')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2'])
  })

  test('a longer pin is not cut short by a shorter one', async () => {
    // Two jobs hold one version, an hour and a minute: the promise made to the first one stands.
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    const version = (await g.ids())[0] ?? ''
    await g.entry.pin({ version })
    await g.entry.pin({ version, for: '1m' })
    await g.atOnce('2')
    await g.clock.advance(2 * MINUTE)
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2'])
  })

  test('a pin that is given back does not take the one that another holds', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    const version = (await g.ids())[0] ?? ''
    const mine = await g.entry.pin({ version, for: '1h' })
    const theirs = await g.entry.pin({ version, for: '1h' })
    await g.atOnce('2')
    await mine.unpin()
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2'])
    await theirs[Symbol.asyncDispose]()
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2'])
  })

  test('a pin for ever outlasts any number of short ones, and of those that others hold and give back', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    const version = (await g.ids())[0] ?? ''
    const mine = await g.entry.pin({ version })
    const others = await Promise.all(Array.from({ length: 70 }, () => g.entry.pin({ version })))
    for (const each of others) await each.unpin()
    for (let n = 0; n < 70; n += 1) await g.entry.pin({ version, for: n })
    await g.clock.advance(DAY)
    await g.atOnce('2')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2'])
    await mine.unpin()
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['2'])
  })

  test('unpin takes back a hundred at once', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.atOnce('1')
    await Promise.all(Array.from({ length: 100 }, () => g.entry.pin()))
    await g.entry.unpin()
    expect((await all(g.entry)).map(({ pinned }) => pinned)).toEqual([false])
  })

  test('one more than maxPinned: an error that names the option, and nothing is lost', async () => {
    await using g = await history(tiers(), KEEP_1)
    await g.brings('1')
    await g.entry.pin()
    await g.brings('2')
    await g.entry.pin()
    await g.brings('3')
    await g.entry.pin({ for: '1h' })
    await g.entry.pin() // The same version again takes no second place.
    await g.brings('4')
    const error = await thrownBy(() => g.entry.pin())
    expect(error.message).toContain('maxPinned')
    expect(error.message).toContain('3')
    await g.fetch.cache.sweep()
    expect(await g.texts()).toEqual(['1', '2', '3', '4'])
    expect((await all(g.entry)).map(({ pinned }) => pinned)).toEqual([false, true, true, true])
    await g.entry.unpin({ version: (await g.ids())[0] ?? '' })
    await g.entry.pin()
    expect(await g.entry.versions({ pinned: true })).toHaveLength(3)
  })

  test('a pin that has run out takes no place; ten at once take no more than there are', async () => {
    await using g = await history(tiers(), { versions: { keep: 10, maxPinned: 2 } })
    await g.brings('1', '2', '3', '4', '5')
    const ids = await g.ids()
    for (const version of ids.slice(0, 2)) await g.entry.pin({ version, for: '1m' })
    await g.clock.advance(2 * MINUTE)
    const outcomes = await Promise.allSettled(ids.map((version) => g.entry.pin({ version })))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await g.entry.versions({ pinned: true })).toHaveLength(2)
  })

  test('what is listed can be pinned and labelled, or it is told that it is gone; never neither', async () => {
    await using g = await history(tiers(), { versions: { keep: 2 } })
    await g.atOnce('1', '2', '3')
    const oldest = (await g.ids())[0] ?? ''
    const pin = await g.entry.pin({ version: oldest, for: '1h' }).then(
      () => 'pinned',
      (error: { code?: string }) => error.code,
    )
    const label = await g.entry.label('good', { version: oldest }).then(
      () => 'labelled',
      (error: { code?: string }) => error.code,
    )
    const found = await g.entry.version(oldest)
    const both = [
      found?.pinned === true ? 'pinned' : 'VERSION_NOT_FOUND',
      found?.labels.includes('good') ? 'labelled' : 'VERSION_NOT_FOUND',
    ]
    expect([pin, label]).toEqual(both)
  })

  test('within one millisecond the last word counts: pinned, unpinned, pinned', async () => {
    await using g = await history(tiers())
    await g.brings('1')
    const pinned = async (): Promise<boolean[]> => (await all(g.entry)).map((version) => version.pinned)
    await g.entry.pin()
    await g.entry.unpin()
    expect(await pinned()).toEqual([false])
    await g.entry.pin()
    expect(await pinned()).toEqual([true])
  })

  test('nothing to pin: VERSION_NOT_FOUND, and no request', async () => {
    await using g = await history(tiers())
    expect((await thrownBy(() => g.entry.pin())).code).toBe('VERSION_NOT_FOUND')
    await g.brings('1')
    expect((await thrownBy(() => g.entry.pin({ version: 'x' }))).code).toBe('VERSION_NOT_FOUND')
    expect((await thrownBy(() => g.entry.unpin({ version: 'x' }))).code).toBe('VERSION_NOT_FOUND')
    expect(g.origin.hits('/f')).toBe(1)
  })
})
