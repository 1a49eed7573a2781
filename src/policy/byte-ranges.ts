/** Offsets of the first and of the last byte, both included, within a body of known size. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** More parts than this are an attack or a mistake, and the whole is the better answer (RFC 9110 14.2, 17.15). */
const MOST_RANGES = 64

/**
 * The parts of a body of `size` bytes that a `Range` field asks for (RFC 9110 14.1.2, 14.2). 'whole': it is to be ignored, for it is no
 * range of bytes, is malformed, or would bring more than the whole has. 'unsatisfiable': it is well-formed, and nothing of it is there.
 */
export function byteRanges(value: string, size: number): readonly ByteRange[] | 'whole' | 'unsatisfiable' {
  const equals = value.indexOf('=')
  if (equals < 0 || value.slice(0, equals).trim().toLowerCase() !== 'bytes') return 'whole'
  const specs = value
    .slice(equals + 1)
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  if (specs.length === 0 || specs.length > MOST_RANGES) return 'whole'
  const ranges: ByteRange[] = []
  for (const spec of specs) {
    const range = resolved(spec, size)
    if (range === 'malformed') return 'whole'
    if (range !== 'unsatisfiable') ranges.push(range)
  }
  if (ranges.length === 0) return 'unsatisfiable'
  const asked = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  return ranges.length > 1 && asked > size ? 'whole' : ranges
}

/** RFC 9110 14.1.2: `first-last`, `first-`, or `-length` for the end. */
function resolved(spec: string, size: number): ByteRange | 'malformed' | 'unsatisfiable' {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'malformed'
  // RFC 9110 14.1.2: the end of nothing can be had, but no Content-Range can say so.
  if (first === '' && size === 0) return Number(last) === 0 ? 'unsatisfiable' : 'malformed'
  if (first === '') return Number(last) === 0 ? 'unsatisfiable' : { from: Math.max(0, size - Number(last)), to: size - 1 }
  const [from, to] = [Number(first), last === '' ? Number.POSITIVE_INFINITY : Number(last)]
  if (to < from) return 'malformed'
  return from >= size ? 'unsatisfiable' : { from, to: Math.min(to, size - 1) }
}
