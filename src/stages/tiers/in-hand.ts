import { isBytes } from '../../model/bytes.ts'
import { type EntryRecord, plainOf, type VersionRef } from '../../model/record.ts'
import { versionFacts } from '../../policy/candidate.ts'
import { isOf } from './carried.ts'
import type { Opened, Placed, Whole } from './placed.ts'

/** What stays in hand: so many entries, of so many bytes in all, one of them at most a quarter of that. */
const ENTRIES = 128
const BYTES = 8 * 1024 * 1024
const MOST = BYTES / 4

/** A small body is a part of its record. */
const bytesOf = ({ body, record }: Whole): number =>
  record === undefined ? body.length : record.length + (body.buffer === record.buffer ? 0 : body.length)

const sizeOf = ({ bytes, placed }: Opened): number => bytes.length + (placed === undefined ? 0 : bytesOf(placed))

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * What was last read of a store, opened and proven. The store is asked for the entry each time: as long as that is the same byte for byte, it
 * need not be opened again, and what it names has the same bytes, for an id has the same for ever.
 */
export class InHand {
  readonly #opened = new Map<string, Opened>()
  #bytes = 0

  /** What these bytes came to the last time. */
  get(key: string, bytes: Uint8Array): Opened | undefined {
    const known = this.#opened.get(key)
    return known !== undefined && isSame(known.bytes, bytes) ? known : undefined
  }

  put(key: string, bytes: Uint8Array, entry: EntryRecord): Opened {
    const opened: Opened = { bytes, entry, placed: undefined }
    const before = this.#opened.get(key)
    if (before !== undefined) this.#forget(key, before)
    if (bytes.length > MOST) return opened
    this.#opened.set(key, opened)
    this.#bytes += bytes.length
    this.#bound()
    return opened
  }

  /** The version of an entry that was just opened, with all of its body. */
  place(opened: Opened, { version, body, record }: Placed): void {
    const { key } = version
    if (!isBytes(body) || body.length > MOST || this.#opened.get(key) !== opened) return
    this.#bytes -= sizeOf(opened)
    opened.placed = { version: { ...plainOf(version), facts: versionFacts(version) }, body, record }
    this.#bytes += sizeOf(opened)
    this.#bound()
  }

  #bound(): void {
    for (const [oldest, opened] of this.#opened) {
      if (this.#opened.size <= ENTRIES && this.#bytes <= BYTES) return
      this.#forget(oldest, opened)
    }
  }

  /** Whoever holds the entry still holds no body by it. */
  #forget(key: string, opened: Opened): void {
    this.#opened.delete(key)
    this.#bytes -= sizeOf(opened)
    opened.placed = undefined
  }
}

/** The version in hand, if it is the one that is wanted. */
export function inHand({ placed }: Opened, ref: VersionRef): Whole | undefined {
  return placed !== undefined && isOf(placed.version, ref) ? placed : undefined
}

/** The same, if it was read from this record. */
export function inHandOf(opened: Opened, ref: VersionRef, record: Uint8Array): Whole | undefined {
  const known = inHand(opened, ref)
  return known?.record !== undefined && isSame(known.record, record) ? known : undefined
}
