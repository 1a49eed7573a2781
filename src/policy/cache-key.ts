import { hash } from 'node:crypto'
import { asBuffer } from '../model/as-buffer.ts'
import { type HeaderList, headerOf } from '../model/headers.ts'

/** RFC 9110 11.6.2, 11.7.2; RFC 6265 5.4: whatever an instance calls a credential, these are. */
export const ALWAYS_CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization']

export const DEFAULT_CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  ...ALWAYS_CREDENTIALS,
  'x-api-key',
  'x-auth-token',
  'private-token',
])

/** UTF-8 has no half of a surrogate pair: all texts that differ in nothing else would be one. Escaped they begin as no key does. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', typeof content === 'string' && !content.isWellFormed() ? JSON.stringify(content) : content)
}

/** The URL as it is sent: parsed by the URL standard (scheme and host in lower case, default port and dot segments gone), without its fragment. */
export function sentUrl({ href }: URL): string {
  const hash = href.indexOf('#')
  return hash < 0 ? href : href.slice(0, hash)
}

/** The same as it is known: percent-escapes in upper case (RFC 3986 6.2.2.1). The order of the query is kept: servers differ. */
export const knownUrl = (sent: string): string =>
  sent.includes('%') ? sent.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase()) : sent

export const normalisedUrl = (url: URL): string => knownUrl(sentUrl(url))

/**
 * Which principal's answers these are: a digest of the credential headers, so that one user's answer never reaches another,
 * and no secret stands in a key. Empty where there are none.
 */
export function partitionOf(headers: HeaderList, credentialHeaders: ReadonlySet<string>): string {
  const credentials = headers
    .filter(([name]) => credentialHeaders.has(name))
    .map(([name, value]) => `${name.length}:${name}${value.length}:${value}`)
  return credentials.length === 0 ? '' : sha256(credentials.sort().join('')).slice(0, 32)
}

/** What fetch says of each string: that its caller said nothing. */
const UNSAID = 'text/plain;charset=UTF-8'

/**
 * Which question a body asks: its bytes, and what says how they are to be read. The boundary of a form is drawn anew each time and says
 * nothing; what stands between stays apart, so no field can pass for two.
 */
export function questionOf(body: Uint8Array, headers: HeaderList): string {
  const type = headerOf(headers, 'content-type') ?? UNSAID
  const coding = headerOf(headers, 'content-encoding') ?? ''
  const boundary = /^multipart\/form-data; *boundary=([^;\s"]+)$/i.exec(type)?.[1]
  const said = boundary === undefined ? [type, body] : ['multipart/form-data', ...between(body, boundary)]
  return sha256([coding, ...said].map(sha256).join())
}

function* between(body: Uint8Array, boundary: string): Generator<Uint8Array> {
  const bytes = asBuffer(body)
  let from = 0
  for (let at = bytes.indexOf(boundary); at >= 0; at = bytes.indexOf(boundary, from)) {
    yield bytes.subarray(from, at)
    from = at + boundary.length
  }
  yield bytes.subarray(from)
}

export interface KeyParts {
  group: string
  /** '' for none; `digest:…` of credentials or `name:…` as the caller named the principal. */
  partition: string
  /** GET for HEAD, which shares the GET's entry. */
  method: string
  url: string
  bodyDigest?: string
  /** The caller's own identity instead of method, URL and body. */
  own?: string
}

/**
 * The entry's key text. Its variable parts but the last are preceded by their length, so no text in one of them can pass for another
 * (the delimiter attacks of undici #5012). Equal in every process; stores see only its hash.
 */
export function keyText({ group, partition, method, url, bodyDigest, own }: KeyParts): string {
  const identity =
    own === undefined
      ? `${method}${bodyDigest === undefined ? '' : `#${bodyDigest}`} ${url}`
      : `${method.endsWith(';manual') ? '~' : '='}${own}`
  return `${group.length}:${group}${partition.length}:${partition}${identity}`
}

/** Whether a key text names a principal: its answers are not everybody's. */
export function isPartitioned(key: string): boolean {
  const group = key.indexOf(':')
  const partition = group + 1 + Number.parseInt(key.slice(0, group), 10)
  return Number.parseInt(key.slice(partition), 10) > 0
}
