import { byKind, type InstanceOf, say } from './kind.ts'

/** What happened in one try at the origin. */
export interface Attempt {
  at: Date
  /** Milliseconds from the ticket to the end of this try. */
  ms: number
  url: string
  status?: number
  /** Body bytes that arrived. */
  bytes: number
  /** Offset from which a broken body was continued. */
  resumedFrom?: number
  error?: { code: string; message: string }
  /** Milliseconds waited before this try, for Retry-After or by back-off. */
  waited?: number
}

export type ErrorCode =
  | 'NOT_CACHED'
  | 'DNS'
  | 'CONNECT'
  | 'TLS'
  | 'PROTOCOL'
  | 'TIMEOUT'
  | 'STALLED'
  | 'TRUNCATED'
  | 'BAD_ENCODING'
  | 'DIGEST'
  | 'TOO_LARGE'
  | 'REDIRECT'
  | 'REJECTED'
  | 'RETRY_AFTER'
  | 'UNPROVEN'
  | 'STORE'
  | 'FENCED'
  | 'CLOSED'
  | 'HOOK'
  | 'VERSION_NOT_FOUND'

export interface ErrorFacts {
  url?: string
  method?: string
  attempts?: readonly Attempt[]
  cause?: unknown
}

/** A query may carry a key or a token, so messages show a URL without it. */
export function shownUrl(url: string): string {
  const query = url.search(/[?#]/)
  return query < 0 ? url : `${url.slice(0, query)}?…`
}

/**
 * Every failure that holdfast itself reports. A TypeError, because plain fetch reports network failures as one.
 *
 * `code` is one of {@link ErrorCode}; `attempts` lists each try at the origin, oldest first.
 */
export class HoldfastError extends TypeError {
  static override readonly [Symbol.hasInstance]: InstanceOf = byKind('HoldfastError')

  readonly code: ErrorCode
  readonly url: string
  readonly method: string
  readonly attempts: readonly Attempt[]

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    const { url = '', method = 'GET', attempts = [], cause } = facts
    super(url ? `${message}: ${method} ${shownUrl(url)}` : message, cause === undefined ? undefined : { cause })
    this.name = code === 'NOT_CACHED' ? 'NOT_CACHED' : 'HoldfastError'
    this.code = code
    this.url = url
    this.method = method
    this.attempts = attempts
    say('HoldfastError', this)
  }
}

/** A final status that is a failure, where one is thrown or told rather than answered. `response` is the answer itself. */
export class HttpError extends Error {
  readonly code = 'HTTP'
  readonly response: Response

  constructor(response: Response, { method, url }: { method: string; url: string }) {
    super(`${response.status} ${response.statusText}`.trimEnd().concat(`: ${method} ${shownUrl(url)}`))
    this.name = 'HttpError'
    this.response = response
  }
}
