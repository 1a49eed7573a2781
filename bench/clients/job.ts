/** What a client's process is asked for. */
export interface Job {
  readonly url: string
  /** SRI metadata, for a client that is told the digest in advance. */
  readonly integrity?: string
}

/** The file that a client took for whole, or the error that it gave instead. */
export type Told = { readonly bytes: number; readonly sha256: string } | { readonly error: string }

/** The first message of a client's process. */
export interface Hello {
  readonly version: string
}
