import { type Channel, channel } from 'node:diagnostics_channel'
import { textOf } from '../model/attempt-failure.ts'
import type { Events } from '../model/events.ts'

type Listener<K extends keyof Events> = (event: Events[K]) => void

/** Tells listeners and diagnostics channels what happens. Silent where nobody listens; a payload is made only for somebody. */
export class Emitter {
  readonly #listeners = new Map<keyof Events, Set<Listener<keyof Events>>>()
  readonly #channels = new Map<keyof Events, Channel>()

  on<K extends keyof Events>(event: K, listener: Listener<K>): () => void {
    const listeners = this.#of(event)
    listeners.add(listener as Listener<keyof Events>)
    return () => listeners.delete(listener as Listener<keyof Events>)
  }

  /** Whether anybody would be told of one of these: for who makes a call that is dearer than the question. */
  isHeard(...events: (keyof Events)[]): () => boolean {
    const ears = events.map((event) => ({ listeners: this.#of(event), published: this.#channel(event) }))
    return () => {
      for (const { listeners, published } of ears) if (listeners.size > 0 || published.hasSubscribers) return true
      return false
    }
  }

  #of(event: keyof Events): Set<Listener<keyof Events>> {
    const known = this.#listeners.get(event)
    if (known !== undefined) return known
    const listeners = new Set<Listener<keyof Events>>()
    this.#listeners.set(event, listeners)
    return listeners
  }

  readonly report = <K extends keyof Events>(event: K, payload: () => Events[K]): void => {
    const listeners = this.#listeners.get(event)
    const published = this.#channel(event)
    if ((listeners === undefined || listeners.size === 0) && !published.hasSubscribers) return
    const told = payload()
    published.publish(told)
    for (const listener of listeners ?? []) this.#tell(event, listener, told)
  }

  /** Kept, since looking one up by its name is dearer than a hit in memory. */
  #channel(event: keyof Events): Channel {
    const known = this.#channels.get(event)
    if (known !== undefined) return known
    const made = channel(`holdfast:${event}`)
    this.#channels.set(event, made)
    return made
  }

  /** A listener that throws, or rejects, must not break the call it listens to. It is told as a warning; a warning's own has nobody left to tell. */
  #tell<K extends keyof Events>(event: K, listener: Listener<keyof Events>, told: Events[K]): void {
    const failed = (error: unknown): void => {
      if (event === 'warning') return
      this.report('warning', () => ({ key: '', url: '', warning: `a listener of '${event}' threw: ${textOf(error)}` }))
    }
    try {
      const answer: unknown = listener(told)
      if (answer instanceof Promise) answer.catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
