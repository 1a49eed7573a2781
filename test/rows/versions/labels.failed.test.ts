import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { codeOf, die, rejection, seen } from '../download/given.ts'
import { aFile, all, another, history, places, SECOND } from './histories.ts'

// `failed`: that one was bad. Everyone gets the last good one, and the same bytes are bad whenever they come again (B106).
describe.each(places)('over %s', (_, tiers) => {
  test('the one before is current, at once and without a request', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.brings('one', 'two')
    const told = await g.entry.label('failed', { reason: 'the totals are negative' })
    expect(told.labels).toContain('failed')
    const answer = await g.fetch(g.url)
    expect(await answer.text()).toBe('one')
    expect(inspect(answer)).toMatchObject({ version: { id: (await g.ids())[0] } })
    expect(g.origin.hits('/f')).toBe(2)
  })

  test('the same bytes again are failed again: a fallback, a cooldown, then asked again', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed', { reason: 'the totals are negative' })
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'one', outcome: 'fallback' })
    expect(g.origin.hits('/f')).toBe(3)
    await g.clock.advance(29 * SECOND)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'fallback' })
    expect(g.origin.hits('/f')).toBe(3)
    await g.clock.advance(2 * SECOND)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'fallback' })
    expect(g.origin.hits('/f')).toBe(4)
    expect((await g.texts()).filter((text) => text === 'two')).toHaveLength(1)
  })

  test('where all are, who may not ask is told why, and not that nothing is stored', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('failed', { reason: 'the totals are negative' })
    const error = await rejection(g.fetch(g.url, { cache: 'only-if-cached', mode: 'same-origin' }))
    expect([codeOf(error), error.message]).toEqual(['NOT_CACHED', expect.stringContaining('the totals are negative')])
    await g.brings('two')
    expect(await seen(g.fetch(g.url, { cache: 'only-if-cached', mode: 'same-origin' }))).toMatchObject({ text: 'two' })
    await g.entry.delete()
    const gone = await rejection(g.fetch(g.url, { cache: 'only-if-cached', mode: 'same-origin' }))
    expect(gone.message).toContain('nothing stored')
  })

  test('the fallback says why: the error is REJECTED and holds the reason', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed', { reason: new Error('the totals are negative') })
    const found = inspect(await g.fetch(g.url, { cache: 'reload' }))
    const error = found?.outcome === 'fallback' ? found.error : undefined
    expect([codeOf(error), error?.message]).toEqual(['REJECTED', expect.stringContaining('the totals are negative')])
  })

  test('bytes that were never failed are taken, whatever came before them', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed')
    g.origin.script('/f', ok('three'))
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'three', outcome: 'miss' })
  })

  test('failed once, and another version since: when the failed bytes come back they are refused all the same', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed')
    await g.brings('three')
    g.origin.script('/f', ok('two'))
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'three', outcome: 'fallback' })
  })

  test('the good bytes come back after the failed ones: served, and not as a fallback', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed')
    g.origin.script('/f', ok('one'))
    const answer = await seen(g.fetch(g.url, { cache: 'reload' }))
    expect(answer.text).toBe('one')
    expect(['revalidated', 'miss']).toContain(answer.outcome)
  })

  test('failed is taken back: served again, and no longer refused when it comes again', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.brings('one', 'two')
    const { id } = await g.entry.label('failed')
    await g.entry.unlabel('failed', { version: id })
    expect((await seen(g.fetch(g.url))).text).toBe('two')
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'two', outcome: 'revalidated' })
  })

  test('all are failed: REJECTED, with the reasons; a new version heals it', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('failed', { reason: 'two is empty' })
    await g.entry.label('failed', { reason: 'one has no header' })
    const error = await rejection(g.fetch(g.url, { cache: 'reload' }))
    expect([error.code, error.url]).toEqual(['REJECTED', g.url])
    expect(error.message).toContain('two is empty')
    expect(error.message).toContain('one has no header')
    g.origin.script('/f', ok('three'))
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'three', outcome: 'miss' })
  })

  test('a version that is labelled valid and then failed is failed', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    await g.entry.label('valid')
    await g.entry.label('failed')
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'fallback' })
  })

  test('labelled at another handle, with a version that is not the current one: only that one is failed', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.brings('one', 'two', 'three')
    const [first] = await g.ids()
    await g.fetch.entry(g.url).label('failed', { version: first ?? '' })
    expect((await seen(g.fetch(g.url))).text).toBe('three')
    expect((await all(g.entry)).map(({ labels }) => [...labels])).toEqual([[], [], ['failed']])
  })
})

test('the verdict survives a restart, and binds another instance on the same file', async () => {
  const file = aFile()
  await using g = await history([memory(), sqlite(file)])
  await g.brings('one', 'two')
  await g.entry.label('failed', { reason: 'the totals are negative' })
  const beside = another(g, [sqlite(file)])
  expect(await seen(beside(g.url))).toMatchObject({ text: 'one', outcome: 'fallback' })
  await g.fetch.close()
  const after = another(g, [memory(), sqlite(file)])
  expect(await seen(after(g.url, { cache: 'reload' }))).toMatchObject({ text: 'one', outcome: 'fallback' })
  expect((await after.entry(g.url).versions({ label: 'failed' })).map(({ size }) => size)).toEqual([3])
})
