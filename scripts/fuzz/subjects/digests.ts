import { codingsOf } from '../../../src/policy/content-coding.ts'
import { checkIntegrity, type IntegrityAlgorithm, integrityAlgorithms } from '../../../src/policy/integrity.ts'
import { type KnownDigest, parseDigests } from '../../../src/policy/known-digests.ts'
import type { Chance } from '../chance.ts'
import { listed, ows, recased, shuffled } from '../spelling.ts'
import { type Subject, same, subject } from '../subject.ts'

const BASE64 = 'ABCXYZabcxyz0189+/'
const ALGORITHMS: readonly IntegrityAlgorithm[] = ['sha256', 'sha384', 'sha512']

function digest(chance: Chance): string {
  let text = ''
  for (let left = 4 * (1 + chance.below(4)); left > 0; left--) text += BASE64[chance.below(BASE64.length)]
  return text + chance.of(['', '', '=', '=='])
}

interface Read {
  readonly algorithms: readonly IntegrityAlgorithm[]
  readonly verdict: string
}

/** No body has this digest. */
const NO_DIGEST = '!'

const integrity: Subject = subject<Read>({
  name: 'integrity',
  pieces: [
    'sha256-',
    'sha384-',
    'sha512-',
    'SHA256-',
    'sha1-',
    'sha256',
    '-',
    ' ',
    '\n',
    '\f',
    '=',
    '==',
    '?',
    '?a=b',
    'AAAA',
    'a_b-c',
  ],
  openers: ['sha256-'],
  parse: (text) => ({
    algorithms: integrityAlgorithms(text),
    verdict: checkIntegrity(text, () => NO_DIGEST).name,
  }),
  fault({ algorithms, verdict }) {
    if (algorithms.length > 1) return `${algorithms.length} algorithms`
    return verdict === (algorithms.length === 0 ? 'unchecked' : 'mismatch') ? undefined : `a wrong body is a ${verdict}`
  },
  shown: ({ algorithms, verdict }) => `${algorithms.join()} ${verdict}`,
  valid(chance) {
    const named = Array.from({ length: chance.below(4) }, () => chance.of(ALGORITHMS))
    const tokens = named.map((name) => `${recased(chance, name)}-${digest(chance)}${chance.of(['', '', '?x'])}`)
    const strongest = ALGORITHMS.findLast((name) => named.includes(name))
    const means: Read =
      strongest === undefined ? { algorithms: [], verdict: 'unchecked' } : { algorithms: [strongest], verdict: 'mismatch' }
    return { text: [...tokens, 'md5-AAAA'].join(chance.of([' ', '\t', ' \n '])), means }
  },
  fold: same,
})

/** The right digest, in any spelling of base64, is a match among any others. */
const rightDigest: Subject = subject<string>({
  name: 'integrity of the right body',
  pieces: ['sha512-AAAA', 'sha512-____', ' ', '\t', '-', '=', '?', 'sha256-AAAA'],
  parse: (text) => checkIntegrity(`sha512-+/+/AAAA= ${text}`, () => '+/+/AAAA==').name,
  fault: (verdict) => (verdict === 'match' ? undefined : `the right body is a ${verdict}`),
  shown: (verdict) => verdict,
  valid: (chance) => ({ text: `sha384-${digest(chance)} sha512-${digest(chance)} sha512--_-_AAAA`, means: 'match' }),
  fold: same,
})

const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha-512', 64],
  ['sha-256', 32],
  ['md5', 16],
  ['sha', 20],
])

/** RFC 8941 3.2: a dictionary of byte sequences, with members that are none of ours, and parameters. */
function validDigests(chance: Chance): { text: string; means: KnownDigest[] } {
  const means: KnownDigest[] = []
  const members: string[] = []
  for (const [name, length] of shuffled(chance, [...LENGTHS])) {
    if (chance.oneIn(2)) continue
    const bytes = Buffer.from(Array.from({ length }, () => chance.below(256)))
    means.push({ by: 'the fuzzer', algorithm: ALGORITHM_OF[name] ?? 'md5', hex: bytes.toString('hex') })
    members.push(`${name}=:${bytes.toString('base64')}:${chance.of(['', '', ';x=1'])}`)
    if (chance.oneIn(4)) members.push(chance.of(['unixsum=:AAAA:', 'sha-1024=:AAAA:', 'x=1', 'y="sha-256"', 'z']))
  }
  return { text: members.join(`${ows(chance)},${ows(chance)}`), means }
}

const ALGORITHM_OF: Readonly<Record<string, KnownDigest['algorithm']>> = {
  'sha-512': 'sha512',
  'sha-256': 'sha256',
  md5: 'md5',
  sha: 'sha1',
}

const digestField: Subject = subject<readonly KnownDigest[]>({
  name: 'Repr-Digest',
  pieces: [
    'sha-256=:',
    'sha-512=',
    'md5=:',
    'sha=:',
    ':',
    '=',
    'AAAA',
    `${'A'.repeat(43)}=:`,
    `${'B'.repeat(22)}==:`,
    ',',
    ', ',
    ';x',
    '"',
    'Sha-256',
  ],
  openers: ['sha-256=:'],
  parse: (text) => parseDigests(text, 'the fuzzer'),
  fault(digests, text) {
    if (digests.length > text.length) return `${digests.length} digests`
    const lengths: readonly string[] = [...LENGTHS].map(([name, length]) => `${ALGORITHM_OF[name]} ${2 * length}`)
    const wrong = digests.find(
      ({ algorithm, hex }) => !lengths.includes(`${algorithm} ${hex.length}`) || !/^[0-9a-f]+$/.test(hex),
    )
    return wrong === undefined ? undefined : `a digest is ${wrong.algorithm} ${wrong.hex}`
  },
  shown: (digests) => digests.map(({ algorithm, hex }) => `${algorithm} ${hex}`).join(),
  valid: validDigests,
})

const contentEncoding: Subject = subject<readonly string[]>({
  name: 'Content-Encoding',
  pieces: [
    'gzip',
    'GZIP',
    'x-gzip',
    'br',
    'zstd',
    'deflate',
    'identity',
    'aws-chunked',
    ',',
    ', ',
    ' ',
    ';q=1',
    '"gzip"',
    '__proto__',
  ],
  parse: codingsOf,
  fault: (codings, text) => (codings.length > text.length ? `${codings.length} codings` : undefined),
  shown: (codings) => codings.join(),
  valid(chance) {
    const named = Array.from({ length: chance.below(4) }, () =>
      chance.of(['gzip', 'x-gzip', 'br', 'zstd', 'deflate', 'identity', 'x']),
    )
    const text = listed(
      chance,
      named.map((name) => recased(chance, name)),
    )
    return { text, means: named.includes('x') ? [] : named.filter((name) => name !== 'identity') }
  },
  fold: same,
})

export const DIGESTS: readonly Subject[] = [integrity, rightDigest, digestField, contentEncoding]
