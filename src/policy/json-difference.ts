import type { Change } from '../model/difference.ts'
import { type Alike, likeness } from './json-likeness.ts'

/**
 * Where two parsed JSON values differ, in order of member names (by code units) and of list indices. Takes time and memory in proportion
 * to the values, and no stack: they may be nested as deep as they like.
 *
 * Lists are compared by index. Where one is longer, their common start and end are taken off first, so that one insertion is one change:
 * of what is left, the surplus at its end was inserted or removed. No key of a member (`id`, `name`) is taken for its identity, for
 * nothing says that it is one.
 */
export function jsonChanges(from: unknown, to: unknown): Change[] {
  const alike = likeness(from, to)
  const changes: Change[] = []
  const open: Change[] = [{ pointer: '', from, to }]
  for (let change = open.pop(); change !== undefined; change = open.pop()) {
    if (!('from' in change && 'to' in change)) changes.push(change)
    else if (!alike(change.from, change.to)) {
      const inner = inside(change, alike)
      if (inner === undefined) changes.push(change)
      // Last one first, for the stack gives back the last one first.
      else for (let at = inner.length - 1; at >= 0; at--) open.push(inner[at] as Change)
    }
  }
  return changes
}

/** What may differ inside; undefined where one side has no inside, or another kind of it. */
function inside({ pointer, from, to }: Change, alike: Alike): Change[] | undefined {
  if (Array.isArray(from) && Array.isArray(to)) return ofLists(pointer, { from, to }, alike)
  return isObject(from) && isObject(to) ? ofObjects(pointer, from, to) : undefined
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function ofObjects(pointer: string, from: Fields, to: Fields): Change[] {
  const names = new Set([...Object.keys(from), ...Object.keys(to)])
  return [...names].sort().map((name) => ({
    pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    // An own member only: `constructor` and `__proto__` are there for every object otherwise.
    ...(Object.hasOwn(from, name) && { from: from[name] }),
    ...(Object.hasOwn(to, name) && { to: to[name] }),
  }))
}

interface Lists {
  readonly from: readonly unknown[]
  readonly to: readonly unknown[]
}

function ofLists(pointer: string, { from, to }: Lists, alike: Alike): Change[] {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && alike(from[start], to[start])) start++
  let tail = 0
  while (tail < shorter - start && alike(from[from.length - 1 - tail], to[to.length - 1 - tail])) tail++
  const changes: Change[] = []
  for (let at = start; at < Math.max(from.length, to.length) - tail; at++) {
    changes.push({
      pointer: `${pointer}/${at}`,
      ...(at < from.length - tail && { from: from[at] }),
      ...(at < to.length - tail && { to: to[at] }),
    })
  }
  return changes
}
