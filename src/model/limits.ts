/** Hosts of which something is remembered though nobody asks them, at most: a crawl must not fill the memory with what it has left. */
export const MOST_IDLE: number = 1_000

/** How often a host may be asked: so many starts in any span of so many milliseconds. */
export interface Pace {
  readonly starts: number
  /** Milliseconds. */
  readonly within: number
}

export interface Quota {
  readonly calls: number
  readonly per: 'day' | 'month'
}

/** What holds for one host, or for all that one pattern is for: read and complete. */
export interface HostRules {
  /** Under which name requests are counted together: a host, or a pattern. */
  readonly bucket: string
  readonly concurrency: number
  /** undefined: as fast as it answers. */
  readonly pace: Pace | undefined
  readonly quota: Quota | undefined
  /** Whether the Crawl-delay of its robots.txt counts. */
  readonly robots: boolean
}

/** One member of `limits.hosts`, read. */
export interface HostLimitRule {
  /** As it was given: the name of the bucket where all that match share one. */
  readonly match: string
  /** As URLs spell it, without a port; a glob as what it matches. */
  readonly name: string | RegExp
  /** undefined: any. */
  readonly port: string | undefined
  /** The more of a name it says, the more it counts. */
  readonly rank: number
  readonly share: 'host' | 'pattern'
  readonly concurrency: number | undefined
  readonly pace: Pace | undefined
  readonly quota: Quota | undefined
  readonly robots: boolean
}

/** `limits.hosts`, read. */
export interface HostTable {
  /** The most specific rule for a host (name and port) or for what several share; of equals, the first. */
  ruleFor(host: string): HostLimitRule | undefined
}

/** Where the processes that share their paces meet. */
export type SharedPlace =
  | { readonly name: 'redis'; readonly client: string | object }
  | { readonly name: 'sqlite'; readonly file: string }

/** `limits`, read: all that the governor obeys. */
export interface Limits {
  readonly concurrency: number
  /** Over all hosts. */
  readonly total: number
  /** For each host; Infinity: as fast as it comes. */
  readonly bytesPerSecond: number
  /** Requests that may wait for a host. */
  readonly queue: number
  readonly hosts: HostTable
  readonly shared: SharedPlace | undefined
}

/** One host, or one bucket of several, as it is now. */
export interface HostState {
  /** Name and port; where hosts share a bucket, the pattern that they share. */
  host: string
  running: number
  queued: number
  /** Requests in flight that are allowed now: what was configured, or less while the host is learnt to bear less. */
  concurrency: number
  /** Starts a second, where it has a rate. */
  rate?: number
  state: 'open' | 'waiting' | 'down'
  /** Until when it is left alone, or when the next probe is due. */
  until?: Date
}
