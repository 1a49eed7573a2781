import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'

/** Members have the time limits of the first, who came before them: by no more than this part of what each would wait. */
const HASTE = 1 / 1000

/** Callers who ask the same in the same situation: the first of them walks, and what that comes to is the answer of all. */
export interface Party {
  readonly call: Call
  /** Who comes later has more time than the first; monotonic. */
  readonly until: number
}

export interface PartyRooms {
  readonly clock: Clock
  /** Whether somebody is told of each single look-up: then everybody looks. */
  readonly isWatched: () => boolean
}

/**
 * The parties under way, by the entry that they ask for. One is open for as long as who comes would see the same as its first member: until
 * something is said of its entry, or nobody may join its flight any more.
 */
export class Parties {
  readonly #rooms: PartyRooms
  readonly #open = new Map<string, Party>()

  constructor(rooms: PartyRooms) {
    this.#rooms = rooms
  }

  /** Its first member sets out; nobody joins the one before any more. */
  begin(call: Call): Party {
    const { fallback, timeouts } = call.settings
    const patience = Math.min(timeouts.deadline, fallback === false ? Number.POSITIVE_INFINITY : fallback.after)
    const party = { call, until: this.#rooms.clock.monotonic() + patience * HASTE }
    this.#open.set(call.key, party)
    return party
  }

  isOpen(party: Party): boolean {
    const { clock, isWatched } = this.#rooms
    return this.#open.get(party.call.key) === party && clock.monotonic() <= party.until && !isWatched()
  }

  /** The first has the answer. */
  end(party: Party): void {
    if (this.#open.get(party.call.key) === party) this.#open.delete(party.call.key)
  }

  /** The entry has changed: who has joined gets what the walk brings, who comes now looks for himself. */
  close(key: string): void {
    this.#open.delete(key)
  }

  /** The same of all entries of these URLs. */
  part(urls: readonly string[] | 'all'): void {
    for (const [key, { call }] of this.#open) if (urls === 'all' || urls.includes(call.url)) this.#open.delete(key)
  }
}
