import { Recollection } from '../../model/recollection.ts'
import type { Wish } from '../../model/rooms.ts'
import { Urgency } from '../../model/urgency.ts'
import type { RobotsRooms } from './robots-request.ts'
import type { Distance } from './spacing.ts'

/** Origins whose robots.txt is remembered: a crawl goes round more hosts than are remembered for other reasons. */
const MOST = 10_000

interface Known extends Distance {
  /** Monotonic milliseconds. */
  readonly until: number
}

/** A robots.txt that is being asked for, and those who wait for it. */
interface Asking extends Pick<Wish, 'dispatcher'> {
  readonly urgency: Urgency
  readonly ending: AbortController
  readonly said: Promise<Distance | undefined>
  waiting: number
  /** Monotonic milliseconds. */
  sentAt: number | undefined
}

export interface RobotsHouse extends RobotsRooms {
  /** Aborted when the instance is closed. */
  readonly closing: AbortSignal
}

/** What origins say in their robots.txt: asked for once, before the first request, and again when that is over. */
export class Robots {
  readonly #house: RobotsHouse
  readonly #known = new Recollection<string, Known>(MOST)
  readonly #asking = new Map<string, Asking>()
  /** How many wait, by bucket. */
  readonly #waiting = new Map<string, number>()

  constructor(house: RobotsHouse) {
    this.#house = house
  }

  /** What is remembered, without asking. */
  known(url: string): Distance | undefined {
    const known = this.#known.get(new URL(url).origin)
    return known !== undefined && this.#house.clock.monotonic() < known.until ? known : undefined
  }

  waiting(bucket: string): number {
    return this.#waiting.get(bucket) ?? 0
  }

  /** Asks where it is not known. Rejects with the signal's reason when the wait is given up, and never for another reason. */
  async distance(bucket: string, wish: Wish): Promise<Distance | undefined> {
    const url = new URL(wish.url)
    // Its own robots.txt is what everybody may read before they have read it (RFC 9309 2.2.2).
    const known = this.known(wish.url)
    if (known !== undefined || url.pathname === '/robots.txt') return known
    wish.signal.throwIfAborted()
    const asking = this.#asking.get(url.origin) ?? this.#ask(url.origin, wish)
    this.#count(bucket, 1)
    try {
      return await this.#outcome(url.origin, asking, wish)
    } finally {
      this.#count(bucket, -1)
    }
  }

  async #outcome(origin: string, asking: Asking, { signal, urgency }: Wish): Promise<Distance | undefined> {
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = (): void => reject(signal.reason)
    const hurry = (): void => asking.urgency.raise(urgency.now)
    const unhurried = urgency.onRaised(hurry)
    signal.addEventListener('abort', leave, { once: true })
    asking.waiting += 1
    hurry()
    try {
      return await Promise.race([left, asking.said])
    } finally {
      signal.removeEventListener('abort', leave)
      unhurried()
      asking.waiting -= 1
      // Once it is sent it is read to its end: callers with little patience would ask for it again and again, and never know.
      if (asking.waiting === 0 && asking.sentAt === undefined) this.#end(origin, asking)
    }
  }

  #ask(origin: string, { urgency: { now }, dispatcher }: Wish): Asking {
    const ending = new AbortController()
    const urgency = new Urgency(now)
    const { promise: said, resolve } = Promise.withResolvers<Distance | undefined>()
    const asking: Asking = { urgency, dispatcher, ending, said, waiting: 0, sentAt: undefined }
    this.#asking.set(origin, asking)
    void this.#learn(origin, asking).then(resolve)
    return asking
  }

  async #learn(origin: string, asking: Asking): Promise<Distance | undefined> {
    const { clock, closing } = this.#house
    const { urgency, dispatcher, ending } = asking
    const sent = (): void => {
      asking.sentAt = clock.monotonic()
    }
    try {
      const { askRobots } = await import('./robots-request.ts')
      const signal = AbortSignal.any([ending.signal, closing])
      const { least, lasts } = await askRobots(this.#house, origin, { signal, urgency, dispatcher, sent })
      const now = clock.monotonic()
      const known = { least, since: asking.sentAt ?? now, until: now + lasts }
      this.#known.set(origin, known)
      return known
    } catch {
      // Nothing was sent: everybody left, or the host may not be asked now, as who waited is told by their own ticket.
      return undefined
    } finally {
      this.#end(origin, asking)
    }
  }

  /** Who comes from now on does not join it. */
  #end(origin: string, asking: Asking): void {
    if (this.#asking.get(origin) === asking) this.#asking.delete(origin)
    asking.ending.abort()
  }

  #count(bucket: string, by: 1 | -1): void {
    const left = this.waiting(bucket) + by
    if (left === 0) this.#waiting.delete(bucket)
    else this.#waiting.set(bucket, left)
  }
}
