import type PQueue from 'p-queue'
import type { Clock } from '../../model/clock.ts'
import type { HostRules, HostState } from '../../model/limits.ts'
import type { Wish } from '../../model/rooms.ts'
import { type Bearing, isRefusal, learned, unlearned } from '../../policy/concurrency.ts'
import { perSecond } from '../../policy/pace.ts'
import { Gate } from './gate.ts'
import type { Pacer } from './pacer.ts'

export interface LineRooms {
  readonly clock: Clock
  readonly queue: PQueue
  readonly pacer: Pacer | undefined
  /** Something changed: somebody came, went or left, or the gate opened. */
  readonly changed: () => void
  /** The host is treated in another way from now on. */
  readonly told: () => void
}

/**
 * Those who wait for one host, or for one bucket of hosts, and those who are there. The queue is p-queue's; it stands still, and lets one go
 * when `start` says so, because that depends on more than this line.
 */
export class Line {
  readonly rules: HostRules
  readonly #rooms: LineRooms
  readonly #gate: Gate | undefined
  /** How many wait, by their priority. */
  readonly #waiting = new Map<number, number>()
  #bearing: Bearing
  /** Monotonic milliseconds; 0: open. */
  #pausedUntil = 0
  #timer: { cancel(): void } | undefined

  constructor(rules: HostRules, rooms: LineRooms) {
    this.rules = rules
    this.#rooms = rooms
    this.#bearing = unlearned(rules.concurrency)
    const { clock, pacer, queue, changed } = rooms
    if (rules.pace !== undefined && pacer !== undefined) this.#gate = new Gate(rules.pace, pacer, { clock, wake: changed })
    queue.pause()
    queue.addEventListener('next', changed)
  }

  get queued(): number {
    return this.#rooms.queue.size
  }

  /** Resolves when it is this one's turn, with what ends it. */
  enter({ signal, priority }: Wish): Promise<() => void> {
    const { queue } = this.#rooms
    // The queue's own signal would free the place as soon as the signal aborts, while the request is still on its way down.
    const leaving = new AbortController()
    const leave = (): void => leaving.abort(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    this.#count(priority, 1)
    return new Promise((resolve, reject) => {
      const gone = (): void => {
        signal.removeEventListener('abort', leave)
        this.#count(priority, -1)
      }
      const go = (): Promise<void> => {
        gone()
        queue.pause()
        return new Promise<void>((done) => resolve(done))
      }
      queue.add(go, { priority, signal: leaving.signal }).catch((reason: unknown) => {
        gone()
        this.#rooms.changed()
        reject(reason)
      })
      this.#rooms.changed()
    })
  }

  /** The highest priority of those who wait, when one of them may go now. */
  get ready(): number | undefined {
    const { queue } = this.#rooms
    if (queue.size === 0 || queue.pending >= this.#bearing.limit || this.pausedFor > 0) return undefined
    return this.#gate?.isOpen() === false ? undefined : Math.max(...this.#waiting.keys())
  }

  /** Lets one go. */
  start(): 'gone' | 'nobody was there' {
    const { queue } = this.#rooms
    const before = queue.pending
    queue.start()
    queue.pause()
    if (queue.pending === before) return 'nobody was there'
    this.#gate?.pass()
    return 'gone'
  }

  /** What an answer says of how much the host bears. */
  learn(status: number, sentAt: number): void {
    const { limit } = this.#bearing
    this.#bearing = learned(this.#bearing, {
      wasRefused: isRefusal(status) ? 'yes' : 'no',
      sentAt,
      now: this.#rooms.clock.monotonic(),
      configured: this.rules.concurrency,
    })
    if (this.#bearing.limit !== limit) this.#rooms.told()
  }

  pause(ms: number): void {
    const { clock, told } = this.#rooms
    const until = clock.monotonic() + ms
    if (until <= this.#pausedUntil) return
    this.#pausedUntil = until
    this.#timer?.cancel()
    this.#await()
    told()
  }

  get pausedFor(): number {
    return Math.max(0, this.#pausedUntil - this.#rooms.clock.monotonic())
  }

  /** A timer reaches some 24 days and may fire early after a suspend, so it looks again before it opens. */
  #await(): void {
    const { clock, changed, told } = this.#rooms
    const left = this.pausedFor
    if (left > 0) {
      this.#timer = clock.setTimeout(() => this.#await(), left)
      return
    }
    this.#pausedUntil = 0
    this.#timer = undefined
    told()
    changed()
  }

  /** Whether there is nobody here and nothing to remember; 'learnt': only how much the host bears. A number: in so many milliseconds. */
  get idle(): 'no' | 'yes' | 'learnt' | number {
    const { queue } = this.#rooms
    if (queue.size > 0 || queue.pending > 0 || this.#pausedUntil > 0) return 'no'
    const rests = this.#gate?.restsIn ?? 0
    if (rests > 0) return rests
    return this.#bearing.limit < this.rules.concurrency ? 'learnt' : 'yes'
  }

  get state(): HostState {
    const { queue, clock } = this.#rooms
    const left = this.pausedFor
    return {
      host: this.rules.bucket,
      running: queue.pending,
      queued: queue.size,
      concurrency: this.#bearing.limit,
      ...(this.rules.pace !== undefined && { rate: perSecond(this.rules.pace) }),
      state: left > 0 ? 'waiting' : 'open',
      ...(left > 0 && { until: new Date(clock.now() + left) }),
    }
  }

  close(): Promise<void> {
    this.#timer?.cancel()
    return this.#gate?.close() ?? Promise.resolve()
  }

  #count(priority: number, by: 1 | -1): void {
    const left = (this.#waiting.get(priority) ?? 0) + by
    if (left === 0) this.#waiting.delete(priority)
    else this.#waiting.set(priority, left)
  }
}
