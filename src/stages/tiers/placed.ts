import type { EntryRecord, LiveVersion } from '../../model/record.ts'
import type { StoredBody } from '../../model/rooms.ts'
import type { Retiring } from '../../model/stages.ts'
import type { Lease, Store } from '../../model/store.ts'

/** A version with its body. */
export interface Placed {
  /** Its `home` says where the body stands already: it is not copied there. */
  readonly version: LiveVersion
  readonly body: Uint8Array | StoredBody
  /** The bytes that it was read from, where it was. */
  readonly record?: Uint8Array | undefined
}

/** A version with all of its body. */
export interface Whole extends Placed {
  readonly body: Uint8Array
}

/** What came of an entry's bytes (in-hand.ts). */
export interface Opened {
  readonly bytes: Uint8Array
  readonly entry: EntryRecord
  /** Its version, with all of its body. */
  placed: Whole | undefined
}

/** An entry as a tier has it. */
export interface Seen {
  readonly entry: EntryRecord
  /** What went along with it (carried.ts). */
  readonly along: Uint8Array | undefined
  readonly opened?: Opened
  /** What was looked for beside it: once, for what is wrong with it is told. */
  tried?: { readonly id: string; readonly placed: Placed | undefined }
}

/** The ways of bytes that a tier is handed. */
export interface BodyRoom {
  open(store: Store, place: { bodyId: string; size: number }, damaged: () => void): StoredBody
  /** All of a small body at once, proven; undefined where only reading it can tell. */
  glance(store: Store, place: { bodyId: string; size: number }): Uint8Array | undefined
  copy(body: Uint8Array | StoredBody, to: Store): Promise<string>
}

/** How an entry is written. */
export interface Writing {
  /** The right that allows it. It is the last write under it: where the store can, the right ends with it. Undefined: anybody may. */
  readonly fence?: Lease | undefined
  readonly retiring?: Retiring | undefined
  /** The word deletes what is there when it is written, also what has come since somebody looked. */
  readonly removes?: 'what is there' | undefined
  /** What went along with the entry until now (carried.ts) does so no more. */
  readonly along?: 'given up'
  /** Its versions were brought by another tier just now. */
  readonly arePlaced?: true
  /** There is nothing to merge it into, most likely: where the store can tell, it is tried before that is looked for. */
  readonly isNew?: boolean | undefined
}
