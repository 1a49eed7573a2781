import type { LiveVersion } from '../../model/record.ts'
import type { StoredBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'

/** A version with its body. */
export interface Placed {
  /** Its `home` says where the body stands already: it is not copied there. */
  readonly version: LiveVersion
  readonly body: Uint8Array | StoredBody
}

/** The ways of bytes that a tier is handed. */
export interface BodyRoom {
  open(store: Store, place: { bodyId: string; size: number }, damaged: () => void): StoredBody
  copy(body: Uint8Array | StoredBody, to: Store): Promise<string>
}
