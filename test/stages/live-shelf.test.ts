import { describe, expect, test } from 'vitest'
import { type EntryRecord, plainOf } from '../../src/model/record.ts'
import { merge } from '../../src/policy/merge.ts'
import { factsOf } from '../../src/policy/response-facts.ts'
import { entryIn } from '../../src/stages/tiers/live-shelf.ts'
import { plainFacts } from '../policy/given.ts'
import { AT, entryOf, given, KEY, placedOf, refOf } from './live-shelf.kit.ts'

describe('an entry of one version is one record', () => {
  const ref = refOf('one1')

  test.each(['the entry with its version', 'the version first', 'the entry first'])(
    '%s: both are found as they were',
    (order) => {
      const { shelf, names } = given()
      const [entry, placed] = [entryOf(KEY, [ref]), placedOf(KEY, ref)]
      if (order === 'the version first') shelf.remember(placed)
      shelf.rememberEntry(entry, order === 'the entry with its version' ? placed : undefined)
      if (order === 'the entry first') shelf.remember(placed)
      expect(names()).toEqual([KEY])
      // Told as text too: what other processes say of it is compared by that.
      expect(JSON.stringify(shelf.entry(KEY))).toBe(JSON.stringify(entry))
      expect(JSON.stringify(merge(entry, entry))).toBe(JSON.stringify(shelf.entry(KEY)))
      expect(shelf.entry(KEY)).toBe(shelf.entry(KEY))
      const version = shelf.version(KEY, ref.id)
      expect(version && plainOf(version)).toEqual({ ...placed.version, body: placed.body })
      expect(version?.facts && plainFacts(version.facts)).toEqual(plainFacts(factsOf(placed.version, placed.version.checkedAt)))
      expect([...shelf.keys()]).toEqual([KEY])
      expect([shelf.has(KEY), shelf.version(KEY, 'other')]).toEqual([true, undefined])
    },
  )

  test('what is said of either parts them', () => {
    for (const said of [
      entryOf(KEY, [refOf('one1', { labels: { valid: { on: true, at: AT, by: 'x' } } })]),
      entryOf(KEY, [ref], { tags: { t: AT } }),
      entryOf(KEY, [ref], { invalidatedAt: AT + 9 }),
      entryOf(KEY, [refOf('one1', { checkedAt: AT + 50 })]),
      entryOf(KEY, [ref, refOf('two2')]),
      { ...entryOf(KEY, [ref]), later: 'a word of a later release' },
    ]) {
      const { store, shelf, names } = given()
      shelf.rememberEntry(entryOf(KEY, [ref]), placedOf(KEY, ref))
      shelf.rememberEntry(said)
      // When it is given up, it must not be taken for all that was known.
      expect(entryIn(store.live.get('one1'))).toBeUndefined()
      expect(names().sort()).toEqual([KEY, 'one1'])
      expect(shelf.entry(KEY)).toBe(said)
      expect(shelf.version(KEY, 'one1')?.digest).toBe(ref.digest)
      shelf.rememberEntry(entryOf(KEY, [ref]))
      expect(names()).toEqual([KEY])
    }
  })

  test('a version that is renewed takes the place of the one before', () => {
    const { shelf, names } = given()
    shelf.rememberEntry(entryOf(KEY, [ref]), placedOf(KEY, ref))
    const renewed = refOf('one1', { checkedAt: AT + 60_000 })
    shelf.rememberEntry(entryOf(KEY, [renewed]), placedOf(KEY, renewed))
    expect(names()).toEqual([KEY])
    expect(shelf.version(KEY, 'one1')?.checkedAt).toBe(AT + 60_000)
    expect(shelf.entry(KEY)?.variants[0]?.versions[0]?.checkedAt).toBe(AT + 60_000)
  })

  test('a version that goes leaves its entry', () => {
    const { shelf, names } = given()
    shelf.rememberEntry(entryOf(KEY, [ref]), placedOf(KEY, ref))
    shelf.forget(KEY, ['one1'])
    expect(names()).toEqual([KEY])
    expect(JSON.stringify(shelf.entry(KEY))).toBe(JSON.stringify(entryOf(KEY, [ref])))
    expect([shelf.version(KEY, 'one1'), shelf.has(KEY)]).toEqual([undefined, false])
  })

  test.each<[string, Partial<EntryRecord>, { date?: number | undefined; storedAt?: number }]>([
    ['another URL than the answer', { url: 'http://a.test/moved' }, {}],
    ['no date', {}, { date: undefined }],
    ['a date that is no whole number of milliseconds away', {}, { date: AT + 0.1, storedAt: AT + 0.3 }],
  ])('%s', (_, more, moreOfRef) => {
    const { shelf, names } = given()
    const { date, ...rest } = { ...refOf('one1'), ...moreOfRef }
    const said = { ...rest, ...(date !== undefined && { date }) }
    const entry = entryOf(KEY, [said], more)
    shelf.rememberEntry(entry, placedOf(KEY, said))
    expect(names()).toEqual([KEY])
    expect(JSON.stringify(shelf.entry(KEY))).toBe(JSON.stringify(entry))
  })

  test('what varies keeps by what', () => {
    const { shelf } = given()
    const entry = entryOf(KEY, [], { variants: [{ vary: ['accept'], values: 'a', versions: [ref] }] })
    const { version, body } = placedOf(KEY, ref)
    shelf.rememberEntry(entry, { version: { ...version, variant: 'a' }, body })
    shelf.rememberEntry(
      entryOf('7:default0:GET http://a.test/2', [refOf('two2')]),
      placedOf('7:default0:GET http://a.test/2', refOf('two2')),
    )
    expect(JSON.stringify(shelf.entry(KEY))).toBe(JSON.stringify(entry))
  })
})

