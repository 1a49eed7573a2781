import type { Call } from '../../model/call.ts'
import type { FlightName, FlightOf, PathOf } from '../../model/flight.ts'
import type { Progress } from '../../model/settings.ts'
import { Urgency } from '../../model/urgency.ts'
import { Deserted, pathOf, type State } from './flight.ts'
import { Outcome } from './outcome.ts'

/** At most one flight per key: a second caller joins the first. */
export class Flights {
  /** Those that may be joined, by their keys. */
  readonly #aloft = new Map<string, State>()
  readonly #all = new Set<State>()
  readonly #schemas = new WeakMap<object, number>()
  #schemaCount = 0
  #liveCount = 0

  /** Joins the flight of `key`, or starts one: in a later turn, so that it is known before anything of it happens. */
  join<T, A>(which: FlightName, start: (path: PathOf<A>) => Promise<T>): FlightOf<T, A> {
    const key = this.#keyOf(which)
    const aloft = this.#aloft.get(key)
    const state = aloft ?? this.#takeOff({ ...which, key }, start)
    state.waiters++
    state.urgency.raise(which.priority)
    let waiting = true
    let watcher: ((progress: Progress) => void) | undefined
    return {
      landed: state.landed.promise as Promise<T>,
      onLanded: (came, failed) => (state.landed as Outcome<T>).hear(came, failed),
      onAccepted: (came) => (state.accepted as Outcome<A>).hear(came, () => undefined),
      collapsed: aloft !== undefined,
      first: state.call,
      judges: state.check === which.check ? 'for all' : 'for its first caller',
      onProgress: (listener) => {
        watcher = listener
        state.watching.add(listener)
      },
      pace: (listener) => {
        state.listeners.add(listener)
        listener(state.pace)
        return () => state.listeners.delete(listener)
      },
      detach: () => {
        const isFirst = !state.detached
        state.detached = true
        return isFirst
      },
      leave: () => {
        if (!waiting) return
        waiting = false
        if (watcher !== undefined && !state.detached) state.watching.delete(watcher)
        if (--state.waiters > 0 || state.detached) return
        // One that has landed has nothing left to end. A caller who comes now starts anew: this flight is on its way down.
        if (this.#aloft.get(key) === state) this.#aloft.delete(key)
        if (this.#all.has(state)) state.controller.abort(new Deserted())
      },
    }
  }

  /** Nobody joins a flight to these URLs any more: its question is older than a change. Those who wait get what it brings. */
  part(urls: readonly string[] | 'all'): void {
    for (const [key, { call }] of this.#aloft) if (urls === 'all' || urls.includes(call.url)) this.#aloft.delete(key)
  }

  /**
   * What is stored of these calls is deleted at this time (epoch ms): whatever they have asked for before goes the same way. Tells whose
   * keys they have.
   */
  overtake(isMeant: (call: Call) => boolean, at: number): string[] {
    const meant = [...this.#all].filter(({ call }) => isMeant(call))
    for (const state of meant) state.overtakenAt = at
    return meant.map(({ call }) => call.key)
  }

  /** The URLs that the calls that are meant wait for. */
  urls(isMeant: (call: Call) => boolean): string[] {
    return [...new Set([...this.#all].flatMap(({ call }) => (isMeant(call) ? [call.url] : [])))]
  }

  /** Aborts every flight, with the reason that its waiters get. */
  abortAll(reason: unknown): void {
    for (const state of this.#all) state.controller.abort(reason)
  }

  /** Resolves when no flight is aloft, whatever became of them. */
  async idle(): Promise<void> {
    while (this.#all.size > 0) await Promise.allSettled([...this.#all].map(({ landed }) => landed.promise))
  }

  /**
   * Callers with different schemas, or with checks that do not read alike, fly apart: what one refuses may be the other's answer, and a
   * check may fetch this very URL. A check written in the call is a new function each time; those of one text share a flight. A stream has
   * one reader: who wants one neither waits for another's, nor for the end of a whole.
   */
  #keyOf({ key, call, schema, check }: FlightName): string {
    const own = call.isAlone || call.settings.delivery === 'live' ? `;live ${++this.#liveCount}` : ''
    return `${key}${schema === undefined ? '' : `;schema ${this.#idOf(schema)}`}${typeof check === 'function' ? `;check ${check.toString()}` : ''}${own}`
  }

  #idOf(schema: object): number {
    const known = this.#schemas.get(schema) ?? ++this.#schemaCount
    this.#schemas.set(schema, known)
    return known
  }

  #takeOff<T, A>({ key, call, schema, check, priority }: FlightName, start: (path: PathOf<A>) => Promise<T>): State {
    const controller = new AbortController()
    const { promise: accepted, resolve: accept } = Promise.withResolvers<A>()
    const fly = async (): Promise<T> => {
      await Promise.resolve()
      try {
        return await start(pathOf(state, accept))
      } finally {
        this.#all.delete(state)
        if (this.#aloft.get(key) === state) this.#aloft.delete(key)
      }
    }
    const state: State = {
      call,
      schema,
      check,
      // A flight whose waiters have all left may fail unseen; those who wait see the failure through their own handlers.
      landed: new Outcome<unknown>(fly()),
      accepted: new Outcome<unknown>(accepted),
      controller,
      urgency: new Urgency(priority),
      overtakenAt: Number.NEGATIVE_INFINITY,
      waiters: 0,
      detached: false,
      pace: 'waiting',
      listeners: new Set(),
      watching: new Set(),
    }
    this.#aloft.set(key, state)
    this.#all.add(state)
    return state
  }
}
