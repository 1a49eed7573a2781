import type { Readers } from '../../model/rooms.ts'
import type { Purpose } from '../../model/stored-body.ts'
import { Follower, type FollowerSource, type Place } from './follower.ts'

/** Those who read a body while it comes. What they read stays where it is until the last of them is through. */
export class Followers {
  readonly #source: FollowerSource
  /** Says that a reader begins; the returned function, that it ended: a store is not closed under a reader. */
  readonly #hold: (why: Purpose) => () => void
  readonly #following = new Set<Follower>()
  #emptied: (() => void)[] = []
  /** What became of all of them, for who comes a moment later: the flight is still aloft then. */
  #outcome: ((follower: Follower) => void) | undefined

  constructor(source: FollowerSource, hold: (why: Purpose) => () => void) {
    this.#source = source
    this.#hold = hold
  }

  add(told: number | undefined): Follower {
    let follower: Follower
    const place = this.#place(() => follower)
    follower = new Follower(this.#source, place, told)
    this.#following.add(follower)
    this.#outcome?.(follower)
    return follower
  }

  #place(follower: () => Follower): Place {
    const release = this.#hold('unread')
    let read: (() => void) | undefined
    const begin = (): void => {
      read ??= this.#hold('to read')
    }
    const over = (): void => {
      release()
      read?.()
      this.#following.delete(follower())
      if (this.#following.size === 0) for (const emptied of this.#emptied.splice(0)) emptied()
    }
    return { begin, over }
  }

  wake(): void {
    for (const follower of this.#following) follower.wake()
  }

  end(): void {
    this.#outcome = (follower) => follower.end()
    for (const follower of this.#following) follower.end()
  }

  /** For all, or for those only who were handed a part already. */
  break(reason: Error, whom: Readers): void {
    if (whom === 'all') this.#outcome = (follower) => follower.break(reason)
    for (const follower of this.#following) if (whom === 'all' || follower.handedOut > 0) follower.break(reason)
  }

  /** Those who have read nothing yet follow another writer from now on. */
  moveTo(others: Followers): void {
    for (const follower of this.#following) {
      if (follower.handedOut > 0) continue
      follower.move(
        others.#source,
        others.#place(() => follower),
      )
      others.#following.add(follower)
    }
  }

  /** Resolves when nobody reads any more. */
  empty(): Promise<void> {
    if (this.#following.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }
}
