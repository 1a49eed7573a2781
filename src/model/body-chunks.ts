import { isBytes } from './bytes.ts'
import { CHUNK_SIZE } from './record.ts'
import type { Loan, StoredBody } from './rooms.ts'
import type { Purpose } from './stored-body.ts'

/** Bytes in pieces of at most `size`, none of them copied. */
export function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A body, or its bytes `from` to `to` (both inclusive), chunk by chunk; one at rest is read as it is asked for, each chunk checked. */
export async function* chunksOf(
  body: Uint8Array | StoredBody,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: Number.POSITIVE_INFINITY },
): AsyncGenerator<Uint8Array> {
  if (isBytes(body)) return yield* piecesOf(body.subarray(from, to + 1), CHUNK_SIZE)
  for (let start = from - (from % CHUNK_SIZE); start <= to && start < body.size; start += CHUNK_SIZE) {
    const chunk = await body.chunk(start / CHUNK_SIZE)
    yield chunk.subarray(Math.max(0, from - start), to + 1 - start)
  }
}

/** Chunk `n` of a body that is at rest or in hand. */
export async function chunkOf(body: Uint8Array | StoredBody, n: number): Promise<Uint8Array> {
  return isBytes(body) ? body.subarray(n * CHUNK_SIZE, (n + 1) * CHUNK_SIZE) : body.chunk(n)
}

/** The same for as long as who reads it needs it. */
export async function loanOf(body: Uint8Array | StoredBody, n: number): Promise<Loan> {
  const lent = isBytes(body) ? undefined : body.lend?.(n)
  return lent ?? given(await chunkOf(body, n))
}

/** It is nobody else's memory. */
export const given = (bytes: Uint8Array): Loan => ({ bytes, end: () => undefined })

/** Says that a reader begins, as {@link StoredBody.hold}. */
export const holdOf = (body: Uint8Array | StoredBody, why?: Purpose): (() => void) =>
  isBytes(body) ? () => undefined : body.hold(why)

/** All of it in one: for what is known to be small enough. */
export async function wholeOf(body: Uint8Array | StoredBody): Promise<Uint8Array> {
  if (isBytes(body)) return body
  const chunks = await Array.fromAsync(chunksOf(body))
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, body.size)
}
