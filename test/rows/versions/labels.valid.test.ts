import { describe, expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { history, places, textOf } from './histories.ts'

// `valid`: that one was good. It is what is fallen back to, and freezes nothing.
describe.each(places)('over %s', (_, tiers) => {
  test('given once, it freezes nothing: newer versions are current', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('valid')
    await g.brings('two')
    g.origin.script('/f', ok('three'))
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'three', outcome: 'miss' })
    expect((await seen(g.fetch(g.url, { cache: 'force-cache' }))).text).toBe('three')
  })

  test('the newest valid one is fallen back to, whatever came after it', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('valid')
    await g.brings('two')
    await g.entry.label('valid')
    await g.brings('three')
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'two', outcome: 'fallback' })
  })

  test('without a valid one, the newest that is not failed', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    await g.entry.label('failed')
    await g.entry.label('looked-at')
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'two', outcome: 'fallback' })
  })

  test('valid is taken back: as if it had never been said', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    const { id } = await g.entry.label('valid')
    await g.brings('two')
    await g.entry.unlabel('valid', { version: id })
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'two', outcome: 'fallback' })
  })

  test('version("valid") is the newest of them; there is none: undefined', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    expect(await g.entry.version('valid')).toBeUndefined()
    const [first = '', second = ''] = await g.ids()
    await g.entry.label('valid', { version: second })
    await g.entry.label('valid', { version: first })
    expect(await textOf(g.entry, 'valid')).toBe('two')
  })

  test('a valid one is refused when the same bytes are labelled failed: the next valid one answers', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('valid')
    await g.brings('two')
    await g.entry.label('valid')
    const [, second = ''] = await g.ids()
    await g.entry.label('failed', { version: second })
    g.origin.script('/f', ok('two'))
    expect(await seen(g.fetch(g.url, { cache: 'reload' }))).toMatchObject({ text: 'one', outcome: 'fallback' })
  })

  test('a label of any other word changes nothing in what is served', async () => {
    await using g = await history(tiers(), { ttl: '1d' })
    await g.brings('one', 'two')
    const [first = ''] = await g.ids()
    for (const word of ['good', 'Failed', 'FAILED', 'invalid', 'Valid']) await g.entry.label(word, { version: first })
    await g.entry.label('Failed')
    expect((await seen(g.fetch(g.url))).text).toBe('two')
    await die(g.origin)
    expect((await seen(g.fetch(g.url, { cache: 'reload' }))).text).toBe('two')
  })
})
