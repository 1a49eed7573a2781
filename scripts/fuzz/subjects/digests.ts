import { checkIntegrity, type IntegrityAlgorithm, integrityAlgorithms } from '../../../src/policy/integrity.ts'
import type { Chance } from '../chance.ts'
import { recased } from '../spelling.ts'
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

export const DIGESTS: readonly Subject[] = [integrity, rightDigest]
