import type { ReceivedRequest } from './request.ts'

/**
 * How an exchange ended: the whole step ran and the connection stays (`kept`), the origin closed it properly (`closed`),
 * broke it off (`destroyed`, `reset`), the client left first (`client-gone`), or the step itself threw (`failed`).
 */
export type Ending = 'kept' | 'closed' | 'destroyed' | 'reset' | 'client-gone' | 'failed'

/** A request with what became of it. */
export interface RecordedRequest extends ReceivedRequest {
  /** When its last byte arrived: milliseconds of the origin's clock. */
  readonly at: number
  /** 1 for the first request that this origin received. */
  readonly sequence: number
  /** Which connection it came on, from 1: two requests with one number shared a connection. */
  readonly connection: number
  /** Body bytes handed to the socket so far, in their coded form, without head and chunk framing. */
  readonly bytesSent: number
  /** Settles when the exchange is over. Never rejects. */
  readonly ended: Promise<Ending>
}

/** The origin's own view of a record, while the exchange lasts. */
export interface OpenRecord {
  readonly request: RecordedRequest
  count(bytes: number): void
  /** The last byte is about to leave: from now on the request is no longer in flight. */
  answered(): void
  end(ending: Ending): void
}

/** Every request that an origin has seen. */
export class Journal {
  readonly requests: RecordedRequest[] = []
  inFlight = 0
  maxInFlight = 0

  open(received: ReceivedRequest, seen: { at: number; connection: number }): OpenRecord {
    const { promise: ended, resolve } = Promise.withResolvers<Ending>()
    const request = { ...received, ...seen, sequence: this.requests.length + 1, bytesSent: 0, ended }
    this.requests.push(request)
    this.inFlight += 1
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight)
    let open = true
    const answered = (): void => {
      if (open) this.inFlight -= 1
      open = false
    }
    return {
      request,
      count: (bytes) => {
        request.bytesSent += bytes
      },
      answered,
      end: (ending) => {
        answered()
        resolve(ending)
      },
    }
  }

  /** With a query in `path` only that very target; without, every query of the path; without a path, all. */
  matching(path?: string): RecordedRequest[] {
    if (path === undefined) return [...this.requests]
    return this.requests.filter((request) => request.path === path || request.pathname === path)
  }
}
