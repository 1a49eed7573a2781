import { createHash } from 'node:crypto'

/** What a caller has in hand when it has read a body to its end. */
export interface Received {
  readonly bytes: number
  /** SHA-256 of the bytes that were read, in hex. */
  readonly digest: string
}

/** Reads a body to its end without keeping it. */
export async function received(body: AsyncIterable<Uint8Array> | null): Promise<Received> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of body ?? []) {
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, digest: hash.digest('hex') }
}
