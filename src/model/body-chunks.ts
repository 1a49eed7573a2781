import { isBytes } from './bytes.ts'
import { CHUNK_SIZE } from './record.ts'
import type { Loan, StoredBody } from './rooms.ts'
import type { Purpose } from './stored-body.ts'

/** Bytes in pieces as large as a chunk, none of them copied. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_SIZE) yield bytes.subarray(at, at + CHUNK_SIZE)
}

/** A body chunk by chunk; one at rest is read as it is asked for, each chunk checked. */
export async function* chunksOf(body: Uint8Array | StoredBody): AsyncGenerator<Uint8Array> {
  if (isBytes(body)) return yield* piecesOf(body)
  for (let n = 0; n * CHUNK_SIZE < body.size; n++) yield await body.chunk(n)
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

/** A copy of some of its bytes from an offset on, at most so many. Who goes on from there finds the same chunk in hand. */
export async function bytesFrom(body: Uint8Array | StoredBody, from: number, most: number): Promise<Uint8Array> {
  const at = from % CHUNK_SIZE
  const { bytes, end } = await loanOf(body, (from - at) / CHUNK_SIZE)
  const copy = new Uint8Array(bytes.subarray(at, at + most))
  end()
  return copy
}

/** The number of the last chunk of a body of so many bytes; of one without any that is the first. */
export const lastChunk = (size: number): number => Math.max(0, Math.ceil(size / CHUNK_SIZE) - 1)

/** Whether it can be read where it is: by its last chunk. */
export async function stands(body: StoredBody): Promise<boolean> {
  return body.chunk(lastChunk(body.size)).then(
    () => true,
    () => false,
  )
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
