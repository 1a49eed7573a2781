import { describe, expect, test } from 'vitest'
import type { EntryRecord, LabelRecord, PinRecord, Stamp, VersionRef } from '../../src/model/record.ts'
import { merge } from '../../src/policy/merge.ts'
import { fc } from './property.ts'

// What processes and tiers know of an entry is brought together in any order, any number of times, and comes out the same.

const at = fc.integer({ min: 1, max: 6 })
const by = fc.constantFrom('p', 'q')
const stamp: fc.Arbitrary<Stamp> = fc.record({ at, by })
const ids = ['v1', 'v2', 'v3', 'v4']

const label: fc.Arbitrary<LabelRecord> = fc.record(
  { at, by, on: fc.boolean(), reason: fc.constantFrom('a', 'b') },
  { requiredKeys: ['at', 'by', 'on'] },
)
const pin: fc.Arbitrary<PinRecord> = fc.record({ at, by, until: fc.constantFrom(null, 0, 9) })

/** What is said of a version differs; what it is, does not. */
const ref = (id: string): fc.Arbitrary<VersionRef> =>
  fc
    .record(
      {
        checkedAt: at,
        date: at,
        superseded: fc.constant(true as const),
        labels: fc.dictionary(fc.constantFrom('valid', 'failed', '__proto__'), label),
        pins: fc.dictionary(fc.constantFrom('a', 'b'), pin, { maxKeys: 2 }),
        removed: stamp,
      },
      { requiredKeys: ['checkedAt'] },
    )
    .map((said) => ({ id, digest: `d${id}`, size: 1, storedAt: Number(id.slice(1)), ...said }))

const variant = (values: string): fc.Arbitrary<EntryRecord['variants'][number]> =>
  fc
    .subarray(ids)
    .chain((some) => fc.tuple(...some.map(ref)))
    .map((versions) => ({ vary: ['accept'], values, versions }))

const attempts = fc.constant([])
const failure = fc.record({ at, by, code: fc.constantFrom('DNS', 'TLS'), message: fc.constant('m'), attempts })

const entry: fc.Arbitrary<EntryRecord> = fc
  .record(
    {
      variants: fc.subarray(['x', 'y']).chain((some) => fc.tuple(...some.map(variant))),
      invalidatedAt: at,
      failures: fc.array(failure, { maxLength: 4 }),
      policy: fc.record({ at, by, options: fc.constantFrom(null, { ttl: 1 }, { ttl: 2 }) }),
      tags: fc.dictionary(fc.constantFrom('s', 't', '__proto__'), at),
      meta: fc.record({ at, by, value: fc.constantFrom(null, 'a', { b: 1 }) }),
      removed: fc.record({ at, by, upTo: fc.constantFrom('', ...ids) }),
    },
    { requiredKeys: ['variants'] },
  )
  .map((said) => ({ key: 'k', method: 'GET', url: 'https://h.example/', group: 'default', ...said }) as EntryRecord)
  // As it stands in a store: brought to the form that each write gives it.
  .map((said) => merge(said, said))

describe('merge', () => {
  test('is commutative', () => {
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a))
      }),
    )
  })

  test('is associative', () => {
    fc.assert(
      fc.property(entry, entry, entry, (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
      }),
    )
  })

  test('is idempotent', () => {
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        expect(merge(merge(a, b), b)).toEqual(merge(a, b))
      }),
    )
  })

  test('gives nothing up that is newer than a removal, and all that is not', () => {
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        const both = merge(a, b)
        const { removed } = both
        if (removed === undefined) return
        const left = both.variants.flatMap(({ versions }) => versions.map(({ id }) => id))
        const all = [a, b].flatMap(({ variants }) => variants.flatMap(({ versions }) => versions.map(({ id }) => id)))
        expect(new Set(left)).toEqual(new Set(all.filter((id) => id > removed.upTo)))
        for (const time of Object.values(both.tags ?? {})) expect(time).toBeGreaterThan(removed.at)
      }),
    )
  })

  test('a copy that does not know of a removal does not undo it', () => {
    const known = { id: 'v1', digest: 'd', storedAt: 1, checkedAt: 1 }
    const saying = (ref: VersionRef): EntryRecord => ({
      key: 'k',
      method: 'GET',
      url: 'https://h.example/',
      group: 'default',
      variants: [{ vary: [], values: '', versions: [ref] }],
    })
    const removed = { at: 2, by: 'p' }
    expect(merge(saying(known), saying({ ...known, removed })).variants[0]?.versions).toEqual([{ ...known, removed }])
  })

  test('what either has removed is removed, and what either has called stale is stale', () => {
    const goneIn = ({ variants }: EntryRecord): string[] =>
      variants.flatMap(({ values, versions }) =>
        versions.filter(({ removed }) => removed !== undefined).map(({ id }) => `${values} ${id}`),
      )
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        const both = merge(a, b)
        const left = new Set(both.variants.flatMap(({ values, versions }) => versions.map(({ id }) => `${values} ${id}`)))
        const gone = [...goneIn(a), ...goneIn(b)].filter((name) => left.has(name))
        expect(new Set(goneIn(both))).toEqual(new Set(gone))
        expect(both.invalidatedAt ?? 0).toBe(Math.max(a.invalidatedAt ?? 0, b.invalidatedAt ?? 0))
      }),
    )
  })
})
