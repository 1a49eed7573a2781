import http, { type ClientRequest, type RequestOptions } from 'node:http'
import { Duplex, Transform } from 'node:stream'
import zlib, { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { pseudoRandom } from '../../helpers/digest.ts'
import { rounds, turnUntil } from '../../helpers/turning.ts'
import { given } from './given.ts'

// One block of zstd, of which nothing is decoded before its end: 80 KB of text in 60.
const TEXT = pseudoRandom(60_000).toString('base64')
const CODED = zstdCompressSync(TEXT)
const PIECE = 1_500

/** A connection in our hands: what is pushed is there at once, however busy the machine. */
function lineOf(): Duplex {
  const line = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() })
  const original = http.request.bind(http) as (options: RequestOptions) => ClientRequest
  const request = (options: RequestOptions) => original({ ...options, agent: undefined, createConnection: () => line })
  const standing = vi.spyOn(http, 'request').mockImplementation(request as typeof http.request)
  onTestFinished(() => standing.mockRestore())
  return line
}

/** Decodes as the real one does, all at the end, without its journeys to the thread pool, which no clock that is turned by hand waits for. */
class Decoder extends Transform {
  bytesWritten = 0
  readonly #block: Buffer[] = []

  override _transform(bytes: Buffer, _encoding: string, done: () => void): void {
    this.bytesWritten += bytes.length
    this.#block.push(bytes)
    if (this.bytesWritten === CODED.length) this.push(zstdDecompressSync(Buffer.concat(this.#block)))
    done()
  }
}

test.each(['GET', 'POST'])('the coded body of a %s that comes slowly is not silent while its decoder is', async (method) => {
  await using g = await given({ retry: false, timeouts: { stall: '5s', minRate: '1KB' } })
  const standing = vi.spyOn(zlib, 'createZstdDecompress').mockImplementation(() => new Decoder() as never)
  onTestFinished(() => standing.mockRestore())
  const line = lineOf()
  const asked = new Promise((resolve) => line.once('resume', resolve))
  const call = g.fetch('http://origin.example/f', { method, headers: { 'Accept-Encoding': 'zstd' } })
  const read = call.then((response) => response.text()).catch(({ message }: Error) => message)
  await asked
  line.push(`HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: ${CODED.length}\r\n\r\n`)
  for (let at = 0; at < CODED.length; at += PIECE) {
    line.push(CODED.subarray(at, at + PIECE))
    await rounds()
    await g.clock.advance(1_000)
  }
  expect(await turnUntil(g.clock, read)).toBe(TEXT)
})
