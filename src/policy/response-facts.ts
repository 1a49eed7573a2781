import { type HeaderList, headerOf } from '../model/headers.ts'
import type { RedirectFacts } from '../model/record.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { deltaSeconds } from './cache-control.ts'
import { parseEntityTag } from './entity-tag.ts'
import { ageAtArrival } from './freshness.ts'
import { parseHttpDate } from './http-date.ts'
import { type CommonFacts, commonFactsOf, throughRedirects } from './shared-facts.ts'

/** What facts are taken from: a response's head, or a stored version. */
export interface ResponseSource {
  readonly status: number
  readonly headers: HeaderList
  readonly redirects?: RedirectFacts
}

/** What is read already of these headers. */
export interface AlreadyRead {
  readonly headers?: HeaderList
  readonly common?: CommonFacts | undefined
}

/** The facts of a response that arrived at `receivedAt` (for a stored version: its `checkedAt`). */
export function factsOf(source: ResponseSource, receivedAt: number, read: AlreadyRead = {}): ResponseFacts {
  const { headers = source.headers, common = commonFactsOf(headers) } = read
  return new ReadFacts(source, receivedAt, { headers, common: throughRedirects(common, source.redirects) })
}

/** What every look asks for is read at once, the rest when somebody asks: most answers are looked at and never asked to be validated. */
class ReadFacts implements ResponseFacts {
  readonly receivedAt: number
  readonly date: number | undefined
  readonly ageOnArrival: number
  readonly #source: ResponseSource
  readonly #common: CommonFacts
  #expires: ResponseFacts['expires'] | null = null
  #lastModified: ResponseFacts['lastModified'] | null = null
  #etag: ResponseFacts['etag'] | null = null

  constructor(source: ResponseSource, receivedAt: number, { headers, common }: { headers: HeaderList; common: CommonFacts }) {
    this.receivedAt = receivedAt
    this.date = dateOf(headers, 'date', receivedAt)
    this.ageOnArrival = ageOnArrival(headerOf(headers, 'age'))
    this.#source = source
    this.#common = common
  }

  get expires(): ResponseFacts['expires'] {
    if (this.#expires === null) {
      const value = headerOf(this.#source.headers, 'expires')
      this.#expires = value === undefined ? undefined : (parseHttpDate(value, this.receivedAt) ?? 'invalid')
    }
    return this.#expires
  }

  get lastModified(): ResponseFacts['lastModified'] {
    if (this.#lastModified === null) this.#lastModified = lastModifiedOf(this.#source.headers, this.receivedAt)
    return this.#lastModified
  }

  get etag(): ResponseFacts['etag'] {
    if (this.#etag === null) this.#etag = parseEntityTag(headerOf(this.#source.headers, 'etag'))
    return this.#etag
  }

  /** They began when it came: what age it had by then is none of theirs. */
  get redirectLifetime(): number {
    const lifetime = this.#source.redirects?.lifetime ?? Number.POSITIVE_INFINITY
    return lifetime && lifetime + ageAtArrival(this)
  }

  get status(): number {
    return this.#source.status
  }

  get vary(): readonly string[] {
    return this.#common.vary
  }

  get contentLocation(): string | undefined {
    return this.#common.contentLocation
  }

  get maxAge(): number | undefined {
    return this.#common.maxAge
  }

  get noStore(): boolean {
    return this.#common.noStore
  }

  get noCache(): ResponseFacts['noCache'] {
    return this.#common.noCache
  }

  get mustRevalidate(): boolean {
    return this.#common.mustRevalidate
  }

  get mustUnderstand(): boolean {
    return this.#common.mustUnderstand
  }

  get immutable(): boolean {
    return this.#common.immutable
  }

  get markedCacheable(): boolean {
    return this.#common.markedCacheable
  }

  get staleWhileRevalidate(): number {
    return this.#common.staleWhileRevalidate
  }

  get staleIfError(): number {
    return this.#common.staleIfError
  }
}

/** A field that came several times is not a date: for Expires that means stale (RFC 9111 4.2.1), for a validator that there is none. */
function dateOf(headers: HeaderList, name: string, receivedAt: number): number | undefined {
  const value = headerOf(headers, name)
  return value === undefined ? undefined : parseHttpDate(value, receivedAt)
}

function lastModifiedOf(headers: HeaderList, receivedAt: number): ResponseFacts['lastModified'] {
  const at = dateOf(headers, 'last-modified', receivedAt)
  return at === undefined ? undefined : { at, text: headerOf(headers, 'last-modified')?.trim() ?? '' }
}

/** Empty members before the first one that counts: more is not a list but an attack. */
const LONGEST_LIST = 64

/** RFC 9111 5.1: of a list the first member counts; what is not a whole number is ignored. */
function ageOnArrival(value: string | undefined): number {
  const first = value?.split(',', LONGEST_LIST).find((member) => member.trim() !== '')
  return first === undefined ? 0 : (deltaSeconds(first.trim()) ?? 0)
}
