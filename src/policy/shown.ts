import { type HeaderList, withoutHeaders } from '../model/headers.ts'
import type { Served } from '../model/rooms.ts'
import type { ByteRange } from './byte-ranges.ts'
import { versionFacts } from './candidate.ts'
import { evaluated } from './preconditions.ts'

/** A stored answer as its caller asked for it: another status, other headers, parts of the body. */
export interface Shown {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
  /** Pieces of the stored body, and text between them; empty where there is none. */
  readonly pieces: readonly (ByteRange | string)[]
}

/** RFC 9110 15.4.5: what describes a body that is not sent. */
const OF_THE_BODY: readonly string[] = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-range',
  'content-md5',
  'content-digest',
]

/** RFC 9530 2, RFC 1864: these speak of the content of a message, which is now another. */
const OF_THE_WHOLE: readonly string[] = ['content-length', 'content-range', 'content-md5', 'content-digest']

/** Undefined: as it is, which is nearly always. What is still on its way is given whole: RFC 9110 14.2 leaves that to the server. */
export function shownAs({ call, held, body }: Served): Shown | undefined {
  if (call.preconditions.length === 0 || Symbol.asyncIterator in body) return undefined
  const { version } = held
  const evaluation = evaluated(call, versionFacts(version), version.size)
  switch (evaluation.name) {
    case 'whole':
      return undefined
    case 'not-modified':
      return {
        status: 304,
        statusText: 'Not Modified',
        headers: withoutHeaders(version.headers, new Set(OF_THE_BODY)),
        pieces: [],
      }
    case 'unsatisfiable':
      return {
        status: 416,
        statusText: 'Range Not Satisfiable',
        headers: [...withoutHeaders(version.headers, new Set(OF_THE_BODY)), ['content-range', `bytes */${version.size}`]],
        pieces: [],
      }
    case 'parts': {
      const headers = withoutHeaders(version.headers, new Set(OF_THE_WHOLE))
      const [only] = evaluation.ranges
      const parts =
        evaluation.ranges.length === 1 && only !== undefined
          ? onePart(headers, only, version.size)
          : manyParts(headers, evaluation.ranges, version)
      return { status: 206, statusText: 'Partial Content', ...parts }
    }
  }
}

type Parts = Pick<Shown, 'headers' | 'pieces'>

const contentRange = ({ from, to }: ByteRange, size: number): string => `bytes ${from}-${to}/${size}`

/** RFC 9110 15.3.7.1. */
function onePart(headers: HeaderList, range: ByteRange, size: number): Parts {
  const length = String(range.to - range.from + 1)
  return { headers: [...headers, ['content-range', contentRange(range, size)], ['content-length', length]], pieces: [range] }
}

/** RFC 9110 15.3.7.2. The boundary is made of the body's own digest, which nobody can put into that body. */
function manyParts(
  headers: HeaderList,
  ranges: readonly ByteRange[],
  { digest, size }: { readonly digest: string; readonly size: number },
): Parts {
  const boundary = `part-${digest.slice(0, 40)}`
  const types = headers.filter(([name]) => name === 'content-type').map(([, value]) => `Content-Type: ${value}\r\n`)
  const pieces = ranges.flatMap((range, index) => [
    `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${types.join('')}Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    range,
  ])
  pieces.push(`\r\n--${boundary}--\r\n`)
  const length = pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : piece.to - piece.from + 1), 0)
  return {
    headers: [
      ...headers.filter(([name]) => name !== 'content-type'),
      ['content-type', `multipart/byteranges; boundary=${boundary}`],
      ['content-length', String(length)],
    ],
    pieces,
  }
}
