import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** What one version of the file is. */
export interface Edition {
  readonly body: Buffer
  readonly etag?: string
  readonly lastModified?: string
  readonly headers?: OutgoingHttpHeaders
}

/** A request, as far as an answer depends on it. */
export interface Asked {
  /** 1 for a client's first request in a situation. */
  readonly hit: number
  readonly headers: IncomingHttpHeaders
  /** 'mirror': the other origin, to which a redirect may lead. */
  readonly at: 'origin' | 'mirror'
  /** Where the mirror has the file. */
  readonly mirror: string
}

/** An answer; its length is declared as that of `body`. */
export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
  /** The connection closes after so many bytes of the body. */
  readonly cutAt?: number
}

/** Half open: `end` is the first byte that is not part of it. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The fields that describe an edition, whatever part of it is sent. */
export function describe({ etag, lastModified, headers = {} }: Edition): OutgoingHttpHeaders {
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    ...(etag !== undefined && { ETag: etag }),
    ...(lastModified !== undefined && { 'Last-Modified': lastModified }),
    ...headers,
  }
}

/** 200 and all of it. */
export function whole(edition: Edition): Answer {
  return { status: 200, headers: describe(edition), body: edition.body }
}

/** What a good server answers (RFC 9110 13.2.2): If-Match first, then If-Range and Range. */
export function good(asked: Asked, edition: Edition): Answer {
  if (!ifMatchHolds(asked, edition)) return page(412, 'Precondition Failed')
  if (!ifRangeHolds(asked, edition)) return whole(edition)
  const span = askedSpan(asked, edition)
  if (span === undefined) return whole(edition)
  if (span === 'unsatisfiable') return unsatisfiable(edition)
  return part(edition, span)
}

/** 206 that brings the span and says so. */
export function part(edition: Edition, { start, end }: Span): Answer {
  const { body } = edition
  const headers = { ...describe(edition), 'Content-Range': `bytes ${start}-${end - 1}/${body.length}` }
  return { status: 206, headers, body: body.subarray(start, end) }
}

export function unsatisfiable(edition: Edition): Answer {
  const { headers, ...rest } = page(416, 'Range Not Satisfiable')
  return { ...rest, headers: { ...headers, 'Content-Range': `bytes */${edition.body.length}` } }
}

/** A page that is not the file. */
export function page(status: number, title: string, headers: OutgoingHttpHeaders = {}): Answer {
  const body = Buffer.from(
    `<!doctype html><title>${title}</title><p>${'This is not the file that you asked for. '.repeat(25)}</p>\n`,
  )
  return { status, headers: { 'Content-Type': 'text/html', ...headers }, body }
}

/** The one range that is asked for; undefined where there is none, or one that may be passed over. */
export function askedSpan({ headers }: Asked, { body }: Edition): Span | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  if (first === '') return { start: Math.max(body.length - Number(last), 0), end: body.length }
  if (Number(first) >= body.length) return 'unsatisfiable'
  return { start: Number(first), end: last === '' ? body.length : Math.min(Number(last) + 1, body.length) }
}

function ifMatchHolds({ headers }: Asked, { etag }: Edition): boolean {
  const wanted = headers['if-match']
  return wanted === undefined || wanted === '*' || (!wanted.startsWith('W/') && wanted === etag)
}

function ifRangeHolds({ headers }: Asked, { etag, lastModified }: Edition): boolean {
  const wanted = headers['if-range']
  if (wanted === undefined || Array.isArray(wanted)) return true
  if (wanted.startsWith('W/')) return false
  return wanted === (wanted.startsWith('"') ? etag : lastModified)
}
