import type PQueue from 'p-queue'
import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import type { Governor, Ticket } from '../model/rooms.ts'

interface Host {
  readonly queue: PQueue
  /** Monotonic milliseconds; 0: open. */
  pausedUntil: number
  timer: { cancel(): void } | undefined
}

/**
 * Lets at most `concurrency` requests at a time reach one host (name and port), and keeps a whole host waiting when it asked for that.
 * An idle host is forgotten, so a crawl of many hosts holds no memory for those that it has left.
 */
export class HostGovernor implements Governor {
  readonly #hosts = new Map<string, Host>()
  readonly #concurrency: number
  readonly #clock: Clock
  readonly #report: Report
  /** Imported at the first miss. */
  #queue: typeof PQueue | undefined

  constructor(concurrency: number, { clock, report }: { clock: Clock; report: Report }) {
    this.#concurrency = concurrency
    this.#clock = clock
    this.#report = report
  }

  async ticket(host: string, signal: AbortSignal): Promise<Ticket> {
    this.#queue ??= (await import('p-queue')).default
    signal.throwIfAborted()
    const { queue } = this.#host(host, this.#queue)
    return new Promise<Ticket>((resolve, reject) => {
      const occupied = (): Promise<void> =>
        new Promise<void>((done) => {
          resolve({
            release: () => {
              done()
              queueMicrotask(() => this.#forgetIfIdle(host))
            },
          })
        })
      // The queue lets a task go when its signal aborts; by then its attempt has given up the connection too.
      queue.add(occupied, { signal }).catch((reason: unknown) => {
        this.#forgetIfIdle(host)
        reject(reason)
      })
    })
  }

  pause(host: string, ms: number): void {
    // Only an answer asks for a pause, and no answer comes without a ticket before it.
    if (this.#queue === undefined) return
    const state = this.#host(host, this.#queue)
    const until = this.#clock.monotonic() + ms
    if (until <= state.pausedUntil) return
    state.pausedUntil = until
    state.queue.pause()
    state.timer?.cancel()
    this.#await(host, state)
    this.#report('host', () => ({
      host,
      state: 'waiting',
      until: new Date(this.#clock.now() + ms),
      concurrency: this.#concurrency,
    }))
  }

  pausedFor(host: string): number {
    const state = this.#hosts.get(host)
    return state === undefined ? 0 : Math.max(0, state.pausedUntil - this.#clock.monotonic())
  }

  /** A timer reaches some 24 days and may fire early after a suspend, so it looks again before it opens. */
  #await(host: string, state: Host): void {
    const left = state.pausedUntil - this.#clock.monotonic()
    if (left > 0) {
      state.timer = this.#clock.setTimeout(() => this.#await(host, state), left)
      return
    }
    state.pausedUntil = 0
    state.timer = undefined
    state.queue.start()
    this.#report('host', () => ({ host, state: 'open', concurrency: this.#concurrency }))
    this.#forgetIfIdle(host)
  }

  #host(name: string, Queue: typeof PQueue): Host {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host: Host = { queue: new Queue({ concurrency: this.#concurrency }), pausedUntil: 0, timer: undefined }
    this.#hosts.set(name, host)
    return host
  }

  #forgetIfIdle(name: string): void {
    const host = this.#hosts.get(name)
    if (host !== undefined && host.pausedUntil === 0 && host.queue.size === 0 && host.queue.pending === 0)
      this.#hosts.delete(name)
  }
}
