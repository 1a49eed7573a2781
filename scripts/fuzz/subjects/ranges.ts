import type { Call } from '../../../src/model/call.ts'
import { type ByteRange, byteRanges } from '../../../src/policy/byte-ranges.ts'
import { type ContentRange, parseContentRange } from '../../../src/policy/content-range.ts'
import { parseHttpDate } from '../../../src/policy/http-date.ts'
import { evaluated } from '../../../src/policy/preconditions.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import type { Chance } from '../chance.ts'
import { listed, ows, recased } from '../spelling.ts'
import { type Subject, same, subject } from '../subject.ts'
import { NOW, validDate } from './dates.ts'

const isCount = (number: number | undefined): boolean => number === undefined || (Number.isSafeInteger(number) && number >= 0)

function contentRangeFault(range: ContentRange | undefined): string | undefined {
  if (range === undefined) return undefined
  if (!isCount(range.total)) return `the total is ${range.total}`
  if (range.name === 'unsatisfied') return undefined
  const { from, to, total } = range
  return isCount(from) && isCount(to) && from <= to && (total === undefined || to < total) ? undefined : `${from}-${to}/${total}`
}

const contentRange: Subject = subject<ContentRange | undefined>({
  name: 'Content-Range',
  pieces: [
    'bytes ',
    'bytes=',
    'items ',
    '0',
    '1',
    '99',
    '-',
    '/',
    '*',
    '*/',
    '/*',
    '0-0/1',
    ' ',
    '9007199254740991',
    '9999999999999999',
  ],
  openers: ['bytes '],
  parse: parseContentRange,
  fault: contentRangeFault,
  shown: (range) =>
    range === undefined
      ? 'none'
      : range.name === 'part'
        ? `${range.from}-${range.to}/${range.total}`
        : `unsatisfied ${range.total}`,
  valid(chance) {
    const from = chance.below(2 ** 40)
    const to = from + chance.below(2 ** 40)
    const total = to + 1 + chance.below(2 ** 40)
    const unit = `${ows(chance)}${recased(chance, 'bytes')} `
    switch (chance.below(3)) {
      case 0:
        return { text: `${unit}*/${total}`, means: { name: 'unsatisfied', total } }
      case 1:
        return { text: `${unit}${from}-${to}/*`, means: { name: 'part', from, to, total: undefined } }
      default:
        return { text: `${unit}${from}-${to}/${total}${ows(chance)}`, means: { name: 'part', from, to, total } }
    }
  },
  fold: same,
})

const SIZE = 1000

type Asked = readonly ByteRange[] | 'whole' | 'unsatisfiable'

const shownRanges = (asked: Asked): string =>
  typeof asked === 'string' ? asked : asked.map(({ from, to }) => `${from}-${to}`).join()

/** RFC 9110 14.1.2: `first-last`, `first-`, `-length`, of a body of 1000 bytes; several of them small enough not to be the whole. */
function rangeSpec(chance: Chance): { text: string; means: ByteRange | undefined } {
  const from = chance.below(SIZE)
  const to = from + chance.below(Math.min(SIZE - from, 100))
  switch (chance.below(4)) {
    case 0:
      return { text: `${SIZE + from}-${chance.of(['', String(SIZE + to)])}`, means: undefined }
    case 1: {
      const length = 1 + chance.below(100)
      return { text: `-${length}`, means: { from: SIZE - length, to: SIZE - 1 } }
    }
    case 2: {
      const near = SIZE - 1 - chance.below(100)
      return { text: `${near}-${chance.of(['', '1000', '9007199254740993'])}`, means: { from: near, to: SIZE - 1 } }
    }
    default:
      return { text: `${from}-${to}`, means: { from, to } }
  }
}

const range: Subject = subject<Asked>({
  name: 'Range',
  pieces: [
    'bytes=',
    'bytes ',
    'items=',
    '0-',
    '-1',
    '0-0',
    '999-',
    '1000-',
    '-',
    '5-4',
    ',',
    ', ',
    ' ',
    '-0',
    '99999999999999999-',
    '1',
  ],
  openers: ['bytes='],
  parse: (text) => byteRanges(text, SIZE),
  fault(asked, text) {
    if (typeof byteRanges(text, 0) !== 'string') return 'nothing has a part'
    if (typeof asked === 'string') return undefined
    if (asked.length === 0 || asked.length > text.length) return `${asked.length} parts`
    const wrong = asked.find(({ from, to }) => !(isCount(from) && from <= to && to < SIZE))
    if (wrong !== undefined) return `a part is ${wrong.from}-${wrong.to}`
    if (asked.length > 1 && asked.reduce((sum, { from, to }) => sum + to - from + 1, 0) > SIZE) return 'more than the whole'
    return text.split(',').every((spec) => /^(?:[^=]*=)?\s*(?:\d+-\d*|-\d+|)\s*$/.test(spec))
      ? undefined
      : 'a malformed one counts'
  },
  shown: shownRanges,
  valid(chance) {
    const specs = Array.from({ length: 1 + chance.below(5) }, () => rangeSpec(chance))
    const ranges = specs.flatMap(({ means }) => means ?? [])
    const members = specs.map(({ text }) => text)
    return {
      text: `${recased(chance, 'bytes')}=${listed(chance, members)}`,
      means: ranges.length === 0 ? 'unsatisfiable' : ranges,
    }
  },
  fold: same,
})

const LAST_MODIFIED = Date.UTC(2026, 10, 20)
const TAG = '"a-tag"'

const stored = factsOf(
  {
    status: 200,
    headers: [
      ['etag', TAG],
      ['last-modified', new Date(LAST_MODIFIED).toUTCString()],
      ['date', new Date(NOW).toUTCString()],
    ],
  },
  NOW,
)

/** A part of one version is never given for the rest of another. */
const ifRange: Subject = subject<string>({
  name: 'If-Range',
  pieces: [
    TAG,
    `W/${TAG}`,
    'W/',
    '"',
    '"x"',
    '*',
    ', ',
    ' ',
    new Date(LAST_MODIFIED).toUTCString(),
    'Fri, 20 Nov 2026',
    '00:00:00',
    ' GMT',
  ],
  parse(text) {
    const preconditions = [['range', 'bytes=0-0'] as const, ['if-range', text] as const]
    // Of a call nothing else is looked at.
    const call = { method: 'GET', url: 'https://example.org/', headers: [], preconditions } as unknown as Call
    return evaluated(call, stored, SIZE).name
  },
  fault(answer, text) {
    const isOurs = text.trim() === TAG || parseHttpDate(text, NOW) === LAST_MODIFIED
    return (answer === 'parts') === isOurs ? undefined : `the answer is ${answer}`
  },
  shown: (answer) => answer,
  valid(chance) {
    if (chance.oneIn(2)) return { text: `${ows(chance)}${TAG}${ows(chance)}`, means: 'parts' }
    const { text, means } = validDate(chance)
    return { text, means: means === LAST_MODIFIED ? 'parts' : 'whole' }
  },
})

export const RANGES: readonly Subject[] = [contentRange, range, ifRange]
