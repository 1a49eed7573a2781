import { type AnswerOptions, type At, answerTo, type Body, placeIn } from './answer.ts'
import type { Exchange, Step } from './exchange.ts'
import { type Fields, mergeFields } from './fields.ts'

/**
 * `unterminated`: the connection ends after the last data chunk, without the zero chunk.
 * `size`: a chunk size that is no number. `negative`, `huge`: chunk sizes of -5 and 2^64-1.
 * `more`: the last chunk announces ten bytes more than it brings. `no-crlf`: chunk data without the line end behind it.
 * `extension`: a chunk extension of 100,000 characters.
 */
export type ChunkFault = 'unterminated' | 'size' | 'negative' | 'huge' | 'more' | 'no-crlf' | 'extension'

export interface ChunkedOptions extends AnswerOptions {
  /** Bytes of each chunk. Default 16 KiB. */
  chunkSize?: number
  /** Close the connection after so many bytes of the body, in the middle of a chunk. */
  cutAt?: At
  /** How it is cut. Default 'close'. */
  cutBy?: 'close' | 'reset'
  bad?: ChunkFault
  /** Sent after the zero chunk. */
  trailers?: Fields
  /** Declare a Content-Length as well. Default false. */
  alsoLength?: boolean
}

const CHUNK = 16 * 1024
const BAD_SIZES: Partial<Record<ChunkFault, string>> = { size: 'zz', negative: '-5', huge: 'ffffffffffffffff' }

/** A body in chunks, whole or faulty. */
export function chunked(body: Body, options: ChunkedOptions = {}): Step {
  return async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    const length: Fields = options.alsoLength ? { 'Content-Length': String(answer.body.length) } : {}
    const { chunkSize = CHUNK } = options
    await exchange.head(answer.status, mergeFields({ 'Transfer-Encoding': 'chunked' }, length, answer.fields))
    if (exchange.bodiless) return
    const cutAt = options.cutAt === undefined ? Number.POSITIVE_INFINITY : placeIn(answer.body, options.cutAt)
    const total = answer.body.length
    for (let start = 0; start < total; start += chunkSize) {
      const chunk = answer.body.slice(start, Math.min(start + chunkSize, total))
      if (start + chunk.length > cutAt) {
        await cutChunk(exchange, chunk, cutAt - start)
        return breakOff(exchange, options)
      }
      const last = start + chunk.length === total
      await sendChunk(exchange, chunk, last || options.bad !== 'more' ? options.bad : undefined)
    }
    if (cutAt === total) return breakOff(exchange, options)
    await endChunks(exchange, options)
  }
}

async function cutChunk(exchange: Exchange, chunk: Uint8Array, keep: number): Promise<void> {
  await exchange.write(Buffer.from(`${chunk.length.toString(16)}\r\n`))
  await exchange.send(chunk.subarray(0, keep))
}

function breakOff(exchange: Exchange, { cutBy }: ChunkedOptions): void {
  if (cutBy === 'reset') exchange.reset()
  else exchange.destroy()
}

async function sendChunk(exchange: Exchange, chunk: Uint8Array, bad: ChunkFault | undefined): Promise<void> {
  const announced = chunk.length + (bad === 'more' ? 10 : 0)
  const size = (bad && BAD_SIZES[bad]) ?? announced.toString(16)
  const extension = bad === 'extension' ? `;note=${'x'.repeat(100_000)}` : ''
  await exchange.write(Buffer.from(`${size}${extension}\r\n`))
  await exchange.send(chunk)
  if (bad !== 'no-crlf') await exchange.write(Buffer.from('\r\n'))
}

async function endChunks(exchange: Exchange, { bad, trailers = {}, alsoLength }: ChunkedOptions): Promise<void> {
  if (bad === 'unterminated') return exchange.closeAfter()
  const lines = Object.entries(trailers).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}\r\n`))
  await exchange.finish(Buffer.from(`0\r\n${lines.join('')}\r\n`))
  if (bad !== undefined || alsoLength) exchange.closeAfter()
}
