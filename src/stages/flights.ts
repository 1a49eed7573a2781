import type { Progress } from '../model/settings.ts'
import type { Pace } from '../model/stages.ts'
import { Urgency } from '../model/urgency.ts'

/** One obtain that any number of callers wait for. */
export interface Flight<T, A> {
  readonly landed: Promise<T>
  /** Resolves when the headers of an acceptable answer are here. */
  readonly accepted: Promise<A>
  /** Tells how the flight is doing, at once and at each change; the returned function ends it. */
  pace(listener: (pace: Pace) => void): () => void
  /** Tells how far the flight's download is, until this caller leaves. */
  onProgress(listener: (progress: Progress) => void): void
  /** True where this caller joined a flight that was aloft. */
  readonly collapsed: boolean
  /** Whether what it brings has been judged by this caller's own code. */
  readonly judges: 'for all' | 'for its first caller'
  /** Goes on without waiters from now on. */
  detach(): void
  /** This caller waits no longer; the flight ends with its last waiter. */
  leave(): void
}

/** What a flight is told at take-off. */
export interface Path<A> {
  /** Aborts when the last waiter has left. */
  readonly signal: AbortSignal
  readonly accepted: (headers: A) => void
  readonly faltered: () => void
  readonly judging: () => void
  readonly progress: (progress: Progress) => unknown
  readonly urgency: Urgency
}

/** Which flight. */
export interface Which {
  readonly key: string
  readonly url: string
  /** The caller's own code that will be asked of the answer. */
  readonly schema: object | undefined
  readonly check: unknown
  /** How urgently this caller waits. */
  readonly priority: number
}

interface State extends Omit<Which, 'key' | 'priority'> {
  readonly urgency: Urgency
  pace: Pace
  readonly listeners: Set<(pace: Pace) => void>
  readonly watching: Set<(progress: Progress) => void>
  readonly landed: Promise<unknown>
  readonly accepted: Promise<unknown>
  readonly controller: AbortController
  waiters: number
  detached: boolean
}

/** Thrown into a flight that nobody waits for any more. */
export class Deserted extends Error {
  constructor() {
    super('every caller has left')
    this.name = 'AbortError'
  }
}

/** At most one flight per key: a second caller joins the first. */
export class Flights {
  /** Those that may be joined, by their keys. */
  readonly #aloft = new Map<string, State>()
  readonly #all = new Set<State>()
  readonly #schemas = new WeakMap<object, number>()
  #schemaCount = 0

  /** Joins the flight of `key`, or starts one: in a later turn, so that it is known before anything of it happens. */
  join<T, A>(which: Which, start: (path: Path<A>) => Promise<T>): Flight<T, A> {
    const key = this.#keyOf(which)
    const aloft = this.#aloft.get(key)
    const state = aloft ?? this.#takeOff({ ...which, key }, start)
    state.waiters++
    state.urgency.raise(which.priority)
    let waiting = true
    let watcher: ((progress: Progress) => void) | undefined
    return {
      landed: state.landed as Promise<T>,
      accepted: state.accepted as Promise<A>,
      collapsed: aloft !== undefined,
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
        state.detached = true
      },
      leave: () => {
        if (!waiting) return
        waiting = false
        if (watcher !== undefined && !state.detached) state.watching.delete(watcher)
        state.waiters--
        if (state.waiters > 0 || state.detached) return
        // One that has landed has nothing left to end. A caller who comes now starts anew: this flight is on its way down.
        if (this.#aloft.get(key) === state) this.#aloft.delete(key)
        if (this.#all.has(state)) state.controller.abort(new Deserted())
      },
    }
  }

  /** Nobody joins a flight to these URLs any more: its question is older than a change. Those who wait get what it brings. */
  part(urls: readonly string[] | 'all'): void {
    for (const [key, { url }] of this.#aloft) if (urls === 'all' || urls.includes(url)) this.#aloft.delete(key)
  }

  /** Aborts every flight, with the reason that its waiters get. */
  abortAll(reason: unknown): void {
    for (const state of this.#all) state.controller.abort(reason)
  }

  /** Resolves when no flight is aloft, whatever became of them. */
  async idle(): Promise<void> {
    while (this.#all.size > 0) await Promise.allSettled([...this.#all].map(({ landed }) => landed))
  }

  /**
   * Callers with different schemas, or with checks that do not read alike, fly apart: what one refuses may be the other's answer, and a
   * check may fetch this very URL. A check written in the call is a new function each time; those of one text share a flight.
   */
  #keyOf({ key, schema, check }: Which): string {
    return `${key}${schema === undefined ? '' : `;schema ${this.#idOf(schema)}`}${typeof check === 'function' ? `;check ${check.toString()}` : ''}`
  }

  #idOf(schema: object): number {
    const known = this.#schemas.get(schema) ?? ++this.#schemaCount
    this.#schemas.set(schema, known)
    return known
  }

  #takeOff<T, A>({ key, url, schema, check, priority }: Which, start: (path: Path<A>) => Promise<T>): State {
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
    const landed = fly()
    // A flight whose waiters have all left may fail unseen; those who wait see the failure through their own handlers.
    landed.catch(() => undefined)
    const state: State = {
      url,
      schema,
      check,
      landed,
      accepted,
      controller,
      urgency: new Urgency(priority),
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

function pathOf<A>(state: State, accept: (headers: A) => void): Path<A> {
  return {
    signal: state.controller.signal,
    accepted: (headers) => {
      accept(headers)
      paced(state, 'coming')
    },
    faltered: () => paced(state, 'faltering'),
    judging: () => paced(state, 'judging'),
    progress: (progress) => (state.watching.size === 0 ? undefined : toldTo(state.watching, progress)),
    urgency: state.urgency,
  }
}

/** A listener may be async, and whoever tells waits for what becomes of it. */
function toldTo(watching: State['watching'], progress: Progress): Promise<unknown> {
  const answers = [...watching].map((listener): unknown => listener(progress))
  return Promise.all(answers.filter((answer) => answer instanceof Promise))
}

function paced(state: State, pace: Pace): void {
  state.pace = pace
  for (const listener of state.listeners) listener(pace)
}
