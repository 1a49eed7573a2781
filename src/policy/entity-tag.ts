import type { EntityTag } from '../model/response-facts.ts'

/** With a blank in it, which no tag may have, it is one to its server all the same. */
const QUOTED = /^(W\/)?("[\t\x20\x21\x23-\x7e\x80-\uffff]*")$/
const BLANK = /[\t ]/

/** A tag without quotes: wrong, but common. It holds nothing that ends an element of a list, and is not the `*` that names them all. */
const BARE = /^(?!\*$)[\x21\x23-\x2b\x2d-\x7e\x80-\uffff]+$/

/**
 * The tag of an `ETag` field, or undefined. One without its quotes, or with a blank, is taken, as weak: its server recognises it when it is
 * repeated (If-None-Match), but nothing is built on it (If-Range).
 */
export function parseEntityTag(value: string | undefined): EntityTag | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  const [, weak, opaque] = QUOTED.exec(text) ?? []
  if (opaque !== undefined) return { text, opaque, weak: weak !== undefined || BLANK.test(opaque) }
  return BARE.test(text) ? { text, opaque: text, weak: true } : undefined
}

/** RFC 9110 8.8.3.2: the opaque parts are equal, whatever their strength. */
export function weaklyEqual(a: EntityTag | undefined, b: EntityTag | undefined): boolean {
  return a !== undefined && b !== undefined && a.opaque === b.opaque
}

/** RFC 9110 8.8.3.2: equal, and neither is weak. */
export function stronglyEqual(a: EntityTag | undefined, b: EntityTag | undefined): boolean {
  return weaklyEqual(a, b) && a?.weak === false && b?.weak === false
}

/** The tags of If-None-Match or If-Match (RFC 9110 13.1.1), or 'any' for `*`. What is not a tag is passed over. */
export function parseEntityTags(value: string): 'any' | readonly EntityTag[] {
  if (value.trim() === '*') return 'any'
  const tags: EntityTag[] = []
  for (const [element] of value.matchAll(/(?:W\/)?"[^"]*"|[^ \t,"]+/g)) {
    const tag = parseEntityTag(element)
    if (tag !== undefined) tags.push(tag)
  }
  return tags
}
