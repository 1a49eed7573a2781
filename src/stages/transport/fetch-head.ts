import type { HeaderList } from '../../model/headers.ts'
import { type Framing, TransportFailure, type WireResponse } from '../../model/transport.ts'
import { isBodiless, refuseUnknown } from './head.ts'

export interface FetchHead {
  readonly answer: Omit<WireResponse, 'body' | 'discard'>
  /** How many bytes must come, where that can be told. */
  readonly length: number | undefined
}

/** What a Response tells of an answer's head; mocks leave out what they please. */
export function fetchHead(response: Response, method: string): FetchHead {
  refuseUnusable(response)
  const { status } = response
  refuseUnknown(status)
  const headers = headersOf(response.headers)
  const bodiless = isBodiless(method, status)
  const decoded = bodiless || isCoded(headers)
  const length = decoded ? undefined : lengthOf(headers)
  const framing: Framing = bodiless ? 'none' : length === undefined ? 'unknown' : 'length'
  // Absent from a mock that is a plain object.
  const statusText = (response as Partial<Response>).statusText ?? ''
  return { answer: { status, statusText, headers, framing, decoded }, length }
}

function refuseUnusable(response: Response | undefined): void {
  if (response?.type === 'error') throw new TransportFailure('CONNECT', 'this fetch answered with a network error')
  const fault = faultOf(response)
  if (fault) throw new TransportFailure('PROTOCOL', `this fetch ${fault}`, { transient: false })
}

function faultOf(response: Response | undefined): string | undefined {
  if (response?.type === 'opaqueredirect') return 'hides where a redirect leads to'
  if (!response?.status) return 'answered with something that is no Response: it has no status'
  // The usual mistake in a mock: one Response object for several calls.
  if (response.bodyUsed || response.body?.locked) return 'answered with a Response whose body has been read before'
  return undefined
}

/** As in node-fetch, and what is built on it or after it. */
interface OlderHeaders extends Partial<Pick<Headers, 'getSetCookie'>>, Iterable<[string, string]> {
  raw?(): Record<string, string[] | undefined>
}

function headersOf(headers: OlderHeaders | undefined): HeaderList {
  const list: [string, string][] = []
  // Such a replacement's list joins several of them with commas, which dates contain too; where nobody has them apart they are passed on so: that
  // there are any makes an answer one user's.
  const cookies = headers?.getSetCookie?.() ?? headers?.raw?.()['set-cookie']
  for (const [name, value] of pairsOf(headers ?? []))
    if (!cookies || name.toLowerCase() !== 'set-cookie') list.push([name.toLowerCase(), value])
  for (const cookie of cookies ?? []) list.push(['set-cookie', cookie])
  return list
}

/** A mock that was written by hand may have an object of them, or nothing but a `get`. */
function pairsOf(headers: OlderHeaders | Readonly<Record<string, unknown>>): Iterable<[string, string]> {
  if (Symbol.iterator in headers) return headers as OlderHeaders
  return Object.entries(headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
}

function isCoded(headers: HeaderList): boolean {
  return headers.some(([name, value]) => name === 'content-encoding' && !/^(identity)?$/i.test(value.trim()))
}

function lengthOf(headers: HeaderList): number | undefined {
  const declared = headers.find(([name]) => name === 'content-length')?.[1] ?? ''
  return /^\d+$/.test(declared) ? Number(declared) : undefined
}
