import type { Call } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { ResponseHead } from '../model/rooms.ts'
import type { Expectation } from '../model/settings.ts'
import { isCoded } from './content-coding.ts'
import { isComputed } from './digest-algorithm.ts'
import { integrityAlgorithms } from './integrity.ts'

/** A digest that somebody named before the body came. */
export interface KnownDigest {
  /** Who named it, as a message shows it. */
  readonly by: string
  readonly algorithm: Expectation['algorithm']
  /** In lower case. */
  readonly hex: string
}

/** RFC 9530 5, and the older names of its registry. The last two find damage, though not malice. */
const ALGORITHMS: Readonly<Record<string, { algorithm: Expectation['algorithm']; bytes: number }>> = {
  'sha-512': { algorithm: 'sha512', bytes: 64 },
  'sha-256': { algorithm: 'sha256', bytes: 32 },
  sha: { algorithm: 'sha1', bytes: 20 },
  md5: { algorithm: 'md5', bytes: 16 },
}

/** `Repr-Digest` and `Content-Digest`: a dictionary of byte sequences (RFC 8941 3.2, 3.3.5). What is not well-formed says nothing. */
export function parseDigests(field: string, by: string): readonly KnownDigest[] {
  // RFC 8941 3.2: of a key that came twice the last counts.
  const digests = new Map<string, KnownDigest>()
  for (const member of field.split(',')) {
    const [, name = '', base64 = ''] = /^\s*([a-z][\w.*-]*)\s*=:([A-Za-z0-9+/]*={0,2}):/.exec(member) ?? []
    const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
    const bytes = Buffer.from(base64, 'base64')
    if (known !== undefined && bytes.length === known.bytes)
      digests.set(name, { by, algorithm: known.algorithm, hex: bytes.toString('hex') })
  }
  return [...digests.values()]
}

const FIELDS: ReadonlySet<string> = new Set(['content-digest', 'repr-digest', 'content-md5'])

/**
 * What the origin says of the content as it sends it, codings included (RFC 9530 2 and 3; RFC 1864). Of a part only Content-Digest and
 * Content-MD5 speak, for the representation is the whole. What cannot be computed here says nothing.
 */
function stated(
  { settings }: Pick<Call, 'settings'>,
  { status, headers }: Pick<ResponseHead, 'status' | 'headers'>,
): readonly KnownDigest[] {
  // Hardly any answer says anything, and each is asked several times on its way.
  if (!headers.some(([name]) => FIELDS.has(name))) return []
  const digests: KnownDigest[] = []
  for (const name of status === 206 ? ['content-digest'] : ['content-digest', 'repr-digest']) {
    const field = headerOf(headers, name)
    if (field !== undefined) digests.push(...parseDigests(field, name))
  }
  // RFC 9110 knows Content-MD5 no more (RFC 7231 B): by the letter of HTTP it is a field like any other.
  const field = settings.respect === 'standard' ? '' : (headerOf(headers, 'content-md5')?.trim() ?? '')
  if (/^[A-Za-z0-9+/]{22}==$/.test(field))
    digests.push({ by: 'content-md5', algorithm: 'md5', hex: Buffer.from(field, 'base64').toString('hex') })
  return digests.filter(({ algorithm }) => isComputed(algorithm))
}

/** Digests of the body as it is kept: the caller's own, and the origin's where no coding is taken off. */
export function digestsOfBody(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): readonly KnownDigest[] {
  const { method, settings } = call
  const { expect } = settings
  if (method === 'HEAD') return []
  const own: KnownDigest[] =
    expect?.hex === undefined || expect.algorithm === undefined || head.status !== 200
      ? []
      : [{ by: 'expect.digest', algorithm: expect.algorithm, hex: expect.hex }]
  return isCoded(head.headers) ? own : [...own, ...stated(call, head)]
}

/** Digests of the coded bytes, on their way to being decoded. */
export function digestsOfCoded(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): readonly KnownDigest[] {
  return call.method !== 'HEAD' && isCoded(head.headers) ? stated(call, head) : []
}

/** Digests of the bytes of a part that was asked for by us, and of nothing else. */
export function digestsOfPart(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): readonly KnownDigest[] {
  return head.status === 206 ? stated(call, head) : []
}

/** What the head of a part says of the whole, in the one algorithm that is computed in any case. */
export function digestsOfWhole({ status, headers }: Pick<ResponseHead, 'status' | 'headers'>): readonly KnownDigest[] {
  if (status !== 206) return []
  return parseDigests(headerOf(headers, 'repr-digest') ?? '', 'repr-digest').filter(({ algorithm }) => algorithm === 'sha256')
}

/** What has to be computed over a body as it is kept. */
export function algorithmsFor(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): readonly string[] {
  return [...new Set([...integrityAlgorithms(call.integrity), ...digestsOfBody(call, head).map(({ algorithm }) => algorithm)])]
}

/** Digests with which nobody can make another body by accident; the caller's own word counts as it is given. */
const STRONG: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512'])

/** Whether the caller says what bytes it takes: then nothing is handed out that was not held against it. */
export function isForeknown({ integrity, settings: { expect } }: Pick<Call, 'integrity' | 'settings'>): boolean {
  return integrity !== '' || expect !== undefined
}

/** Whether anybody said what the bytes are: a body that ended without an end of its own is whole then all the same. */
export function isToldWhole(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): boolean {
  return proofOf(call, head) === 'digest' || digestsOfBody(call, head).length > 0 || digestsOfCoded(call, head).length > 0
}

/** What will prove a body that came in parts: a known digest of the whole, else the validator of its first part. */
export function proofOf(call: Call, head: Pick<ResponseHead, 'status' | 'headers'>): 'validator' | 'digest' {
  if (integrityAlgorithms(call.integrity).length > 0) return 'digest'
  const proves = ({ by, algorithm }: KnownDigest): boolean => by === 'expect.digest' || STRONG.has(algorithm)
  return digestsOfBody(call, head).some(proves) ? 'digest' : 'validator'
}
