import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Change, Difference } from '../../src/model/difference.ts'
import { difference, type Side } from '../../src/policy/difference.ts'

export function side(body: string | Uint8Array | undefined, type?: string): Side {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const digest = createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
  return { bytes, type, size: bytes?.length ?? 0, digest }
}

export const between = (from: string, to: string, type?: string): Difference => difference(side(from, type), side(to, type))

export function changesIn(found: Difference): readonly Change[] {
  if (found.kind !== 'json') throw new Error(`compared as ${found.kind}`)
  return found.changes
}

export function listsIn(found: Difference): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  if (found.kind !== 'rows' && found.kind !== 'text') throw new Error(`compared as ${found.kind}`)
  return found
}

/** The same from the other side. */
export function swapped(found: Difference): Difference {
  if (found.kind === 'bytes') return { kind: 'bytes', from: found.to, to: found.from }
  if (found.kind !== 'json') return { kind: found.kind, added: found.removed, removed: found.added }
  return {
    kind: 'json',
    changes: found.changes.map(({ pointer, ...change }) => ({
      pointer,
      ...('to' in change && { from: change.to }),
      ...('from' in change && { to: change.from }),
    })),
  }
}

/** Of two values. Not toStrictEqual, which takes a member named `constructor` for what made the object. */
export const areSame = ([one, other]: readonly unknown[]): boolean => isDeepStrictEqual(one, other)
