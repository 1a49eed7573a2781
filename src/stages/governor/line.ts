import type { PriorityQueue } from 'p-queue'
import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Clock } from '../../model/clock.ts'
import type { HostRules, HostState } from '../../model/limits.ts'
import type { Wish } from '../../model/rooms.ts'
import { type Bearing, isRefusal, learned, unlearned } from '../../policy/concurrency.ts'
import { perSecond } from '../../policy/pace.ts'
import { Gate } from './gate.ts'
import type { Pacer } from './pacer.ts'
import { type Distance, Spacing } from './spacing.ts'
import { type End, Waiting } from './waiting.ts'

export interface LineRooms {
  readonly clock: Clock
  readonly queue: PriorityQueue
  readonly pacer: Pacer | undefined
  /** Something changed: somebody came, went or left, or the gate opened. */
  readonly changed: () => void
  /** The host is treated in another way from now on. */
  readonly told: () => void
}

/**
 * Those who wait for one host, or for one bucket of hosts, and those who are there. Of p-queue it has the queue by priority, and not the
 * whole: who goes when depends on more than this line, and a whole one a host costs some kilobytes.
 */
export class Line {
  readonly rules: HostRules
  readonly #rooms: LineRooms
  readonly #gate: Gate | undefined
  readonly #spacing: Spacing | undefined
  readonly #waiting: Waiting
  #running = 0
  #bearing: Bearing
  /** Monotonic milliseconds; 0: open. */
  #pausedUntil = 0
  #timer: { cancel(): void } | undefined

  constructor(rules: HostRules, rooms: LineRooms) {
    this.rules = rules
    this.#rooms = rooms
    this.#bearing = unlearned(rules.concurrency)
    const { clock, pacer, changed } = rooms
    this.#waiting = new Waiting(rooms.queue, changed)
    if (rules.pace !== undefined && pacer !== undefined) this.#gate = new Gate(rules.pace, pacer, { clock, wake: changed })
    if (rules.robots) this.#spacing = new Spacing(clock, changed)
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** How far apart one of its hosts wants its requests to start. */
  space(host: string, distance: Distance): void {
    this.#spacing?.keep(host, distance)
  }

  /** Lets one go that does not wait, where nobody does; with what ends it. */
  pass(): End | undefined {
    if (this.queued > 0 || !this.#isOpen) return undefined
    this.#gate?.pass()
    this.#spacing?.pass()
    return this.#begin()
  }

  #begin(): End {
    this.#running += 1
    return () => {
      this.#running -= 1
      this.#rooms.changed()
    }
  }

  /** Resolves when it is this one's turn, with what ends it. */
  enter(wish: Wish): Promise<End> {
    return this.#waiting.enter(wish, () => this.#begin())
  }

  /** The highest priority of those who wait, when one of them may go now. */
  get ready(): number | undefined {
    return this.queued > 0 && this.#isOpen ? this.#waiting.highest : undefined
  }

  get #isOpen(): boolean {
    if (this.#running >= this.#bearing.limit || this.pausedFor > 0) return false
    // The gate last: what a shared place grants it is lost to others if it is not used soon.
    return this.#spacing?.isOpen() !== false && this.#gate?.isOpen() !== false
  }

  /** Lets the first one go. */
  start(): void {
    this.#gate?.pass()
    this.#spacing?.pass()
    this.#waiting.next()
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
    this.#waiting.refuse((wish) => this.#tooLong(wish))
    told()
  }

  /** @throws AttemptFailure RETRY_AFTER where the host asked to be left alone for longer than this one waits. */
  refuse(wish: Wish): void {
    const failure = this.#tooLong(wish)
    if (failure !== undefined) throw failure
  }

  #tooLong({ host, maxRetryAfter = Number.POSITIVE_INFINITY }: Wish): AttemptFailure | undefined {
    const left = this.pausedFor
    if (left <= maxRetryAfter) return undefined
    const message = `${host} asked to be left alone for another ${Math.ceil(left / 1000)} s`
    return new AttemptFailure('RETRY_AFTER', message, { retry: 'never', retryAfter: left })
  }

  get pausedFor(): number {
    return this.#pausedUntil === 0 ? 0 : Math.max(0, this.#pausedUntil - this.#rooms.clock.monotonic())
  }

  /** A timer reaches some 24 days and may fire early after a suspend, so it looks again before it opens. */
  #await(): void {
    const { clock, told } = this.#rooms
    const left = this.pausedFor
    if (left > 0) {
      this.#timer = clock.setTimeout(() => this.#await(), left)
      return
    }
    this.#pausedUntil = 0
    this.#timer = undefined
    told()
  }

  /** Whether there is nobody here and nothing to remember; 'learnt': only how much the host bears. A number: in so many milliseconds. */
  get idle(): 'no' | 'yes' | 'learnt' | number {
    if (this.queued > 0 || this.#running > 0 || this.#pausedUntil > 0) return 'no'
    const rests = Math.max(this.#gate?.restsIn ?? 0, this.#spacing?.restsIn ?? 0)
    if (rests > 0) return rests
    return this.#bearing.limit < this.rules.concurrency ? 'learnt' : 'yes'
  }

  get state(): HostState {
    const left = this.pausedFor
    const rate = this.#rate
    return {
      host: this.rules.bucket,
      running: this.#running,
      queued: this.queued,
      concurrency: this.#bearing.limit,
      ...(rate !== undefined && { rate }),
      state: left > 0 ? 'waiting' : 'open',
      ...(left > 0 && { until: new Date(this.#rooms.clock.now() + left) }),
    }
  }

  /** Starts a second, where anything bounds them: the slower of what was configured and what robots.txt says. */
  get #rate(): number | undefined {
    const { pace } = this.rules
    const rates = [
      ...(pace === undefined ? [] : [perSecond(pace)]),
      ...(this.#spacing?.least ? [1000 / this.#spacing.least] : []),
    ]
    return rates.length === 0 ? undefined : Math.min(...rates)
  }

  close(): Promise<void> {
    this.#timer?.cancel()
    this.#spacing?.close()
    return this.#gate?.close() ?? Promise.resolve()
  }
}
