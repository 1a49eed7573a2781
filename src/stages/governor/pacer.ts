/** Says when one more request may start. What it goes by is its own business; two libraries and two shared places are behind it. */
export interface Pacer {
  /** Resolves when one more may start: that start is counted, whether it happens or not. */
  next(): Promise<void>
  /** Milliseconds for which a start that was granted may be put off: others may go by when it was granted. */
  readonly lasts: number
  close(): Promise<void>
}
