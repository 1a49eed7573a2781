import type { Expectation, GuardSettings } from '../model/settings.ts'
import type { StandardSchema } from '../model/standard-schema.ts'
import { isComputed } from './digest-algorithm.ts'
import { listOf, oneOf, type Reader, type Readers, readObject, size, text, wrong } from './option-readers.ts'

const LENGTHS: Readonly<Record<Expectation['algorithm'], number>> = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 }

const DIGEST_CURE = "Give the algorithm and its digest in hex or base64, for instance 'sha256:9f86d0…'."

/** `sha256:…` → the algorithm, and the digest in hex. */
const digest: Reader<Pick<Expectation, 'algorithm' | 'hex'>> = (value, path) => {
  const [, name = '', digits = ''] =
    typeof value === 'string' ? (/^(md5|sha1|sha256|sha384|sha512)[:-](.+)$/i.exec(value) ?? []) : []
  const algorithm = name.toLowerCase() as Expectation['algorithm']
  const bytes = LENGTHS[algorithm]
  if (bytes === undefined) throw wrong(path, value, DIGEST_CURE)
  if (!isComputed(algorithm)) throw wrong(path, value, `OpenSSL computes no ${algorithm} here (FIPS mode). Give a sha256.`)
  if (digits.length === bytes * 2 && /^[0-9a-f]+$/i.test(digits)) return { algorithm, hex: digits.toLowerCase() }
  const decoded = /^[\w+/-]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : Buffer.alloc(0)
  if (decoded.length !== bytes) throw wrong(path, value, `${DIGEST_CURE} A ${algorithm} digest has ${bytes} bytes.`)
  return { algorithm, hex: decoded.toString('hex') }
}

/** A size that is known is a whole number of bytes. */
const exactSize: Reader<number> = (value, path) => {
  const bytes = size(value, path)
  if (!Number.isSafeInteger(bytes)) throw wrong(path, value, 'Give a whole number of bytes.')
  return bytes
}

const expect: Reader = (value, path) => {
  const read = readObject(value, { digest, size: exactSize }, path) as { digest?: ReturnType<typeof digest>; size?: number }
  if (read.digest === undefined && read.size === undefined) throw wrong(path, value, 'Give a digest, a size, or both.')
  return { ...read.digest, ...(read.size !== undefined && { size: read.size }) }
}

const schema: Reader<StandardSchema> = (value, path) => {
  const standard = (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
  const { version, validate } = (standard ? (value as StandardSchema)['~standard'] : {}) as Partial<StandardSchema['~standard']>
  if (version !== 1 || typeof validate !== 'function')
    throw wrong(path, value, 'Give a Standard Schema (version 1), as zod, valibot and arktype make them.')
  return value as StandardSchema
}

const guard = oneOf('off', 'warn', 'refuse')
const OFF: GuardSettings = { format: 'off', shrink: 'off', shape: 'off' }
const GUARDS: Readers = { format: guard, shrink: guard, shape: guard }

const source: Reader<string> = (value, path) => {
  const url = value instanceof URL ? value : URL.parse(text(value, path))
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw wrong(path, value, "Give an absolute http(s) URL, for instance 'https://mirror.example.org/data.csv'.")
  // As fetch refuses it; the password would not be sent, and stand in `response.url`, in events and in every store.
  if (url.username !== '' || url.password !== '')
    throw wrong(path, value, 'Leave user name and password out: credentials are given as headers, to one origin.')
  return url.href
}

/** Readers of the options that decide whether a downloaded version may be served, and where else it may come from. */
export const ADMISSION_READERS: Readers = {
  schema,
  check: (value, path) => {
    if (typeof value !== 'function')
      throw wrong(path, value, 'Give a function that throws to refuse, such as async (response) => { … }.')
    return value
  },
  guards: (value, path) => (value === false ? OFF : readObject(value, GUARDS, path)),
  expect,
  sources: listOf(source),
  unpack: oneOf('gzip', 'deflate', 'br'),
  resume: (value, path) => {
    if (value !== 'auto' && typeof value !== 'boolean')
      throw wrong(path, value, "Give 'auto', true (plain bytes from the start) or false.")
    return value
  },
}
