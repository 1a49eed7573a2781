import { isBytes } from './bytes.ts'
import type { StoredBody } from './stored-body.ts'

/** A body at rest, and whether its store is waited for just now. */
export function awaited(body: Uint8Array | StoredBody): { body: Uint8Array | StoredBody; isAwaited: () => boolean } {
  let reading = 0
  const isAwaited = (): boolean => reading > 0
  if (isBytes(body)) return { body, isAwaited }
  const chunk = (n: number): Promise<Uint8Array> => {
    reading++
    return body.chunk(n).finally(() => reading--)
  }
  return { body: { size: body.size, chunk, hold: (why) => body.hold(why) }, isAwaited }
}
