import { dispositionNames } from '../../../src/policy/content-disposition.ts'
import { fileNameOf } from '../../../src/policy/file-name.ts'
import { mediaSuffix } from '../../../src/policy/media-suffix.ts'
import { isLiveType } from '../../../src/policy/passing.ts'
import { safeName } from '../../../src/policy/safe-name.ts'
import type { Chance } from '../chance.ts'
import { ows, quoted, recased, shuffled, token } from '../spelling.ts'
import { lowered, type Subject, same, subject } from '../subject.ts'

// biome-ignore format: one a line would be a page
const PIECES: readonly string[] = [
  'attachment', 'inline', ';', '; ', 'filename', 'filename=', 'filename*', 'filename*=', "UTF-8''", "iso-8859-1'en'", "''", '="', '"',
  '\\"', 'a.csv', '%e2%82%ac', '%C3', '%00', '%2F', '%', 'name=', ' = ', 'a b.tar.gz', '../', '..\\', 'CON', 'nul.txt', '....', '\u20ac',
  '\u00c3\u00a9', '\u202e', 'filename="', 'filename=a;', 'aux .', '\u0301',
]

const NAMES: readonly string[] = [
  'report.csv',
  'a b',
  'x',
  '\u20ac rates.csv',
  '\u00e9t\u00e9',
  'a;b="c".txt',
  'back\\slash',
  "it's",
  '100%',
]

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** RFC 8187 3.2.1. */
function extended(chance: Chance, name: string): string {
  const text = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
  return `${recased(chance, 'utf-8')}'${chance.of(['', 'en'])}'${text}`
}

function parameter(chance: Chance, name: string, value: string): string {
  return `${recased(chance, name)}${ows(chance)}=${ows(chance)}${value}`
}

/** RFC 6266 4.1, in the octets of the wire. */
function validDisposition(chance: Chance): { text: string; means: string[] } {
  const parameters: string[] = []
  const plain = chance.oneIn(4) ? undefined : chance.of(NAMES)
  const better = chance.oneIn(2) ? undefined : chance.of(NAMES)
  if (plain !== undefined) parameters.push(parameter(chance, 'filename', quoted(chance, octets(plain))))
  if (better !== undefined) parameters.push(parameter(chance, 'filename*', extended(chance, better)))
  if (chance.oneIn(3)) parameters.push(parameter(chance, `x${token(chance)}`, quoted(chance, 'filename=no; filename*=no')))
  const parts = [recased(chance, chance.of(['attachment', 'inline'])), ...shuffled(chance, parameters)]
  const text = parts.join(`${ows(chance)};${ows(chance)}`)
  return { text, means: [better, plain].filter((name) => name !== undefined) }
}

const contentDisposition: Subject = subject<readonly string[]>({
  name: 'Content-Disposition',
  pieces: PIECES,
  openers: ['a; filename="', "a; filename*=utf-8''"],
  parse: dispositionNames,
  fault: (names) => (names.length > 2 ? `${names.length} names` : undefined),
  shown: (names) => names.join('\n'),
  valid: validDisposition,
  fold: lowered,
})

/** Of a Response only what is read of one: a real one takes no text beyond Latin-1. */
const response = (field: string, text: string): Response =>
  ({ url: '', headers: { get: (name: string) => (name === field ? text : null) } }) as unknown as Response

const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)\s*(?:\.|$)/i

function nameFault(name: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{Nd} ._()-]+$/u.test(name)) return 'it has other characters than it may'
  if (name.startsWith('.') || /[. ]$/.test(name) || name.includes('..')) return 'it has dots or spaces where none may be'
  if (DEVICE.test(name)) return 'it is a device'
  if (Buffer.byteLength(name) > 255) return 'it is too long'
  return undefined
}

const fileName: Subject = subject<string | undefined>({
  name: 'file name',
  pieces: PIECES,
  openers: ['a; filename="x', "a; filename*=utf-8''"],
  parse: (text) => fileNameOf(response('content-disposition', text), { fallback: null }),
  fault(name) {
    if (name === undefined) return undefined
    const says = nameFault(name) ?? (safeName(name) === name ? undefined : `made safe again it is ${safeName(name)}`)
    return says === undefined ? undefined : `${JSON.stringify(name)}: ${says}`
  },
  shown: (name) => name ?? 'none',
  valid(chance) {
    const stem = chance.of(['report', '\u00e9t\u00e9', '\u65e5\u672c\u8a9e', 'a b', 'x_(1)', 'a-b.c'])
    const means = `${stem}.${chance.of(['csv', 'tar.gz', 'x'])}`
    const folder = chance.of(['', '', '/etc/', '../../', 'C:\\', './'])
    return { text: `attachment; filename=${quoted(chance, octets(folder + means))}`, means }
  },
})

const TYPES: ReadonlyMap<string, string> = new Map([
  ['text/csv', '.csv'],
  ['application/json', '.json'],
  ['application/problem+json', '.json'],
  ['application/x-whatever', ''],
  ['text/event-stream', '.txt'],
  ['image/svg+xml', '.svg'],
])

interface MediaType {
  readonly suffix: string
  readonly live: boolean
}

const mediaType: Subject = subject<MediaType>({
  name: 'media type',
  pieces: [
    ...TYPES.keys(),
    'text',
    '/',
    '+xml',
    '+',
    ';',
    ';charset="',
    'charset=utf-8',
    ',',
    'application/x-ndjson',
    '*/*',
    ' ',
  ],
  openers: ['text/x;a="'],
  parse: (text) => ({
    suffix: mediaSuffix(text),
    live: isLiveType([['content-type', text]]),
  }),
  fault: ({ suffix }) => (/^(?:|\.[a-z0-9]+)$/.test(suffix) ? undefined : `the suffix is ${JSON.stringify(suffix)}`),
  shown: ({ suffix, live }) => `${suffix} ${live}`,
  valid(chance) {
    const type = chance.of([...TYPES.keys()])
    const parameters = chance.oneIn(2) ? '' : `${ows(chance)};${ows(chance)}charset=${quoted(chance, 'utf-8')}`
    const means = { suffix: TYPES.get(type) ?? '', live: type === 'text/event-stream' }
    return { text: `${recased(chance, type)}${parameters}`, means }
  },
  fold: same,
})

export const NAMING: readonly Subject[] = [contentDisposition, fileName, mediaType]
