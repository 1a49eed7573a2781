import type { Inbox } from './inbox.ts'

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string
  /** The request target as sent, query included. */
  readonly path: string
  /** The path without the query. */
  readonly pathname: string
  /** Names in lower case; several lines of one name are joined by a comma and a space. */
  readonly headers: Readonly<Record<string, string>>
  /** Name, value, name, value, … with the case and the order of the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** Whether the client allows another request on this connection. */
  readonly keepAlive: boolean
}

/** The bytes are no HTTP/1 request. */
export class NotHttp extends Error {}

/** Reads the next request of a connection; undefined if the client has left. */
export async function readRequest(inbox: Inbox): Promise<ReceivedRequest | undefined> {
  const first = await inbox.peek()
  // A TLS greeting, for one, has no empty line to wait for.
  if (first !== undefined && !isCapital(first)) throw new NotHttp(`not a method: byte ${first}`)
  const head = await inbox.until('\r\n\r\n')
  if (!head) return undefined
  const [requestLine = '', ...fieldLines] = head.toString('latin1').split('\r\n')
  const [, method, path, minor] = /^(\S+) (\S+) HTTP\/1\.([01])$/.exec(requestLine) ?? []
  if (method === undefined || path === undefined) throw new NotHttp(`not a request line: ${requestLine}`)
  const rawHeaders = fieldLines.flatMap(splitField)
  const headers = joinFields(rawHeaders)
  const body = await readBody(inbox, headers)
  if (!body) return undefined
  const pathname = new URL(path, 'http://origin.invalid').pathname
  return { method, path, pathname, headers, rawHeaders, body, keepAlive: wantsKeepAlive(minor, headers) }
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new NotHttp(`not a header field: ${line}`)
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}

function joinFields(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase()
    const value = String(raw[at + 1])
    const earlier = headers[name]
    headers[name] = earlier === undefined ? value : `${earlier}, ${value}`
  }
  return headers
}

function wantsKeepAlive(minor: string | undefined, headers: Readonly<Record<string, string>>): boolean {
  const connection = headers.connection?.toLowerCase() ?? ''
  return minor === '0' ? connection.includes('keep-alive') : !connection.includes('close')
}

async function readBody(inbox: Inbox, headers: Readonly<Record<string, string>>): Promise<Buffer | undefined> {
  if (headers['transfer-encoding']?.toLowerCase().includes('chunked')) return readChunks(inbox)
  const length = Number(headers['content-length'] ?? 0)
  if (!Number.isSafeInteger(length) || length < 0) throw new NotHttp(`content-length: ${headers['content-length']}`)
  return inbox.take(length)
}

async function readChunks(inbox: Inbox): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  for (;;) {
    const line = await inbox.until('\r\n')
    if (!line) return undefined
    const size = Number.parseInt(line.toString('latin1'), 16)
    if (!(size >= 0)) throw new NotHttp(`chunk size: ${line.toString('latin1')}`)
    if (size === 0) break
    const chunk = await inbox.take(size + 2)
    if (!chunk) return undefined
    chunks.push(chunk.subarray(0, size))
  }
  for (;;) {
    const trailer = await inbox.until('\r\n')
    if (!trailer) return undefined
    if (trailer.length === 0) return Buffer.concat(chunks)
  }
}
