import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import type { Served } from './model/rooms.ts'
import { inCompany, takesCompany } from './policy/company.ts'
import { ending, failing } from './policy/ending.ts'
import { failedAnswer, isAnswered } from './policy/served.ts'
import type { Party } from './stages/parties.ts'

/** How a door answers those who went along. */
export interface Host<R> {
  house(): House
  /** What each of them gets. */
  give(served: Served, walk: Walk<R>): R | PromiseLike<R>
  /** True: what one of them gets is for all of them, so that a thousand need one promise. */
  readonly givesOne: boolean
  /** What each of them is told, where it failed. */
  told(error: unknown, call: Call): unknown
  /** Told once of all of them. */
  counted?(outcome: Served['outcome'] | 'failed', members: number): void
}

/** A walk that others may go along with. */
export interface Walk<R> {
  readonly call: Call
  readonly walking: Promise<Served>
  /** The same once more, for one who can have no part in it. */
  readonly alone: () => Promise<R>
  /** What it comes to for all of them, where nobody can read what it came to. */
  readonly anew?: () => Promise<R>
}

/** What a walk came to for those who went along. */
type End =
  | { readonly name: 'served'; readonly served: Served }
  | { readonly name: 'failed'; readonly error: unknown }
  | { readonly name: 'alone' }

interface Group<R> {
  readonly party: Party
  readonly ended: Promise<End>
  readonly given: (end: End) => R | PromiseLike<R>
  /** What all get, once somebody has asked for it. */
  one: Promise<R> | undefined
  members: number
}

/**
 * Callers at one door who ask what somebody asks just now: they go along, and share the look-up, the flight, and the patience. They are told
 * by what they give to the door, so that it takes no reading.
 */
export class Company<K, R> {
  readonly #host: Host<R>
  readonly #groups = new Map<K, Group<R>>()

  constructor(host: Host<R>) {
    this.#host = host
  }

  /** Undefined: nobody is on the way with that, or who looks now may find something else. */
  join(what: K): Promise<R> | undefined {
    const group = this.#groups.get(what)
    if (group === undefined || !this.#host.house().parties.isOpen(group.party)) return undefined
    group.members++
    if (!this.#host.givesOne) return group.ended.then(group.given)
    group.one ??= group.ended.then(group.given)
    return group.one
  }

  /** Somebody sets out. */
  lead(what: K, walk: Walk<R>): void {
    if (!takesCompany(walk.call)) return
    const { parties, clock } = this.#host.house()
    const party = parties.begin(walk.call)
    const since = { at: clock.now(), began: clock.monotonic() }
    const over = (end: End): End => {
      if (this.#groups.get(what) === group) this.#groups.delete(what)
      parties.end(party)
      if (group.members > 0) this.#note(end, { ...since, call: walk.call, members: group.members })
      return end
    }
    const group: Group<R> = {
      party,
      ended: walk.walking.then(
        (served) => over(sharedEnd(served)),
        (error: unknown) => over(sharedFailure(error, walk.call)),
      ),
      given: (end) => this.#given(end, walk),
      one: undefined,
      members: 0,
    }
    this.#groups.set(what, group)
  }

  #given(end: End, walk: Walk<R>): R | PromiseLike<R> {
    if (end.name === 'alone') return walk.alone()
    if (end.name === 'failed') throw this.#host.told(end.error, walk.call)
    return this.#host.give(end.served, walk)
  }

  /** Of all who went along, before any of them has an answer. */
  #note(end: End, { call, members, at, began }: { call: Call; members: number; at: number; began: number }): void {
    if (end.name === 'alone') return
    const { uses, stages, chronicle, clock } = this.#host.house()
    const took = { at, ms: clock.monotonic() - began, callers: members }
    if (end.name === 'failed') {
      const error = this.#host.told(end.error, call)
      if (error instanceof Error) chronicle.note(call.key, { ...took, error: failing(error) })
      this.#host.counted?.('failed', members)
      return
    }
    const { served } = end
    uses.count(served, members)
    chronicle.note(call.key, { ...took, end: ending(served) })
    if (served.outcome === 'fallback') for (let n = 0; n < members; n++) stages.fallback.tell(served)
    this.#host.counted?.(served.outcome, members)
  }
}

function sharedEnd(served: Served): End {
  const shared = inCompany(served)
  return shared === undefined ? { name: 'alone' } : { name: 'served', served: shared }
}

function sharedFailure(error: unknown, call: Call): End {
  return isAnswered(error) ? { name: 'served', served: failedAnswer(call, error) } : { name: 'failed', error }
}
