import { TransportFailure } from '../../model/transport.ts'
import { codingsOf } from '../../policy/content-coding.ts'
import { codingNamed } from './codings.ts'
import { Decoder } from './decoder.ts'

/** undici's limit too: each coding costs memory, and nobody needs more than two (CVE-2026-22036). */
const MOST_CODINGS = 5

/**
 * The body with its content codings taken off (RFC 9110 8.4), in the reverse of the order in which they were put on: gzip,
 * deflate (with its zlib wrapper, or raw as some servers send it), br and zstd. Each must reach its own end with the right
 * checksum, and nothing may come behind it; a gzip body may have several members, a zstd body several frames.
 *
 * One reader. Nothing is read ahead of it but what an engine holds (a chunk of 64 KiB, a window of at most 16 MiB).
 * Leaving early ends the engines and the body under them.
 *
 * No bytes at all are not a coded empty body, so they fail too. An answer whose framing says that it has none (to HEAD, 304,
 * Content-Length 0) comes from its transport as `decoded`.
 *
 * The iteration throws TransportFailure BAD_ENCODING; `transient: false` where there are too many codings.
 */
export function decoded(body: AsyncIterable<Uint8Array>, contentEncoding: string | undefined): AsyncIterable<Uint8Array> {
  const codings = codingsOf(contentEncoding)
  if (codings.length > MOST_CODINGS) return refused(body, `more than ${MOST_CODINGS} content codings`)
  let decoding = body
  for (const name of codings.toReversed()) decoding = new Decoder(decoding, codingNamed(name))
  return decoding
}

/** Fails when it is read, as every other fault of a body does, and gives the body up. */
function refused(body: AsyncIterable<Uint8Array>, why: string): AsyncIterable<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  const give = async (): Promise<IteratorResult<Uint8Array>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<never> => {
    await give()
    throw new TransportFailure('BAD_ENCODING', why, { transient: false })
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: give }) }
}
