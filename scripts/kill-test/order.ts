/** The stores whose users can be killed. */
export const STORE_NAMES = ['sqlite', 'folder'] as const

export type StoreName = (typeof STORE_NAMES)[number]

/** The store that is worked on, and the one that `copyTo` fills. */
export type Place = 'cache' | 'copy'

/** Where a kill is to come: at a moment that the parent chooses, or exactly before or after the n-th operation since the life began in earnest. */
export interface Point {
  /**
   * 'store': a call of the store handed to holdfast. 'sweep': one of those within a sweep. 'file': what they come to, as SQL that writes
   * and calls of the file system.
   */
  readonly of: OperationKind
  /** From 1. */
  readonly n: number
  readonly side: 'before' | 'after'
}

export type OperationKind = 'store' | 'sweep' | 'file'

/** 'with a copy': it fills another store by `copyTo` too. */
export type Work = 'daily' | 'with a copy'

/** What one life of the child is to be. */
export interface Order {
  readonly store: StoreName
  /** Where its files are. */
  readonly folder: string
  readonly diary: string
  /** The origin's address, without a path. */
  readonly origin: string
  /** Counts the lives of a chain, from 1. */
  readonly life: number
  /** Milliseconds by which its clock is ahead of the machine's. */
  readonly ahead: number
  /** From when on operations are counted, and it may be killed. */
  readonly from: 'recovery' | 'scenario'
  /** 'one by one', or what is said of versions while others are downloaded. */
  readonly strands: 'one' | 'two'
  readonly work: Work
  /** What it looks at before it goes to work. */
  readonly places: readonly Place[]
  readonly point?: Point
}

/** What a life says: that it has read everything and waits for a word to go to work; that it came to its end. */
export type Told = { readonly name: 'recovered'; readonly seen: Seen } | { readonly name: 'over'; readonly counts: Counts }

/** Operations since the life began in earnest. */
export type Counts = Readonly<Record<OperationKind, number>>

/** One version as it stands. */
export interface SeenVersion {
  readonly id: string
  readonly labels: readonly string[]
  readonly pinned: boolean
  /** What the store says of it. */
  readonly digest: string
  /** Of the bytes that its response gave, or why it gave none. */
  readonly read: string
}

/** One address, before anything was asked of the origin. */
export interface SeenAtRest {
  readonly path: Path
  /** The digest of what `only-if-cached` gives, or an error code. */
  readonly front: string
  readonly versions: readonly SeenVersion[]
  /** As JSON. */
  readonly policy: string
}

/** One address, asked for again. */
export interface SeenFetched {
  readonly path: Path
  readonly digest: string
  readonly outcome: string
  readonly ms: number
}

/** All that a life saw before it went to work. */
export interface Seen {
  readonly atRest: readonly SeenAtRest[]
  readonly fetched: readonly SeenFetched[]
  /** The same of the copy that `copyTo` makes. */
  readonly copy: readonly SeenAtRest[]
  /** What is named and missing, or there and unnamed, after two sweeps an hour apart. */
  readonly disorder: readonly string[]
}

/** Everything that there is to fetch. */
export const PATHS = ['/small', '/middle', '/twin', '/big', '/stream', '/same', '/doomed', '/tagged/1', '/tagged/2'] as const

export type Path = (typeof PATHS)[number]

export const TAG = 'prices'

/** The value of a fact: what the origin has there in this life. */
export const CURRENT = 'current'
