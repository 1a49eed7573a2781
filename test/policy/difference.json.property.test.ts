import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Change } from '../../src/model/difference.ts'
import { difference, type Side } from '../../src/policy/difference.ts'
import { fc } from './property.ts'
import { areSame, changesIn, listsIn, side, swapped } from './sides.ts'
import { pairs, parsed } from './values.ts'

const json = (value: unknown): Side => side(JSON.stringify(value), 'application/json')

/** What the docstring of `Change` says: removals, last one first, then the rest, first one first. */
function applied(value: unknown, changes: readonly Change[]): unknown {
  const root = { whole: structuredClone(value) }
  for (const change of changes.toReversed()) if (!('to' in change)) apply(root, change)
  for (const change of changes) if ('to' in change) apply(root, change)
  return root.whole
}

function apply(root: { whole: unknown }, change: Change): void {
  const names = change.pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  let place: unknown = root
  let name = 'whole'
  for (const next of names) {
    place = (place as Record<string, unknown>)[name]
    name = next
  }
  const held = (place as Record<string, unknown>)[name]
  if ('from' in change) expect([Object.hasOwn(place as object, name) && held, change.from]).toSatisfy(areSame)
  if (Array.isArray(place)) {
    const [index, taken, put] = [Number(name), 'from' in change ? 1 : 0, 'to' in change ? [change.to] : []]
    expect(index).toBeLessThanOrEqual(place.length)
    place.splice(index, taken, ...structuredClone(put))
  } else if ('to' in change) {
    if (!('from' in change)) expect(Object.hasOwn(place as object, name)).toBe(false)
    Object.defineProperty(place, name, { value: change.to, writable: true, enumerable: true, configurable: true })
  } else Reflect.deleteProperty(place as object, name)
}

describe('JSON', () => {
  test('the changes, applied to one value, make it the other', () => {
    fc.assert(
      fc.property(pairs, ([from, to]) => {
        expect([applied(from, changesIn(difference(json(from), json(to)))), to]).toSatisfy(areSame)
      }),
    )
  })

  test('each change is one, and stands once', () => {
    fc.assert(
      fc.property(pairs, ([from, to]) => {
        const changes = changesIn(difference(json(from), json(to)))
        expect(new Set(changes.map(({ pointer }) => pointer)).size).toBe(changes.length)
        for (const change of changes) {
          expect('from' in change || 'to' in change).toBe(true)
          if ('from' in change && 'to' in change) expect(isDeepStrictEqual(change.from, change.to)).toBe(false)
        }
      }),
    )
  })

  test('from the other side the changes are the same, exchanged', () => {
    fc.assert(
      fc.property(pairs, ([from, to]) => {
        expect([difference(json(to), json(from)), swapped(difference(json(from), json(to)))]).toSatisfy(areSame)
      }),
    )
  })

  test('a value is no different from itself, however it is written', () => {
    fc.assert(
      fc.property(parsed(fc.jsonValue()), (value) => {
        const spaced = side(JSON.stringify(value, undefined, 2), 'application/json')
        expect(difference(json(value), spaced)).toEqual({ kind: 'json', changes: [] })
      }),
    )
  })

  test('integers of which the texts differ are never without a difference', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), fc.bigInt({ min: 1n, max: 3000n }), (one, more) => {
        const found = difference(side(`[${one}]`), side(`[${one + more}]`))
        expect(found.kind === 'json' ? found.changes.length : listsIn(found).added.length).toBe(1)
      }),
    )
  })
})
