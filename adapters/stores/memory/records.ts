import { Chain, type Linked } from '../../../src/model/chain.ts'

/** Beside the value itself: the key's text, a node, a place in a Map. Measured on Node 24 at 150 to 250 bytes. */
const RECORD_COST = 200

export interface RecordOf<T> {
  readonly key: string
  readonly value: T
  /** What it counts for. */
  readonly bytes: number
  /** Epoch milliseconds. */
  readonly expires?: number
}

interface Node extends RecordOf<unknown>, Linked<Node> {
  readonly home: Map<string, Node>
}

export interface Bounds {
  readonly maxBytes: number
  readonly maxItems: number
}

/** One kind of record: byte values, or decoded ones. */
export interface Shelf<T> {
  /** Counts as a use. */
  get(key: string): RecordOf<T> | undefined
  /** Does not. */
  peek(key: string): RecordOf<T> | undefined
  /** False: it cannot fit, and nothing has changed. */
  set(key: string, value: T, facts: { bytes: number; expires: number | undefined; kept: 'while-used' | 'always' }): boolean
  delete(key: string): void
  keys(): Iterable<string>
}

/**
 * Records of several shelves in one order of use, within one bound.
 *
 * The order is a chain through the records and not that of a Map: to delete and set again on each hit costs a Map a new slot, and now
 * and then a rehash of everything (at 100,000 records a pause of some 10 ms).
 */
export class RecordsInOrderOfUse {
  readonly #bounds: Bounds
  readonly #evicted: (record: RecordOf<unknown>) => void
  readonly #shelves: Map<string, Node>[] = []
  /** What is kept always stands outside of it, so that eviction never meets it. */
  readonly #chain = new Chain<Node>()
  #bytes = 0
  #alwaysBytes = 0
  #items = 0
  #told: (() => void)[] = []

  constructor(bounds: Bounds, evicted: (record: RecordOf<unknown>) => void) {
    this.#bounds = bounds
    this.#evicted = evicted
  }

  /** Calls back once, before anything changes. */
  beforeChange(told: () => void): void {
    this.#told.push(told)
  }

  #changes(): void {
    if (this.#told.length === 0) return
    const told = this.#told
    this.#told = []
    for (const tell of told) tell()
  }

  shelf<T>(): Shelf<T> {
    const home = new Map<string, Node>()
    this.#shelves.push(home)
    return {
      get: (key) => {
        const node = home.get(key)
        if (node !== undefined && this.#chain.has(node)) this.#chain.use(node)
        return node as RecordOf<T> | undefined
      },
      peek: (key) => home.get(key) as RecordOf<T> | undefined,
      set: (key, value, { bytes, expires, kept }) => {
        this.#changes()
        const cost = bytes + key.length + RECORD_COST
        const old = home.get(key)
        const oldAlways = old !== undefined && !this.#chain.has(old) ? old.bytes : 0
        const always = this.#alwaysBytes - oldAlways
        if (always + cost > this.#bounds.maxBytes) return false
        if (old !== undefined) this.#forget(old)
        const node = { key, value, bytes: cost, home, older: undefined, newer: undefined }
        this.#add(expires === undefined ? node : { ...node, expires }, kept)
        return true
      },
      delete: (key) => {
        const node = home.get(key)
        if (node === undefined) return
        this.#changes()
        this.#remove(node)
      },
      keys: () => home.keys(),
    }
  }

  clear(): void {
    this.#changes()
    for (const home of this.#shelves) home.clear()
    this.#chain.clear()
    this.#bytes = 0
    this.#alwaysBytes = 0
    this.#items = 0
  }

  #add(node: Node, kept: 'while-used' | 'always'): void {
    node.home.set(node.key, node)
    this.#bytes += node.bytes
    if (kept === 'always') {
      this.#alwaysBytes += node.bytes
    } else {
      this.#items++
      this.#chain.use(node)
    }
    while (this.#bytes > this.#bounds.maxBytes || this.#items > this.#bounds.maxItems) {
      const given = this.#chain.oldest
      if (given === undefined) break
      this.#remove(given)
      this.#evicted(given)
    }
  }

  #remove(node: Node): void {
    node.home.delete(node.key)
    this.#forget(node)
  }

  /** Its place in its Map is another one's from now on: to give it up and take it again would leave a hole. */
  #forget(node: Node): void {
    this.#bytes -= node.bytes
    if (this.#chain.has(node)) {
      this.#items--
      this.#chain.remove(node)
    } else {
      this.#alwaysBytes -= node.bytes
    }
  }
}
