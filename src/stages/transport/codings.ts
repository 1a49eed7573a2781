import type { Transform } from 'node:stream'
import type { ContentCoding } from '../../policy/content-coding.ts'
import { ZstdFrames } from './zstd-frames.ts'

export type ZlibStream = Transform & { readonly bytesWritten: number }

/** How one content coding is taken off. `start` holds the first bytes of the body, at least `needs` unless it is shorter. */
export interface Coding {
  readonly name: string
  readonly needs: number
  /** Where a body may be several in a row, of which one stream takes the first only: what tells where they end. */
  frames?(): ZstdFrames
  stream(start: Uint8Array): ZlibStream
  /** The same in one call; throws where the bytes are damaged, or too long when decoded. */
  atOnce(bytes: Uint8Array, options: Whole): Buffer
}

/** `info` makes node:zlib return its engine too, which tells how many of the bytes it took. */
interface Whole {
  readonly info: true
  readonly maxOutputLength: number
}

/** RFC 9659: the largest window that `zstd` may use as a content coding, 8 MiB. Without a limit an origin could claim 128. */
const ZSTD_WINDOW_LOG = 23

/** Beyond this, decoding in one call would hold the program up for a millisecond or more. */
const SMALL = { coded: 16 * 1024, decoded: 256 * 1024 }

/** node:zlib is loaded when the first coded body is read. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib')

const GZIP: Coding = {
  name: 'gzip',
  needs: 1,
  stream: () => zlib().createGunzip(),
  atOnce: (bytes, options) => zlib().gunzipSync(bytes, options),
}

const CODINGS: Readonly<Record<ContentCoding, Coding>> = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: {
    name: 'deflate',
    needs: 2,
    stream: (start) => (isZlib(start) ? zlib().createInflate() : zlib().createInflateRaw()),
    atOnce: (bytes, options) => (isZlib(bytes) ? zlib().inflateSync(bytes, options) : zlib().inflateRawSync(bytes, options)),
  },
  br: {
    name: 'br',
    needs: 1,
    stream: () => zlib().createBrotliDecompress(),
    atOnce: (bytes, options) => zlib().brotliDecompressSync(bytes, options),
  },
  zstd: {
    name: 'zstd',
    needs: 1,
    frames: () => new ZstdFrames(),
    // The declared type leaves out what the class has.
    stream: () => zlib().createZstdDecompress(zstdLimits()) as Transform as ZlibStream,
    atOnce: (bytes, options) => zlib().zstdDecompressSync(bytes, { ...options, ...zstdLimits() }),
  },
}

export function codingNamed(name: ContentCoding): Coding {
  return CODINGS[name]
}

/**
 * The whole of a small body in one call: through a stream each body costs a journey to the thread pool, eight times as much
 * for 1 KB of JSON. Undefined where it is not small or anything is wrong with it: what is wrong, the stream says.
 */
export function decodedAtOnce(coding: Coding, bytes: Uint8Array): Buffer | undefined {
  if (bytes.length > SMALL.coded) return undefined
  try {
    const result: unknown = coding.atOnce(bytes, { info: true, maxOutputLength: SMALL.decoded })
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } }
    const frames = coding.frames?.()
    frames?.take(bytes)
    return engine.bytesWritten === bytes.length && frames?.isWhole !== false ? buffer : undefined
  } catch {
    // Not swallowed: the same bytes go through a stream now, which fails again and is listened to.
    return undefined
  }
}

function zstdLimits(): { params: Record<number, number> } {
  return { params: { [zlib().constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }
}

/** RFC 1950 2.2: method 8, a window of at most 32 KiB, and the two bytes together a multiple of 31. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0
}
