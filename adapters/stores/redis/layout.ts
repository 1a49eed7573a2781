import type { Topology } from './client.ts'

/** A cluster keeps what one script touches on one node, so a store there has so many parts, each with an index of its own. */
const PARTS_IN_CLUSTER = 64

/**
 * Where things stand in Redis. The prefix has no `/`, so no key of one prefix can be read as one of another:
 *
 *     <prefix>/v/<key>   a value, as it is
 *     <prefix>/i         the index: a sorted set of the names of all values, for listings; Redis itself keeps no order
 *     <prefix>/l/<key>   a lease: a hash of generation, holder, since, until
 *     <prefix>/n         no key, but the channel on which changes are told
 *
 * In a cluster `{n}/` stands after the prefix, for the part that the key's subject falls to (`h1:e:<subject>`): a lease and all that is written
 * under its fence stand on one node, and the whole is spread.
 */
export class Layout {
  readonly parts: readonly string[]
  readonly #prefix: string

  constructor(prefix: string, topology: Topology) {
    this.#prefix = `${prefix}/`
    this.parts = topology === 'one' ? [''] : Array.from({ length: PARTS_IN_CLUSTER }, (_, n) => `{${n}}/`)
  }

  partOf(key: string): string {
    return this.parts[this.parts.length === 1 ? 0 : sumOf(subjectOf(key)) % this.parts.length] as string
  }

  value(key: string): string {
    return `${this.#prefix}${this.partOf(key)}v/${key}`
  }

  index(part: string): string {
    return `${this.#prefix}${part}i`
  }

  lease(key: string): string {
    return `${this.#prefix}${this.partOf(key)}l/${key}`
  }

  /** Where changes are told. */
  get news(): string {
    return `${this.#prefix}n`
  }

  /** For SCAN: values whose key begins so. The places of wildcards in it are plain characters. */
  pattern(keyPrefix: string): string {
    const spread = this.parts.length === 1 ? '' : '{*}/'
    return `${literal(this.#prefix)}${spread}v/${literal(keyPrefix)}*`
  }

  /** The key whose value stands there. */
  keyAt(place: string): string {
    return place.slice(place.indexOf('v/', this.#prefix.length) + 2)
  }

  /** The items of each part, and where they stood in the list. */
  split<T>(items: readonly T[], keyOf: (item: T) => string): [string, { item: T; place: number }[]][] {
    const placed = items.map((item, place) => ({ item, place }))
    return [...Map.groupBy(placed, ({ item }) => this.partOf(keyOf(item)))]
  }
}

function literal(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}

/** The third word of `h1:e:<subject>` and `h1:v:<subject>:<id>`; a key of another shape is a subject of its own. */
function subjectOf(key: string): string {
  return key.split(':', 3)[2] ?? key
}

/** FNV-1a over code units. */
function sumOf(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}
