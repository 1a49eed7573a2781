import { isBytes } from '../../../model/bytes.ts'
import type { StoredBody } from '../../../model/rooms.ts'

/** A body that remembers whether reading it failed. */
export function watched(body: Uint8Array | StoredBody): { body: Uint8Array | StoredBody; hasFailed: () => boolean } {
  if (isBytes(body)) return { body, hasFailed: () => false }
  let failed = false
  const chunk = (n: number): Promise<Uint8Array> =>
    body.chunk(n).catch((error: unknown) => {
      failed = true
      throw error
    })
  return { body: { size: body.size, chunk, hold: () => body.hold() }, hasFailed: () => failed }
}
