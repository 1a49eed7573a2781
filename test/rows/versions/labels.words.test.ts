import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { all, history, places, thrownBy } from './histories.ts'

// What a label may be, and that saying it twice is saying it once (B100, B101).
const WRONG = [
  '',
  'a',
  'a'.repeat(65),
  'a b',
  ' ab',
  'ab ',
  'a%',
  'a/b',
  'a:b',
  'a\n',
  'ab\u0000',
  'latest',
  '😀😀',
  42,
  undefined,
  null,
  {},
]
const RIGHT = ['ab', 'a'.repeat(64), 'app-1.4', 'A_b-3.9', '00', '--', 'LATEST', 'constructor', '__proto__', 'toString']

test.each(WRONG)('%j is no label: a TypeError, before any store is touched', async (word) => {
  const store = chaos(memory(), { faults: [{ do: 'throw' }] })
  await using g = await history([store])
  expect(await thrownBy(() => g.entry.label(word as string))).toBeInstanceOf(TypeError)
  expect(await thrownBy(() => g.entry.unlabel(word as string))).toBeInstanceOf(TypeError)
  expect(store.chaos.injected).toEqual([])
})

test.each(places)('over %s: every right word is kept as it was said, and only said words are there', async (_, tiers) => {
  await using g = await history(tiers())
  await g.brings('one')
  for (const word of RIGHT) expect((await g.entry.label(word)).labels).toContain(word)
  const [version] = await all(g.entry)
  expect([...(version?.labels ?? [])].toSorted()).toEqual(RIGHT.toSorted())
  for (const word of RIGHT) expect(await g.entry.versions({ label: word })).toHaveLength(1)
  expect(await g.entry.versions({ label: 'hasOwnProperty' })).toEqual([])
})

describe.each(places)('over %s', (_, tiers) => {
  test('said twice: once in the list; taken back twice, or never said: no error', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('good')
    expect((await g.entry.label('good')).labels).toEqual(['good'])
    expect((await g.entry.unlabel('good')).labels).toEqual([])
    expect((await g.entry.unlabel('good')).labels).toEqual([])
    expect((await g.entry.unlabel('never-said')).labels).toEqual([])
  })

  test('within one millisecond the last word counts: said, taken back, said, taken back', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    const labels = async (): Promise<(readonly string[])[]> => (await all(g.entry)).map((version) => version.labels)
    await g.entry.label('good')
    await g.entry.unlabel('good')
    expect(await labels()).toEqual([[]])
    await g.entry.label('good')
    expect(await labels()).toEqual([['good']])
    await g.entry.unlabel('good')
    expect(await labels()).toEqual([[]])
  })

  test('a version that is not there: VERSION_NOT_FOUND; nothing stored at all: the same, and no request', async () => {
    await using g = await history(tiers())
    for (const call of [
      () => g.entry.label('good'),
      () => g.entry.unlabel('good'),
      () => g.entry.label('good', { version: 'x' }),
    ]) {
      expect((await thrownBy(call)).code).toBe('VERSION_NOT_FOUND')
    }
    await g.brings('one')
    for (const call of [
      () => g.entry.label('good', { version: 'x' }),
      () => g.entry.unlabel('good', { version: 'x' }),
      () => g.entry.label('good', { version: 'latest' }),
    ]) {
      expect((await thrownBy(call)).code).toBe('VERSION_NOT_FOUND')
    }
    expect(g.origin.hits('/f')).toBe(1)
    expect((await all(g.entry)).map(({ labels }) => labels)).toEqual([[]])
  })

  test('without a version it is the current one, which is the newest that is not failed', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    const ids = await g.ids()
    await g.entry.label('failed')
    expect((await g.entry.label('good')).id).toBe(ids[1])
    expect((await all(g.entry)).map(({ labels }) => labels)).toEqual([['failed'], ['good'], []])
  })

  test('a label stays when the version is found unchanged, and is seen in the answer', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('good')
    const answer = await g.fetch(g.url, { cache: 'no-cache' })
    expect(inspect(answer)).toMatchObject({ outcome: 'revalidated', version: { labels: ['good'] } })
    g.origin.script('/f', ok('two'))
    const next = await g.fetch(g.url)
    expect(inspect(next)).toMatchObject({ outcome: 'miss', version: { labels: [] } })
  })

  test('a wrong option is refused by its name', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    const error = await thrownBy(() => g.entry.label('good', { versoin: 'x' } as object))
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining('versoin')])
  })
})
