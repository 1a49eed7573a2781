import type { Attempt } from '../model/errors.ts'
import type { Transport } from '../model/transport.ts'
import { hostOf } from '../policy/host.ts'

/** Hosts of which requests are counted: beyond that the one asked longest ago is not told any more. */
const MOST = 1_000

/** What was sent by an instance, and how long it waited for that. */
export interface TrafficTotals {
  readonly sent: number
  readonly waits: { readonly count: number; readonly ms: number }
  /** By host: name and port. */
  readonly hosts: Readonly<Record<string, number>>
}

/** Counts the requests that leave. In memory, and off the path of a hit. */
export class Traffic {
  readonly #hosts = new Map<string, number>()
  #last = ''
  #sent = 0
  #waits = 0
  #waited = 0

  /** The same transport: each request is counted as it leaves, whatever becomes of it. */
  counted(transport: Transport): Transport {
    return {
      get name() {
        return transport.name
      },
      send: (request) => {
        this.#count(hostOf(request.url))
        return transport.send(request)
      },
      close: () => transport.close(),
    }
  }

  #count(host: string): void {
    this.#sent++
    const before = this.#hosts.get(host) ?? 0
    // Those asked last stand at the end.
    if (host !== this.#last) this.#hosts.delete(host)
    this.#hosts.set(host, before + 1)
    this.#last = host
    if (this.#hosts.size <= MOST) return
    const [longestAgo] = this.#hosts.keys()
    if (longestAgo !== undefined) this.#hosts.delete(longestAgo)
  }

  /** An attempt is over. */
  ended({ waited = 0 }: Attempt): void {
    if (waited === 0) return
    this.#waits++
    this.#waited += waited
  }

  totals(): TrafficTotals {
    return { sent: this.#sent, waits: { count: this.#waits, ms: this.#waited }, hosts: Object.fromEntries(this.#hosts) }
  }
}
