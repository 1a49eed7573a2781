import type { HeaderList } from '../../model/headers.ts'
import { type Framing, TransportFailure } from '../../model/transport.ts'

/** Header fields as they came, in order, out of Node's flat list of names and values. */
export function headersOf(raw: readonly string[]): HeaderList {
  const headers: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) headers.push([(raw[at] as string).toLowerCase(), raw[at + 1] as string])
  return headers
}

/** Whether an answer has no body whatever its fields say (RFC 9112 6.3, items 1 and 2). */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304
}

/**
 * What is no class of status that HTTP has (RFC 9110 15) cannot be given as an answer: no Response takes it.
 *
 * @throws TransportFailure PROTOCOL
 */
export function refuseUnknown(status: number): void {
  if (status >= 200 && status <= 599) return
  throw new TransportFailure('PROTOCOL', `the answer has the status ${status}, which is none of HTTP`)
}

/** RFC 9112 7: what was not offered by TE may not be used; what stands beside `chunked` is coded too, and it has no parameters. */
const UNASKED = /\b(?:gzip|x-gzip|deflate|compress|x-compress|chunked)\b|,/

/**
 * How the end of the body will be told (RFC 9112 6.3). Node's parser has refused what is dangerous by now: both fields at once,
 * lengths that differ or are no numbers.
 *
 * A transfer coding that nobody knows leaves the end of the connection to tell (RFC 9112 6.3, item 4), which proves nothing.
 *
 * @throws TransportFailure PROTOCOL for one that is known and was not asked for: its bytes would be taken for the body.
 */
export function framingOf(headers: HeaderList, method: string, status: number): Framing {
  if (isBodiless(method, status)) return 'none'
  let framing: Framing = 'close'
  for (const [name, value] of headers) {
    if (name === 'content-length') framing = 'length'
    if (name !== 'transfer-encoding') continue
    const coding = value.trim().toLowerCase()
    if (coding !== 'chunked' && (framing === 'chunked' || UNASKED.test(coding))) {
      throw new TransportFailure('PROTOCOL', `the answer has a Transfer-Encoding that nobody asked for: ${value}`, {
        transient: false,
      })
    }
    framing = coding === 'chunked' ? 'chunked' : 'close'
  }
  return framing
}

/** Whether there are no bytes that a content coding could be taken off: nothing is not a coded nothing, and may still be named so. */
export function isEmpty(framing: Framing, headers: HeaderList): boolean {
  return (
    framing === 'none' ||
    (framing === 'length' && headers.some(([name, value]) => name === 'content-length' && /^0+$/.test(value)))
  )
}
