import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect } from '../../../src/index.ts'
import { inOrder, newTagEachTime, ok, status } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, all, another, DAY, HOUR, history, places, SECOND } from './histories.ts'

// What makes a version and what only renews one (B43, B60, B64 to B68).
describe.each(places)('over %s', (_, tiers) => {
  test('tags a, a, b: 200, 304, 200; two versions; the body is sent twice only', async () => {
    await using g = await history(tiers())
    const tagged = (tag: string, body: string) => ok(body, { etag: `"${tag}"`, conditional: true })
    g.origin.script('/f', inOrder(tagged('a', 'one'), tagged('a', 'one'), tagged('b', 'two')))
    const outcomes: (string | undefined)[] = []
    for (let n = 0; n < 3; n += 1) {
      outcomes.push((await seen(g.fetch(g.url))).outcome)
      await g.clock.advance(6 * HOUR)
    }
    expect(outcomes).toEqual(['miss', 'revalidated', 'miss'])
    expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"', '"a"'])
    expect(await g.texts()).toEqual(['one', 'two'])
  })

  test('the same bytes again: one version, looked at later, stored when it was; fresh from then on', async () => {
    await using g = await history(tiers(), { ttl: '10s' })
    const start = g.clock.now()
    g.origin.script('/f', ok('same'))
    await seen(g.fetch(g.url))
    await g.clock.advance(11 * SECOND)
    expect((await seen(g.fetch(g.url))).outcome).toBe('revalidated')
    await g.clock.advance(SECOND)
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    expect(g.origin.hits('/f')).toBe(2)
    const versions = await all(g.entry)
    expect(versions.map(({ storedAt, checkedAt }) => [storedAt.getTime(), checkedAt.getTime()])).toEqual([
      [start, start + 11 * SECOND],
    ])
  })

  test('an origin that lies with a new tag each time: the bytes decide, and its newest tag is used', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', newTagEachTime('same'))
    for (let n = 0; n < 3; n += 1) {
      await seen(g.fetch(g.url))
      await g.clock.advance(HOUR)
    }
    expect(await g.texts()).toEqual(['same'])
    expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"lie-1"', '"lie-2"'])
  })

  test('a failure and then a success within one millisecond: what is known last is the success, so the next call asks', async () => {
    await using g = await history(tiers(), { fallback: { cooldown: '1d' } })
    // The policy makes the entry known before it has a version, so that the failure has a place to be remembered in.
    await g.entry.setPolicy({ tags: ['x'] })
    g.origin.script('/f', status(503))
    await seen(g.fetch(g.url))
    await g.brings('one')
    g.origin.script('/f', ok('two'))
    expect((await seen(g.fetch(g.url))).text).toBe('two')
  })

  test('labels, pins and the id outlive a renewal', async () => {
    await using g = await history(tiers())
    await g.brings('same')
    await g.entry.label('valid')
    await g.entry.pin()
    const [before] = await all(g.entry)
    await g.brings('same', 'same')
    const [after] = await all(g.entry)
    expect(after).toMatchObject({ id: before?.id, labels: ['valid'], pinned: true, storedAt: before?.storedAt })
  })

  test('another status with the same bytes is another version: a 404 is not the page that it replaces', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.atOnce('same')
    g.origin.script('/f', ok('same', { status: 404 }))
    expect((await seen(g.fetch(g.url, { cache: 'reload' }))).status).toBe(404)
    expect((await all(g.entry)).map(({ status }) => status)).toEqual([404, 200])
  })

  test('a hundred calls in an outage: one series of attempts, and after the cooldown one more', async () => {
    await using g = await history(tiers(), { retry: { attempts: 3 } })
    await g.brings('one')
    let attempts = 0
    g.fetch.on('attempt', () => {
      attempts += 1
    })
    await die(g.origin)
    const outcomes = new Set<string | undefined>()
    for (let n = 0; n < 100; n += 1) {
      outcomes.add((await seen(g.fetch(g.url))).outcome)
      await g.clock.advance(10)
    }
    expect([...outcomes]).toEqual(['fallback'])
    expect(attempts).toBe(3)
    await g.clock.advance(31 * SECOND)
    await seen(g.fetch(g.url))
    expect(attempts).toBe(6)
  })
})

test('for ever is for ever: ten years and a restart later, one request', async () => {
  const file = aFile()
  await using g = await history([memory(), sqlite(file)], { ttl: Number.POSITIVE_INFINITY })
  await g.brings('one')
  await g.clock.advance(30 * DAY)
  expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
  await g.fetch.close()
  await g.clock.advance(3650 * DAY)
  const after = another(g, [memory(), sqlite(file)], { ttl: Number.POSITIVE_INFINITY })
  expect(await seen(after(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
  expect(g.origin.hits('/f')).toBe(1)
})

test('when it was looked at is stored: a restart inside the interval asks nobody', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], { ttl: '6h' })
  await g.brings('one')
  await g.clock.advance(6 * HOUR)
  await seen(g.fetch(g.url))
  await g.fetch.close()
  await g.clock.advance(5 * HOUR)
  const after = another(g, [sqlite(file)], { ttl: '6h' })
  const answer = await after(g.url)
  expect(inspect(answer)).toMatchObject({ outcome: 'hit' })
  expect(g.origin.hits('/f')).toBe(2)
})
