/** RFC 9211 2.2: why the request went on to the origin. */
export type Forward = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'

/** What became of a request at this cache (RFC 9211 2). */
export type CacheStatusFacts = {
  /** Milliseconds of freshness left; negative for what is stale. */
  readonly ttl?: number | undefined
  readonly key?: string | undefined
  /** A word or a sentence of ours. */
  readonly detail?: string | undefined
} & (
  | { readonly name: 'hit' }
  | {
      readonly name: 'forwarded'
      readonly forward: Forward
      /** The status that came, where one came. */
      readonly status?: number | undefined
      readonly stored?: boolean | undefined
      /** This request waited for another one's answer. */
      readonly collapsed?: boolean | undefined
    }
)
