import { createHash } from 'node:crypto'
import { type AnswerOptions, answerTo, type Body, bytesOf, describe, sendAnswer, sourceOf } from './answer.ts'
import type { Step } from './exchange.ts'
import { type Fields, httpDate, mergeFields } from './fields.ts'
import type { RecordedRequest } from './journal.ts'

/** A normal answer. Ranges and conditions are honoured only when told to. */
export function ok(body: Body, options: AnswerOptions = {}): Step {
  return (exchange) => sendAnswer(exchange, answerTo(exchange.request, body, options))
}

export function status(code: number, headers: Fields = {}, body: Body = ''): Step {
  return ok(body, { status: code, headers })
}

/** A redirect; `to` goes into Location as it is, valid or not. */
export function redirect(to: string | ((request: RecordedRequest) => string), code = 302): Step {
  return (exchange) => {
    const location = typeof to === 'string' ? to : to(exchange.request)
    return status(code, { Location: location })(exchange)
  }
}

/**
 * 429 (or `code`) with Retry-After. A text goes out as it is ('2', '0.5', 'soon', ''); undefined leaves the field out.
 */
export function retryLater(retryAfter: string | undefined, code = 429): Step {
  return status(code, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }, 'later\n')
}

/** 429 (or `code`) with Retry-After as a date `inMs` from now, by a server whose clock is `skewMs` ahead of ours. */
export function retryAtDate(inMs: number, { skewMs = 0, code = 429 }: { skewMs?: number; code?: number } = {}): Step {
  return (exchange) => {
    const now = exchange.now() + skewMs
    return status(code, { Date: httpDate(now), 'Retry-After': httpDate(now + inMs) }, 'later\n')(exchange)
  }
}

/** The body is the number of this request on its path: '1', '2', … */
export function counting(options: AnswerOptions = {}): Step {
  return (exchange) => ok(String(exchange.hit), options)(exchange)
}

/** What `reflect` answers. */
export interface Reflection {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** The request as JSON, a `Reflection`; its body is taken as UTF-8. */
export function reflect(options: AnswerOptions = {}): Step {
  const headers = mergeFields({ 'Content-Type': 'application/json' }, options.headers ?? {})
  return (exchange) => {
    const { method, path, headers: sent, rawHeaders, body } = exchange.request
    const reflection: Reflection = { method, path, headers: sent, rawHeaders, body: body.toString() }
    return ok(JSON.stringify(reflection), { ...options, headers })(exchange)
  }
}

/** The body of the request comes back, byte for byte. */
export function echo(options: AnswerOptions = {}): Step {
  return ok((request) => request.body, options)
}

/** The same bytes under a new ETag each time, so that no condition ever holds. */
export function newTagEachTime(body: Body, options: AnswerOptions = {}): Step {
  return (exchange) => ok(body, { conditional: true, ...options, etag: `"lie-${exchange.hit}"` })(exchange)
}

/** New bytes each time under one fixed ETag: whoever asks with a condition is told that nothing changed. */
export function sameTagEachTime(bodyOfHit: (hit: number) => string | Uint8Array, options: AnswerOptions = {}): Step {
  return (exchange) => ok(bodyOfHit(exchange.hit), { conditional: true, etag: '"lie"', ...options })(exchange)
}

/** 304 to whoever asks, also without a condition. */
export function notModified(options: AnswerOptions = {}): Step {
  return status(304, describe(options))
}

export type DigestField = 'Repr-Digest' | 'Content-Digest' | 'Content-MD5' | 'Digest'

/** The field with the true digest of these bytes, in that field's own notation (RFC 9530, RFC 1864, RFC 3230). */
export function digestField(bytes: Uint8Array | string, field: DigestField = 'Repr-Digest'): Fields {
  if (field === 'Content-MD5') return { [field]: createHash('md5').update(bytes).digest('base64') }
  const sha256 = createHash('sha256').update(bytes).digest('base64')
  return { [field]: field === 'Digest' ? `SHA-256=${sha256}` : `sha-256=:${sha256}:` }
}

/** One bit of the byte at `at` is wrong; `digest` names a field that gives the digest of the right bytes. */
export function flip(body: Body, at: number, { digest, ...options }: AnswerOptions & { digest?: DigestField } = {}): Step {
  return (exchange) => {
    const right = bytesOf(sourceOf(body, exchange.request))
    const wrong = Buffer.from(right)
    wrong[at] = (wrong[at] ?? 0) ^ 1
    const headers = digest === undefined ? {} : digestField(right, digest)
    return ok(wrong, { ...options, headers: mergeFields(headers, options.headers ?? {}) })(exchange)
  }
}
