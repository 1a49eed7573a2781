import type { Step } from './exchange.ts'
import type { RecordedRequest } from './journal.ts'
import type { Certificate } from './listener.ts'

export interface OriginOptions {
  /** Where `at` and the Date field come from. Default: the machine's clock, in fractions of a millisecond. */
  clock?: { now(): number }
  /** Speak TLS, with this certificate. */
  tls?: Certificate
}

/** A server on the loopback interface that behaves as it was told, path by path. */
export interface Origin extends AsyncDisposable {
  /** Address and port, as in a URL. */
  readonly host: string
  readonly port: number
  /** Requests whose answer is not out yet. */
  readonly inFlight: number
  /** The most that were in flight at one time. */
  readonly maxInFlight: number
  readonly openConnections: number
  url(path: string): string
  /** What the next requests for this path get, one step each; the last one repeats. Replaces an earlier script. */
  script(path: string, ...steps: [Step, ...Step[]]): void
  /** How many requests there were: for a path with any query, for a path with just this query, or in all. */
  hits(path?: string): number
  requests(path?: string): RecordedRequest[]
  /** Closes the port and the idle connections; what is being answered goes on. */
  refuse(): Promise<void>
  /** Opens the same port again. */
  resume(): Promise<void>
  /** Breaks every connection off; the port stays as it is. A server that dies is `refuse` and `kill`. */
  kill(): void
  /**
   * Ends everything. Rejects if a step threw, or if a path without a script was asked for: the status 500 that such a
   * request gets may have been hidden from the test by a retry or by a stored version.
   */
  close(): Promise<void>
}
