import type { ByteSource } from '../digest.ts'
import { askedSpan, ifRangeHolds, isNotModified, type Span, type Validators } from './conditions.ts'
import type { Exchange } from './exchange.ts'
import { type Fields, httpDate, mergeFields } from './fields.ts'
import type { RecordedRequest } from './journal.ts'

/** A body, or a function that makes it for a request. */
export type Body = FixedBody | ((request: RecordedRequest) => FixedBody)
export type FixedBody = string | Uint8Array | ByteSource

export interface AnswerOptions {
  /** Default 200. Ranges and conditions are looked at only for 200. */
  status?: number
  headers?: Fields
  /** As it is written in the field, quotes included. */
  etag?: string
  /** Epoch milliseconds, or the text of the field. */
  lastModified?: number | string
  /** Honour Range and If-Range, and say so in Accept-Ranges. Default false. */
  ranges?: boolean
  /** Honour If-None-Match and If-Modified-Since. Default false. */
  conditional?: boolean
}

/** A place in a body: bytes from its start, from its end when negative, or a share of it, as in '50%'. */
export type At = number | `${number}%`

/** An answer before it is sent: the fields do not speak of framing yet. */
export interface Answer {
  readonly status: number
  readonly fields: Fields
  readonly body: ByteSource
}

const EMPTY = new Uint8Array(0)

export function sourceOf(body: Body, request: RecordedRequest): ByteSource {
  const fixed = typeof body === 'function' ? body(request) : body
  if (typeof fixed === 'string') return Buffer.from(fixed)
  // Slicing a Uint8Array copies; slicing a Buffer gives a view.
  return fixed instanceof Uint8Array ? Buffer.from(fixed.buffer, fixed.byteOffset, fixed.length) : fixed
}

export function validatorsOf({ etag, lastModified }: AnswerOptions): Validators {
  return { etag, lastModified: typeof lastModified === 'number' ? httpDate(lastModified) : lastModified }
}

/** The fields that describe the whole, whatever part of it is sent. */
export function describe(options: AnswerOptions): Fields {
  const { etag, lastModified } = validatorsOf(options)
  return mergeFields(
    etag === undefined ? {} : { ETag: etag },
    lastModified === undefined ? {} : { 'Last-Modified': lastModified },
    options.ranges ? { 'Accept-Ranges': 'bytes' } : {},
    options.headers ?? {},
  )
}

/** What a good server would answer: all of the body, a part, 304 or 416. */
export function answerTo(request: RecordedRequest, body: Body, options: AnswerOptions = {}): Answer {
  const whole = sourceOf(body, request)
  const validators = validatorsOf(options)
  const fields = describe(options)
  const status = options.status ?? 200
  if (status === 200 && options.conditional && isNotModified(request, validators)) return { status: 304, fields, body: EMPTY }
  if (status !== 200 || !options.ranges || !ifRangeHolds(request, validators)) return { status, fields, body: whole }
  const span = askedSpan(request, whole.length)
  if (span === undefined) return { status, fields, body: whole }
  if (span === 'unsatisfiable') return unsatisfiable(whole.length, fields)
  return { status: 206, fields: mergeFields(fields, contentRange(span, whole.length)), body: part(whole, span) }
}

export function unsatisfiable(length: number, fields: Fields): Answer {
  return {
    status: 416,
    fields: mergeFields(fields, { 'Content-Range': `bytes */${length}` }),
    body: Buffer.from('no such range\n'),
  }
}

export function contentRange({ start, end }: Span, total: number | '*'): Fields {
  return { 'Content-Range': `bytes ${start}-${end - 1}/${total}` }
}

export function part(source: ByteSource, { start, end }: Span): ByteSource {
  return { length: end - start, slice: (from, to) => source.slice(start + from, start + Math.min(to, end - start)) }
}

/** All bytes of a source in one piece. */
export function bytesOf(source: ByteSource): Buffer {
  return Buffer.from(source.slice(0, source.length))
}

export function placeIn(source: ByteSource, at: At): number {
  const bytes = typeof at === 'string' ? Math.floor((source.length * Number.parseFloat(at)) / 100) : at
  return Math.max(0, Math.min(bytes < 0 ? source.length + bytes : bytes, source.length))
}

/** The head of an answer whose length is declared truthfully. */
export async function sendHead(exchange: Exchange, { status, fields, body }: Answer): Promise<void> {
  const framing: Fields = status === 204 || status === 304 ? {} : { 'Content-Length': String(body.length) }
  await exchange.head(status, mergeFields(framing, fields))
}

/** Head and body, properly framed. */
export async function sendAnswer(exchange: Exchange, answer: Answer): Promise<void> {
  await sendHead(exchange, answer)
  await exchange.sendAll(answer.body)
}
