import type { Clock } from '../../model/clock.ts'
import type { WireRequest } from '../../model/transport.ts'

/** A stop-watch over monotonic time: what is spent in a queue, or on a body that makes progress, whoever sends it, does not count. */
export class Budget {
  readonly #clock: Clock
  readonly #limit: number
  #spent = 0
  #runningSince: number | undefined

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
    this.#runningSince = clock.monotonic()
  }

  get left(): number {
    const running = this.#runningSince === undefined ? 0 : this.#clock.monotonic() - this.#runningSince
    return this.#limit - this.#spent - running
  }

  stop(): void {
    if (this.#runningSince === undefined) return
    this.#spent += this.#clock.monotonic() - this.#runningSince
    this.#runningSince = undefined
  }

  start(): void {
    this.#runningSince ??= this.#clock.monotonic()
  }
}

/** The time that one obtain has. A wait for a host, or because a host asked for it, is nobody's time-out. */
export class Allowance {
  /** To the headers of an acceptable answer. */
  readonly deadline: Budget
  /** The body too. */
  readonly total: Budget
  /** Milliseconds spent in queues so far. */
  queued = 0
  readonly #clock: Clock

  constructor(clock: Clock, { deadline, total }: { readonly deadline: number; readonly total: number }) {
    this.#clock = clock
    this.deadline = new Budget(clock, deadline)
    this.total = new Budget(clock, total)
  }

  /** Milliseconds until one of them is spent. */
  get left(): number {
    return Math.min(this.deadline.left, this.total.left)
  }

  /** Neither runs while what came is judged: that has a limit of its own. */
  rest(): void {
    this.deadline.stop()
    this.total.stop()
  }

  resume(): void {
    this.deadline.start()
    this.total.start()
  }

  async whileQueued<T>(wait: Promise<T>): Promise<T> {
    const since = this.#clock.monotonic()
    this.rest()
    try {
      return await wait
    } finally {
      this.queued += this.#clock.monotonic() - since
      this.resume()
    }
  }

  /** What is still being sent cannot be answered; whether it makes progress, the transport sees to. */
  async whileSending<T>(send: (sending: NonNullable<WireRequest['sending']>) => Promise<T>): Promise<T> {
    let isAnswered = false
    const sending: WireRequest['sending'] = (state) => {
      if (state === 'begun') this.deadline.stop()
      else if (!isAnswered) this.deadline.start()
    }
    try {
      return await send(sending)
    } finally {
      isAnswered = true
      this.deadline.start()
    }
  }

  /** A body that makes progress is bounded by its own watch, not by the deadline to its headers. */
  async whileComing<T>(body: Promise<T>): Promise<T> {
    this.deadline.stop()
    try {
      return await body
    } finally {
      this.deadline.start()
    }
  }
}

/** Calls `spent` when a budget is spent; a budget that stood still meanwhile is given the rest. The returned function ends it. */
export function onSpent(clock: Clock, budget: Budget, spent: () => void): () => void {
  if (!Number.isFinite(budget.left)) return () => undefined
  const look = (): void => {
    if (budget.left > 0) timer = clock.setTimeout(look, budget.left)
    else spent()
  }
  let timer = clock.setTimeout(look, Math.max(0, budget.left))
  return () => timer.cancel()
}
