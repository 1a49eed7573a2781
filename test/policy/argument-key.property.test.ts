import { expect, test } from 'vitest'
import { argumentsText } from '../../src/policy/argument-key.ts'
import { fc } from './property.ts'

/** A value as a description, so that equality is defined on something else than what is tested. */
type Told =
  | { kind: 'leaf'; value: unknown }
  | { kind: 'date' | 'url' | 'bytes'; value: number }
  | { kind: 'list' | 'set'; items: Told[] }
  | { kind: 'map'; entries: [Told, Told][] }
  | { kind: 'object'; members: [string, Told][] }

const leaves = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    -2,
    1n,
    -1n,
    Number.NaN,
    '',
    '1',
    'a',
    'a,b',
    'n1;',
    '}',
    '0',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.double(),
)

const { told } = fc.letrec<{ told: Told }>((tie) => ({
  told: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves.map((value): Told => ({ kind: 'leaf', value })),
    fc.record({ kind: fc.constantFrom('date', 'url', 'bytes'), value: fc.nat(3) }),
    fc.record({ kind: fc.constantFrom('list', 'set'), items: fc.array(tie('told'), { maxLength: 3 }) }),
    fc.array(fc.tuple(tie('told'), tie('told')), { maxLength: 2 }).map((entries): Told => ({ kind: 'map', entries })),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('', 'a', 'b', '0', '__proto__', 'length', '\ud800'), tie('told')), {
        selector: ([name]) => name,
        maxLength: 3,
      })
      .map((members): Told => ({ kind: 'object', members })),
  ),
}))

/** Map and Set keep objects apart by identity, and primitives by value: only what is left of it after that is compared. */
function madeOf(description: Told, order: 'forwards' | 'backwards'): unknown {
  switch (description.kind) {
    case 'leaf':
      return description.value
    case 'date':
      return new Date(description.value)
    case 'url':
      return new URL(`https://example.org/${description.value}`)
    case 'bytes':
      return new Uint8Array(description.value)
    case 'list':
      return description.items.map((item) => madeOf(item, order))
    case 'set':
      return new Set(description.items.map((item) => madeOf(item, order)))
    case 'map':
      return new Map(description.entries.map(([key, value]) => [madeOf(key, order), madeOf(value, order)]))
    case 'object': {
      const members = order === 'forwards' ? description.members : description.members.toReversed()
      const made = {}
      for (const [name, member] of members)
        Object.defineProperty(made, name, { value: madeOf(member, order), enumerable: true, writable: true, configurable: true })
      return made
    }
  }
}

/** Equal in type and structure: Object.is for primitives, items in order, properties in any order. */
function equal(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const kinds = [a, b].map((value): unknown => Object.getPrototypeOf(value) ?? Object.prototype)
  if (kinds[0] !== kinds[1]) return false
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime())
  if (a instanceof URL) return a.href === (b as URL).href
  if (a instanceof Map || a instanceof Set) return equal([...a], [...(b as typeof a)])
  const names = Reflect.ownKeys(a)
  const others = new Set(Reflect.ownKeys(b))
  return (
    names.length === others.size && names.every((name) => others.has(name) && equal(Reflect.get(a, name), Reflect.get(b, name)))
  )
}

const lists = fc.array(told, { maxLength: 3 })
const made = (descriptions: readonly Told[], order: 'forwards' | 'backwards' = 'forwards'): unknown[] =>
  descriptions.map((description) => madeOf(description, order))

test('two lists have one text exactly where they are equal', () => {
  fc.assert(
    fc.property(lists, lists, (one, other) => {
      const [a, b] = [made(one), made(other)]
      expect(argumentsText(a) === argumentsText(b)).toBe(equal(a, b))
    }),
    { numRuns: 2000 },
  )
})

test('the same description gives the same text, in whatever order its properties came', () => {
  fc.assert(
    fc.property(lists, (list) => {
      expect(argumentsText(made(list, 'backwards'))).toBe(argumentsText(made(list)))
    }),
  )
})

/** The same with leaf number `which` changed. */
function changed(description: Told, which: { left: number }): Told {
  switch (description.kind) {
    case 'leaf':
      return which.left-- === 0 ? { kind: 'leaf', value: description.value === 'changed' ? 'again' : 'changed' } : description
    case 'date':
    case 'url':
    case 'bytes':
      return which.left-- === 0 ? { ...description, value: description.value + 10 } : description
    case 'list':
    case 'set':
      return { ...description, items: description.items.map((item) => changed(item, which)) }
    case 'map':
      return { kind: 'map', entries: description.entries.map(([key, value]) => [key, changed(value, which)]) }
    case 'object':
      return { kind: 'object', members: description.members.map(([name, member]) => [name, changed(member, which)]) }
  }
}

test('a change of any one leaf changes the text', () => {
  fc.assert(
    fc.property(lists, fc.nat(12), (list, which) => {
      const left = { left: which }
      const after = made(list.map((item) => changed(item, left)))
      fc.pre(left.left < 0)
      const before = made(list)
      // In a Set the changed leaf may be there already, and under a Map's key that stands twice it is not seen.
      fc.pre(!equal(before, after))
      expect(argumentsText(after)).not.toBe(argumentsText(before))
    }),
  )
})

test('values that look alike to a careless reader', () => {
  const pieces = fc.constantFrom('s1:a', 's', ':', '1', '2', '[', ']', '{', '}', 'n1;', '0', 'u', 'a1[', 'o', '\u{1f600}')
  const texts = fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join(''))
  const nested = fc.array(fc.oneof(texts, fc.array(texts, { maxLength: 2 }), fc.dictionary(texts, texts, { maxKeys: 2 })), {
    maxLength: 3,
  })
  fc.assert(
    fc.property(nested, nested, (a, b) => {
      expect(argumentsText(a) === argumentsText(b)).toBe(equal(a, b))
    }),
    { numRuns: 2000 },
  )
})
