/** A chunk for as long as who reads it needs it. */
export interface Loan {
  /** Not to be changed, nor to be kept. */
  readonly bytes: Uint8Array
  /** From now on its memory may be used for another one. A reader that is forgotten in the middle need not call it. */
  end(): void
}

/** A whole body at rest, read as often as one likes. */
export interface StoredBody {
  readonly size: number
  /** Bytes `n * CHUNK_SIZE` up to the next chunk, checked against their seal; rejects where they are missing or damaged. */
  chunk(n: number): Promise<Uint8Array>
  /** As `chunk`, for those who give it back. Where it is missing {@link loanOf} does it. */
  lend?(n: number): Promise<Loan>
  /**
   * Says that a reader begins; the returned function, that it ended. A store is not closed under a reader, and not at once under one who may
   * come ('unread'). What is only in this process goes with its last reader, not with who copies it.
   */
  hold(why?: Purpose): () => void
}

/** A body that is handed out while it comes. */
export interface Coming extends AsyncIterable<Uint8Array> {
  /** What it is kept as, to read on there where its place does not give it back. */
  rest?: (() => Promise<Uint8Array | StoredBody | undefined>) | undefined
}

export type Purpose = 'to read' | 'to copy' | 'unread'
