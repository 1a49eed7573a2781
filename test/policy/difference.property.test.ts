import { describe, expect, test } from 'vitest'
import { difference, type Side } from '../../src/policy/difference.ts'
import { fc } from './property.ts'
import { areSame, listsIn, side, swapped } from './sides.ts'

const words = fc.array(fc.constantFrom('', 'a', 'b', 'c', '{', '}', 'd', 'e', 'f', 'g'), { maxLength: 40 })
const lines = fc.oneof(
  fc.tuple(words, words),
  fc.tuple(words, words, words).map(
    ([a, b, c]) =>
      [
        [...a, ...c],
        [...a, ...b, ...c],
      ] as const,
  ),
)

/** Whether `part` stands in `whole` in its order. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0
  for (const line of whole) if (at < part.length && line === part[at]) at++
  return at === part.length
}

describe.each(['text/markdown', 'text/csv'])('lines of %s', (type) => {
  const between = (from: readonly string[], to: readonly string[]): ReturnType<typeof listsIn> => {
    const written = (body: readonly string[]): Side => side(body.map((line) => `${line}\n`).join(''), type)
    return listsIn(difference(written(from), written(to)))
  }

  test('without what was removed, and with what was added, the one has the lines of the other', () => {
    fc.assert(
      fc.property(lines, ([from, to]) => {
        const { added, removed } = between(from, to)
        expect([...from, ...added].toSorted()).toEqual([...to, ...removed].toSorted())
        expect(isWithin(added, to) && isWithin(removed, from)).toBe(true)
      }),
    )
  })

  test('lines that were put in are what was added, and nothing else', () => {
    fc.assert(
      fc.property(words, words, words, (start, put, end) => {
        const { added, removed } = between([...start, ...end], [...start, ...put, ...end])
        expect(removed).toEqual([])
        expect(added.toSorted()).toEqual(put.toSorted())
      }),
    )
  })
})

test('text: nothing is said to differ only where the lines are the same, in the same order', () => {
  fc.assert(
    fc.property(lines, ([from, to]) => {
      const { added, removed } = listsIn(difference(side(from.join('\n'), 'text/x'), side(to.join('\n'), 'text/x')))
      const written = (body: readonly string[]): string => body.join('\n').replace(/\n$/, '')
      expect(added.length + removed.length === 0).toBe(written(from) === written(to))
    }),
  )
})

test('CSV: any fields, written as RFC 4180 has it, are read as the records that they are', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', '\t', ' ') })
  const record = fc.array(field, { minLength: 1 }).map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join())
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const { added } = listsIn(difference(side('', 'text/csv'), side(records.join('\r\n'), 'text/csv')))
      expect(added).toEqual(records)
    }),
  )
})

const types = fc.constantFrom(
  undefined,
  'application/json',
  'text/csv',
  'text/plain',
  'text/html',
  'image/png',
  '; ,',
  'application/a+json',
)
const bodies = fc.oneof(
  fc.uint8Array(),
  fc.constant(undefined),
  fc.json().map((body) => new TextEncoder().encode(body)),
  fc.string({ unit: 'binary' }).map((body) => new TextEncoder().encode(body)),
  fc
    .string({ unit: fc.constantFrom('"', '\\', ',', '\n', '\r', '[', ']', '1', 'e', '9007199254740993') })
    .map((body) => new TextEncoder().encode(body)),
)
const sides = fc.tuple(bodies, types).map(([body, type]) => side(body, type))

test('any two bodies have a difference, and from the other side it is the same, exchanged', () => {
  fc.assert(
    fc.property(sides, sides, (from, to) => {
      expect([difference(to, from), swapped(difference(from, to))]).toSatisfy(areSame)
    }),
    { numRuns: 3_000 },
  )
  fc.assert(
    fc.property(lines, ([from, to]) => {
      const [before, after] = [side(from.join('\n')), side(to.join('\n'))]
      expect([difference(after, before), swapped(difference(before, after))]).toSatisfy(areSame)
    }),
  )
})

test('a body is no different from itself', () => {
  fc.assert(
    fc.property(sides, (body) => {
      const found = difference(body, body)
      if (found.kind === 'bytes') expect(found.from).toStrictEqual(found.to)
      else expect(found.kind === 'json' ? found.changes : [...found.added, ...found.removed]).toEqual([])
    }),
  )
})
