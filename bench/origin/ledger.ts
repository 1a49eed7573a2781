import type { ServerResponse } from 'node:http'

/** What came in for one path. */
export interface Seen {
  requests: number
  notModified: number
  /** Of bodies, as far as they were handed to the connection. */
  bytes: number
}

/** Counts by path and query. */
export class Ledger {
  readonly #seen = new Map<string, Seen>()

  of(path: string): Seen {
    return this.#seen.get(path) ?? { requests: 0, notModified: 0, bytes: 0 }
  }

  open(path: string): { close(response: ServerResponse): void } {
    const seen = this.of(path)
    this.#seen.set(path, seen)
    seen.requests++
    return {
      close: (response) => {
        if (response.statusCode === 304) seen.notModified++
        seen.bytes += sentOf.get(response) ?? 0
      },
    }
  }
}

const sentOf = new WeakMap<ServerResponse, number>()

export function told(response: ServerResponse, bytes: number): void {
  sentOf.set(response, (sentOf.get(response) ?? 0) + bytes)
}
