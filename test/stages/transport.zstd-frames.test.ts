import { constants, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ZstdFrames } from '../../src/stages/transport/zstd-frames.ts'
import { pseudoRandom } from '../helpers/digest.ts'

// Node up to 24.19 takes a body that ends within a frame for a whole one, so here it is told without Node.

/** Blocks of each kind: compressed, raw (nothing to compress), the same byte again, and a frame of none. */
const CONTENTS: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('some text '.repeat(50)),
  Buffer.alloc(300_000),
  Buffer.from(pseudoRandom(200_000)),
  Buffer.concat([Buffer.alloc(140_000, 'ab'), Buffer.from(pseudoRandom(140_000)), Buffer.from('and text '.repeat(9_000))]),
]

const frame = fc.oneof(
  fc
    .record({
      content: fc.constantFrom(...CONTENTS),
      checksum: fc.constantFrom(0, 1),
      size: fc.constantFrom(0, 1),
      level: fc.constantFrom(1, 3, 12),
    })
    .map(({ content, checksum, size, level }) => {
      const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag, ZSTD_c_compressionLevel } = constants
      const params = { [ZSTD_c_checksumFlag]: checksum, [ZSTD_c_contentSizeFlag]: size, [ZSTD_c_compressionLevel]: level }
      return zstdCompressSync(content, { params, ...(size === 1 && { pledgedSrcSize: content.length }) })
    }),
  // A frame that holds no content.
  fc.record({ kind: fc.nat(15), bytes: fc.uint8Array({ maxLength: 40 }) }).map(({ kind, bytes }) => {
    const head = Buffer.from([0x50 + kind, 0x2a, 0x4d, 0x18, bytes.length, 0, 0, 0])
    return Buffer.concat([head, bytes])
  }),
)

function isWhole(pieces: readonly Uint8Array[]): boolean {
  const frames = new ZstdFrames()
  for (const piece of pieces) frames.take(piece)
  return frames.isWhole
}

test('a body is whole where one of its frames ends, and nowhere else, however it comes', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (frames, part) => {
      const coded = Buffer.concat(frames)
      const at = Math.floor(part * coded.length)
      expect(isWhole([coded.subarray(0, at), coded.subarray(at)])).toBe(true)
      const ends = frames.map((_, n) => Buffer.concat(frames.slice(0, n + 1)).length)
      for (const cut of [at, coded.length - 1, ...ends.flatMap((end) => [end - 4, end + 1, end + 3])]) {
        if (cut > 0 && cut < coded.length) expect([cut, isWhole([coded.subarray(0, cut)])]).toEqual([cut, ends.includes(cut)])
      }
      const single = [...coded.subarray(0, 3_000)].map((byte) => Uint8Array.of(byte))
      expect(isWhole([...single, coded.subarray(3_000)])).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['what is no frame', Buffer.from('rubbish that is long enough')],
  ['a block of a kind that there is not', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 0b111, 0, 0])],
])('%s is never whole', (_what, bytes) => {
  expect(isWhole([bytes])).toBe(false)
  expect(isWhole([bytes, zstdCompressSync(Buffer.from('text'))])).toBe(false)
})
