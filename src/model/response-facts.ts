/** An entity tag (RFC 9110 8.8.3). */
export interface EntityTag {
  /** As received, `W/` included: what If-None-Match repeats. */
  readonly text: string
  /** What is compared: the quoted part. */
  readonly opaque: string
  readonly weak: boolean
}

/** All that freshness, storability and validation ask of a response, parsed once. Times are epoch milliseconds, spans milliseconds. */
export interface ResponseFacts {
  readonly status: number
  /** When it arrived, by our clock: stands in for a Date that is missing (RFC 9110 6.6.1). */
  readonly receivedAt: number
  readonly date: number | undefined
  /** What the Age field stated on arrival; 0 for none. */
  readonly ageOnArrival: number
  readonly expires: number | 'invalid' | undefined
  /** With its text, which If-Modified-Since repeats exactly (RFC 9110 13.1.3). */
  readonly lastModified: { readonly at: number; readonly text: string } | undefined
  readonly etag: EntityTag | undefined
  /** Names in lower case, sorted; ['*'] where any is `*`. */
  readonly vary: readonly string[]
  readonly contentLocation: string | undefined
  readonly maxAge: number | undefined
  readonly noStore: boolean
  /** 'all', or the fields that must not be reused without validation. */
  readonly noCache: 'all' | readonly string[] | undefined
  readonly mustRevalidate: boolean
  readonly mustUnderstand: boolean
  readonly immutable: boolean
  /** `public` or `private`: the origin says that a private cache may keep it, whatever the status (RFC 9111 5.2.2.7, 5.2.2.9). */
  readonly markedCacheable: boolean
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** Up to what age of it the redirects on the way to it hold; Infinity where there were none. */
  readonly redirectLifetime: number
}
