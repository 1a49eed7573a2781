import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { decoded } from '../../src/stages/transport/decode.ts'
import { pseudoRandom } from '../helpers/digest.ts'
import { rounds } from '../helpers/turning.ts'
import { bytesOf, failureOf } from './transport.ask.ts'

/** One that is decoded in one call, and one that goes through a stream. */
const TEXTS = [pseudoRandom(500).toString('base64'), pseudoRandom(60_000).toString('base64')].map((text) => Buffer.from(text))

const CHECKSUM = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

const CODINGS: readonly (readonly [label: string, name: string, encode: (bytes: Buffer) => Buffer])[] = [
  ['gzip', 'gzip', gzipSync],
  ['x-gzip', 'X-GZip', gzipSync],
  ['deflate in its wrapper', 'deflate', deflateSync],
  ['raw deflate', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
  ['zstd', 'zstd', (bytes) => zstdCompressSync(bytes)],
  ['zstd with a checksum', 'zstd', (bytes) => zstdCompressSync(bytes, CHECKSUM)],
]

/** A body that comes in pieces of so many bytes, and knows whether it was let go of. */
class Pieces implements AsyncIterable<Uint8Array> {
  readonly #bytes: Buffer
  readonly #size: number
  asked = 0
  leftEarly = false

  constructor(bytes: Buffer, size = bytes.length || 1) {
    this.#bytes = bytes
    this.#size = size
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let isWhole = false
    try {
      for (let at = 0; at < this.#bytes.length; at += this.#size) {
        this.asked += 1
        yield this.#bytes.subarray(at, at + this.#size)
      }
      isWhole = true
    } finally {
      this.leftEarly = !isWhole
    }
  }
}

// vitest fails a run in which a rejection or an error event goes unheard; here is the time for one to come up.
afterEach(() => rounds())

describe.each(CODINGS)('%s', (_label, name, encode) => {
  test.each(TEXTS.map((text) => [text.length, text] as const))('of %d bytes, in pieces of any size', async (_length, text) => {
    const coded = encode(text)
    for (const size of [coded.length, 1 + (coded.length >> 1), 1000, ...(coded.length < 2000 ? [1, 2, 3] : [])]) {
      expect((await bytesOf(decoded(new Pieces(coded, size), name))).equals(text)).toBe(true)
    }
  })

  test('whose text is empty', async () => {
    expect(await bytesOf(decoded(new Pieces(encode(Buffer.alloc(0))), name))).toHaveLength(0)
    expect(await bytesOf(decoded(new Pieces(encode(Buffer.alloc(0)), 1), name))).toHaveLength(0)
  })

  test.each(TEXTS.map((text) => [text.length, text] as const))('of %d bytes, cut anywhere', async (_length, text) => {
    const coded = encode(text)
    for (const keep of [0, 1, 2, 10, coded.length >> 1, coded.length - 8, coded.length - 4, coded.length - 1]) {
      for (const size of [keep || 1, 7 + (keep >> 1)]) {
        expect(await failureOf(bytesOf(decoded(new Pieces(coded.subarray(0, keep), size), name)))).toBe('BAD_ENCODING')
      }
    }
  })

  test.each([Buffer.from('rubbish!'), Buffer.alloc(16), Buffer.from([0])])('with %j behind its end', async (rubbish) => {
    for (const text of TEXTS) {
      const coded = encode(text)
      // In the same piece, in a piece of its own, and in pieces of one byte.
      for (const size of [coded.length + rubbish.length, coded.length, ...(coded.length < 2000 ? [1] : [])]) {
        const body = new Pieces(Buffer.concat([coded, rubbish]), size)
        expect(await failureOf(bytesOf(decoded(body, name)))).toBe('BAD_ENCODING')
      }
    }
  })
})

test.each([
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
] as const)('%s: a second body behind the first is rubbish', async (name, encode) => {
  for (const text of TEXTS) {
    const coded = encode(text)
    const twice = Buffer.concat([coded, coded])
    for (const size of [twice.length, coded.length]) {
      expect(await failureOf(bytesOf(decoded(new Pieces(twice, size), name)))).toBe('BAD_ENCODING')
    }
  }
})

test.each(CODINGS)(
  '%s: a small body takes no way through the thread pool, a large one no turn for itself',
  async (_label, name, encode) => {
    const pieces = async (text: Buffer): Promise<number> =>
      (await Array.fromAsync(decoded(new Pieces(encode(text)), name))).length
    expect(await pieces(Buffer.alloc(100_000))).toBe(1)
    expect(await pieces(TEXTS[1] as Buffer)).toBeGreaterThan(1)
  },
)

test.each([
  ['gzip, members', 'gzip', gzipSync],
  ['zstd, frames', 'zstd', (bytes: Buffer) => zstdCompressSync(bytes, CHECKSUM)],
] as const)('%s: several in a row are one body, wherever they are broken up', async (_label, name, encode) => {
  const [text] = TEXTS as [Buffer]
  const coded = Buffer.concat([encode(text), encode(text), encode(text)])
  const third = coded.length / 3
  for (const size of [coded.length, third, third - 1, third + 1, 2 * third, 2 * third + 1, 1, 64]) {
    expect((await bytesOf(decoded(new Pieces(coded, size), name))).equals(Buffer.concat([text, text, text]))).toBe(true)
  }
  for (const cut of [1, 9, third - 4, third - 1]) {
    expect(await failureOf(bytesOf(decoded(new Pieces(coded.subarray(0, coded.length - cut)), name)))).toBe('BAD_ENCODING')
  }
})

test.each(TEXTS.map((text) => [text.length, text] as const))(
  'a wrong checksum or length is noticed, %d bytes',
  async (_length, text) => {
    for (const [encode, name, at] of [
      [gzipSync, 'gzip', -8],
      [gzipSync, 'gzip', -1],
      [deflateSync, 'deflate', -1],
      [(bytes: Buffer) => zstdCompressSync(bytes, CHECKSUM), 'zstd', -1],
    ] as const) {
      const coded = encode(text)
      coded[coded.length + at] = (coded.at(at) ?? 0) ^ 1
      expect(await failureOf(bytesOf(decoded(new Pieces(coded), name)))).toBe('BAD_ENCODING')
    }
  },
)

describe('which codings', () => {
  const text = Buffer.from('text')

  test('are taken off from the last to the first', async () => {
    const coded = brotliCompressSync(gzipSync(deflateSync(text)))
    expect(await bytesOf(decoded(new Pieces(coded), 'deflate, GZIP,br'))).toEqual(text)
  })

  test.each([undefined, '', 'identity', ' Identity , '])('%j means none', async (field) => {
    expect(await bytesOf(decoded(new Pieces(text), field))).toEqual(text)
  })

  test('five at most', async () => {
    const coded = Array.from({ length: 5 }).reduce<Buffer>((bytes) => gzipSync(bytes), text)
    expect(await bytesOf(decoded(new Pieces(coded), 'gzip, gzip, gzip, gzip, gzip'))).toEqual(text)
    expect(await failureOf(bytesOf(decoded(new Pieces(coded), Array(6).fill('gzip').join(','))))).toBe('BAD_ENCODING for good')
  })

  test.each(['compress', 'gzip, foo', '__proto__', 'constructor', 'aws-chunked'])(
    '%s is unknown: the bytes are left as they are',
    async (field) => {
      expect(await bytesOf(decoded(new Pieces(Buffer.from('as it is')), field))).toEqual(Buffer.from('as it is'))
    },
  )
})
