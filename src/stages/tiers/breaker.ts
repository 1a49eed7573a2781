import { HoldfastError } from '../../model/errors.ts'
import type { BreakerFacts, Side } from './breaker-facts.ts'
import { Deadlines } from './deadlines.ts'
import { closedGate, type Gate, PROBE_AFTER, type TierState } from './gate.ts'
import { Unanswered } from './unanswered.ts'

/**
 * Failures in a row after which one side of a store is left alone. A call that was not answered at all counts for all of them, and so does
 * one that failed only after most of its time: SQLite waits for somebody's lock almost as long, and no caller is to wait so three times.
 */
const OPEN_AFTER = 3
const MOST = 0.75

/** Milliseconds until a store that was left alone is tried again, at most: they are doubled each time until a call succeeds. */
const LONGEST = 5_000

/** Milliseconds for a trial that somebody waits for: the first connection takes longer than a call. */
const CHECK = 5_000

/**
 * Bounds each call of a store, tells of each failure, and leaves a side of it alone that keeps failing: a broken tier is a quick miss.
 * Whether it is back is tried by a timer of its own, so that no caller pays for finding out.
 */
export class Breaker {
  readonly #facts: BreakerFacts
  readonly #gates: Readonly<Record<Side, Gate>> = { read: closedGate(), write: closedGate() }
  readonly #listeners: (() => void)[] = []
  readonly #deadlines: Deadlines
  #told: TierState = 'closed'
  #over = false
  /** It has not answered yet, and has not been waited for either. */
  #isCold = true
  #starting: Promise<void> | undefined
  #unheard: { readonly error: unknown } | undefined

  constructor(facts: BreakerFacts) {
    this.#facts = facts
    this.#deadlines = new Deadlines(facts.clock)
  }

  get limit(): number {
    return this.#facts.limit
  }

  /** The worse of both sides. */
  get state(): TierState {
    const states = [this.#gates.read.state, this.#gates.write.state]
    return states.includes('open') ? 'open' : states.includes('half-open') ? 'half-open' : 'closed'
  }

  get mayRead(): boolean {
    return this.#gates.read.state === 'closed'
  }

  /** Why it is left alone; undefined where it is not. */
  get error(): Error | undefined {
    return this.#gates.read.error ?? this.#gates.write.error
  }

  /** Why the last read that failed did. Another object for each, so that one can tell whether there was one meanwhile. */
  get unheard(): { readonly error: unknown } | undefined {
    return this.#unheard
  }

  /** Under way while a store is waited for that has not answered yet; resolves when it has, or is given up. */
  get starting(): Promise<void> | undefined {
    return this.#starting
  }

  /** Told each time that all of the store can be used again. */
  onClosed(listener: () => void): void {
    this.#listeners.push(listener)
  }

  async call<T>(side: Side, operation: string, run: () => Promise<T>, limit: number = this.#facts.limit): Promise<T> {
    const gate = this.#gates[side]
    const { name } = this.#facts
    if (gate.state !== 'closed') {
      if (side === 'read') this.#unheard = { error: gate.error }
      throw new HoldfastError('STORE', `${name}.${operation}: the store keeps failing and is left alone for a while`, {
        cause: gate.error,
      })
    }
    const since = this.#facts.clock.monotonic()
    try {
      const value = await this.bounded(operation, run, limit)
      gate.failures = 0
      gate.wait = PROBE_AFTER
      this.#isCold = false
      return value
    } catch (error) {
      const pace = this.#facts.clock.monotonic() - since < MOST * limit ? 'soon' : 'late'
      // A refused late writer is the store at its best, not a failure.
      if ((error as { code?: unknown }).code !== 'FENCED') this.#failed(side, { operation, error: error as Error, pace })
      throw error
    }
  }

  /** What gives room back is done also while the store is left alone, unless it was slow: one that is full would stay so. */
  freeing<T>(operation: string, run: () => Promise<T>): Promise<T> {
    const { state, pace } = this.#gates.write
    return state === 'closed' || pace === 'late' ? this.call('write', operation, run) : this.bounded(operation, run)
  }

  /** Bounded too, but tried whatever was before; the last call of all. */
  last<T>(run: () => Promise<T>): Promise<T> {
    this.#over = true
    for (const { timer } of Object.values(this.#gates)) timer?.cancel()
    return this.bounded('close', run)
  }

  /** Tries both sides now, whatever was before. Resolves with why it cannot be used; undefined: it can. */
  async check(): Promise<Error | undefined> {
    const limit = Math.max(CHECK, this.#facts.limit)
    await Promise.all([this.#try('read', limit), this.#try('write', limit)])
    return this.error
  }

  /** Tried whatever was before, and what becomes of it says nothing of the store. */
  bounded<T>(operation: string, run: () => Promise<T>, limit: number = this.#facts.limit): Promise<T> {
    return this.#deadlines.within(limit, run, () => new Unanswered(`${this.#facts.name}.${operation}`, limit))
  }

  #failed(side: Side, { operation, error, pace }: { operation: string; error: Error; pace: Gate['pace'] }): void {
    const gate = this.#gates[side]
    if (side === 'read') this.#unheard = { error }
    gate.failures++
    gate.pace = pace
    this.#facts.report('tier-error', () => ({ tier: this.#facts.name, operation, error }))
    const isSilent = error instanceof Unanswered
    // A library that is imported and a first connection take longer than a call: it is waited for by a trial, and not left alone.
    const after = isSilent && this.#isCold ? 'at once' : 'later'
    if (isSilent) this.#isCold = false
    if (isSilent && this.#facts.remote) for (const each of ['read', 'write'] as const) this.#open(each, error, after)
    else if (pace === 'late' || gate.failures >= OPEN_AFTER) this.#open(side, error, after)
  }

  #start(side: Side): void {
    const before = this.#starting
    const trial = this.#try(side, Math.max(CHECK, this.#facts.limit))
    const starting = Promise.all([before, trial]).then(() => {
      if (this.#starting === starting) this.#starting = undefined
    })
    this.#starting = starting
  }

  #open(side: Side, error: Error, after: 'at once' | 'later' = 'later'): void {
    const gate = this.#gates[side]
    if (gate.state === 'open' || this.#over || this.#facts.probes[side] === undefined) return
    gate.state = 'open'
    gate.error = error
    gate.timer?.cancel()
    this.#tell()
    if (after === 'at once') this.#start(side)
    else this.#tryLater(side, gate)
  }

  #tryLater(side: Side, gate: Gate): void {
    gate.timer = this.#facts.clock.setTimeout(() => void this.#try(side), gate.wait)
    gate.wait = Math.min(2 * gate.wait, LONGEST)
  }

  async #try(side: Side, limit: number = this.#facts.limit): Promise<void> {
    const gate = this.#gates[side]
    const probe = this.#facts.probes[side]
    if (probe === undefined) return
    gate.timer?.cancel()
    if (gate.state === 'open') gate.state = 'half-open'
    this.#tell()
    try {
      await this.bounded('probe', probe, limit)
    } catch (error) {
      this.#facts.report('tier-error', () => ({ tier: this.#facts.name, operation: 'probe', error: error as Error }))
      this.#open(side, error as Error)
      return
    }
    // One that is full takes a probe and nothing else: the wait goes on growing until something real has passed.
    Object.assign(gate, { ...closedGate(), wait: gate.wait })
    this.#tell()
  }

  #tell(): void {
    const { state } = this
    if (state === this.#told) return
    this.#told = state
    this.#facts.report('tier-state', () => ({ tier: this.#facts.name, state }))
    if (state === 'closed') for (const listener of this.#listeners) listener()
  }
}