describe('no name is taken for another', () => {
  test('versions of one id, in two entries', () => {
    const { shelf } = given()
    const keys = [KEY, '7:default0:GET http://a.test/2', '7:default0:GET http://a.test/3']
    const two = refOf('two2')
    for (const key of keys) shelf.rememberEntry(entryOf(key, [refOf('same'), two]), placedOf(key, refOf('same')))
    for (const key of keys) expect(shelf.version(key, 'same')?.key).toBe(key)
    shelf.forget(keys[1] as string, ['same'])
    expect(keys.map((key) => shelf.version(key, 'same')?.key)).toEqual([keys[0], undefined, keys[2]])
    shelf.forget(keys[0] as string, ['same'])
    expect(keys.map((key) => shelf.version(key, 'same')?.key)).toEqual([undefined, undefined, keys[2]])
  })

  test('an id that is the key of another entry', () => {
    const { shelf } = given()
    const other = '5:other0:GET http://a.test/1'
    const planted = refOf(other)
    shelf.rememberEntry(entryOf(KEY, [planted, refOf('one1')]), placedOf(KEY, planted))
    expect([[...shelf.keys()], shelf.entry(other)]).toEqual([[KEY], undefined])
    shelf.rememberEntry(entryOf(other, [refOf('two2')]), placedOf(other, refOf('two2')))
    shelf.rememberEntry(entryOf(KEY, [planted, refOf('one1')]), placedOf(KEY, planted))
    expect(shelf.entry(other)?.key).toBe(other)
    expect(shelf.version(KEY, other)?.key).toBe(KEY)
    expect([...shelf.keys()].sort()).toEqual([other, KEY].sort())
  })

  test('a record of somebody else is none', () => {
    const { store, shelf } = given()
    store.live.set(KEY, { foreign: true }, 10)
    store.live.set('h1:t', { table: true }, 10)
    expect([shelf.entry(KEY), [...shelf.keys()]]).toEqual([undefined, []])
  })
})
