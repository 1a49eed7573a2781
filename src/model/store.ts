/** A right to write, granted by a store for a limited time. A later grant of the same key has a higher `generation`. */
export interface Lease {
  readonly key: string
  /** Higher with each grant of this key, for as long as the store lives: the fencing token. */
  readonly generation: number
  /** Prolongs the lease to `ms` from now. False once a later generation exists or the lease has run out. */
  extend(ms: number): Promise<boolean>
  /**
   * Gives the lease back; idempotent, and without effect on a later generation. Nobody writes under it any more, so a store may forget it
   * then, and refuse who does.
   */
  release(): Promise<void>
}

export interface SetOptions {
  /** Epoch milliseconds after which the store may forget the value. Retention's business, never freshness's. */
  expires?: number
  /**
   * Rejects with code FENCED when a later generation of that lease exists, or it was given back and forgotten, decided in one step with
   * the write.
   */
  fence?: Lease
}

export interface CompareOptions {
  fence?: Lease
  /**
   * The fence is given back in the same step, where it is written. A store may leave that out, for who asks it gives the lease back all the
   * same; one that does it spares that call.
   */
  release?: boolean
}

export interface ReadOptions {
  /** 'keep': it is no use, so what is only looked over keeps its place in the order of use. Default 'touch'. */
  recency?: 'touch' | 'keep'
}

export interface StoreEntry {
  key: string
  value: Uint8Array
  expires?: number
}

/** What a key held when it was read. */
export interface KnownValue {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** Decoded records in this process, asked first and synchronously. */
export interface LiveRecords {
  get(key: string): object | undefined
  /** 'always': it is not given up to make room, where it fits at all. Default 'while-used'. */
  set(key: string, value: object, bytes: number, kept?: 'while-used' | 'always'): void
  delete(key: string): void
  /** As `get`, but no use: what is only looked over keeps its place in the order of use. Without it `get` is asked. */
  peek?(key: string): object | undefined
  /** Calls back once, before the next change of any record: until then what was looked up stands as it is. Without it every look is one. */
  beforeChange?(told: () => void): void
  /** In no order. Without it entries that stand nowhere else are not listed. */
  keys?(): Iterable<string>
}

/** Large bodies as files or streams. One writer ever per id; `append` adds at the end. */
export interface BodyFiles {
  /** The array is the caller's: it is written over as soon as this resolves. */
  append(id: string, bytes: Uint8Array): Promise<void>
  /**
   * Bytes `from` (inclusive) to `to` (exclusive); fewer where the body ends earlier; undefined where there is no such body. Where there is a
   * `room` the bytes may be put at its beginning, and that part of it be given, instead of new memory; a store may also ignore it.
   */
  read(id: string, from: number, to: number, room?: Uint8Array): Promise<Uint8Array | undefined>
  size(id: string): Promise<number | undefined>
  delete(ids: string[]): Promise<void>
  ids(): AsyncIterable<string>
}

/**
 * One back end that keeps bytes under short, printable keys. A failure rejects, and a resolved write means stored:
 * that is where it differs from the storage adapters of Keyv 6, after which it is shaped.
 */
export interface Store {
  readonly name: string
  /** Outlives the process. */
  readonly durable: boolean
  /** Read by others than this user. */
  readonly shared: boolean
  /** Decides the time limit of a call, and writing behind. */
  readonly remote: boolean
  readonly readOnly?: boolean
  /** Bytes. A larger body is not offered to this store. */
  readonly maxEntryBytes?: number
  get(key: string): Promise<Uint8Array | undefined>
  getMany(keys: string[], options?: ReadOptions): Promise<(Uint8Array | undefined)[]>
  /** As `getMany`, at once, for a store that answers within microseconds; undefined where it cannot say now. It never throws. */
  glance?(keys: readonly string[]): (Uint8Array | undefined)[] | undefined
  /** Another number as soon as anything that `glance` would give may be different, whoever has changed it; undefined as there. */
  stamp?(): number | undefined
  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void>
  setMany(entries: StoreEntry[], options?: { fence?: Lease }): Promise<void>
  /**
   * As `setMany`, where `known.key` still holds `known.value` (undefined: where it holds nothing), decided in one step with the write.
   * False, and nothing is written, where it does not. Without it, who reads, merges and writes takes a lease for that long.
   */
  compareAndSet?(known: KnownValue, entries: StoreEntry[], options?: CompareOptions): Promise<boolean>
  delete(keys: string[], options?: { fence?: Lease }): Promise<void>
  keys(prefix: string, options?: { after?: string; limit?: number }): AsyncIterable<string>
  /** Undefined when somebody else holds it. */
  lease?(key: string, ms: number): Promise<Lease | undefined>
  /** Tells all who listen, in other processes too. A hint, which may be lost or come late: nobody waits for it. It never throws. */
  tell?(word: string): void
  /** Hears what others tell; the returned function ends it. It keeps no process alive. */
  listen?(listener: (word: string) => void): () => void
  readonly live?: LiveRecords
  readonly bodies?: BodyFiles
  /** Tells of each value given up to stay within `maxBytes`; `record`: the decoded one that it was. */
  onEvict?(listener: (evicted: { key: string; bytes: number; record?: object }) => void): void
  close(): Promise<void>
}
