import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import { Recollection } from '../model/recollection.ts'
import type { Found, Held, Landing } from '../model/rooms.ts'
import type { Departure, FlightPath, WriteRight } from '../model/stages.ts'
import { sha256 } from '../policy/cache-key.ts'
import { judgeHeld } from '../policy/candidate.ts'
import { isInsistent } from '../policy/course.ts'
import { isForeknown } from '../policy/known-digests.ts'
import { asksOrigin } from '../policy/preconditions.ts'

type Taken =
  | { readonly name: 'granted'; readonly right: WriteRight; end(): Promise<void> }
  | { readonly name: 'free' }
  | { readonly name: 'answered'; readonly answer: Landing }

export interface DepartureRooms {
  readonly peek: (call: Call) => Held | undefined
  readonly lookup: (call: Call, enough: (held: Held) => boolean) => Promise<Found>
  readonly take: (
    storeKey: () => string,
    wish: { look: () => Promise<Landing | undefined>; signal: AbortSignal; patience: number },
  ) => Promise<Taken>
  /** Whether a stored body is what the caller knows of it. */
  readonly proves: (held: Held, call: Call) => Promise<boolean>
  readonly clock: Clock
}

/** Entries that nothing is kept of, remembered at a time. */
const MOST_PASSING = 1_000

interface News {
  /** What the call found. */
  readonly before: Held | undefined
  /** When it asked whether it may leave; epoch ms. */
  readonly since: number
}

const nothingToEnd = async (): Promise<void> => undefined

/**
 * Before a flight asks the origin: an earlier flight may have landed between this call's look-up and its take-off, and another process
 * may be asking the same. What they brought is the answer; else the right to ask is taken, where a tier gives one.
 */
export class Departures {
  readonly #rooms: DepartureRooms
  /** Entries that a flight of this very instance has the lease of: it is no reason for another one to wait. */
  readonly #ours = new Set<string>()
  /** Entries whose last answer was for its caller alone: who waits for another process there waits for nothing. */
  readonly #passing = new Recollection<string, true>(MOST_PASSING)

  constructor(rooms: DepartureRooms) {
    this.#rooms = rooms
  }

  async clear(call: Call, before: Found, path: FlightPath): Promise<Departure> {
    const insists = isInsistent(call)
    const alone: Departure = { name: 'cleared', found: before, right: undefined, inherits: 'nothing', end: nothingToEnd }
    if (call.method === 'HEAD' || asksOrigin(call) || call.settings.delivery === 'live') return alone
    const peeked = insists || isForeknown(call) ? undefined : this.#rooms.peek(call)
    let news = { before: before.held, since: this.#rooms.clock.now() }
    if (peeked !== undefined && this.#isNews(peeked, call, news)) return { name: 'answered', landing: arrivedBefore(peeked) }
    if (this.#ours.has(call.key) || this.#passing.get(call.key)) return alone
    let found = before
    const look = async (): Promise<Landing | undefined> => {
      const seen = await this.#rooms.lookup(call, (held) => this.#isNews(held, call, news))
      // A stored body that is not what `integrity` says must not be asked about: a 304 would confirm it.
      if (!isForeknown(call)) found = seen
      const { held } = seen
      if (insists || held === undefined || !this.#isNews(held, call, news)) return undefined
      if (!isForeknown(call)) return arrivedBefore(held)
      // What stood there before has been read, and is not it; nor is it read at each look.
      const isIt = held.ref.checkedAt >= news.since && (await this.#rooms.proves(held, call))
      news = { ...news, before: held }
      return isIt ? arrivedBefore(held) : undefined
    }
    if (call.origin !== undefined) {
      // No lease is held while user code runs: another process may run it too, and what both bring is merged.
      const landing = await look()
      return landing === undefined ? { ...alone, found } : { name: 'answered', landing }
    }
    const taken = await this.#rooms.take(() => `h1:e:${sha256(call.key)}`, {
      look,
      signal: path.signal,
      patience: call.settings.timeouts.deadline,
    })
    if (taken.name === 'answered') return { name: 'answered', landing: taken.answer }
    if (taken.name === 'free') return { ...alone, found, inherits: 'what was left' }
    this.#ours.add(call.key)
    const { end, behind } = this.#ending(call.key, taken)
    return { name: 'cleared', found, right: { ...taken.right, behind }, inherits: 'what was left', end }
  }

  /** What a flight came to. An error of the origin is none: whoever asks next may get more. */
  noted({ key }: Call, landing: Landing): Landing {
    if (landing.name === 'transient' && landing.reason !== 'status') this.#passing.set(key, true)
    else this.#passing.delete(key)
    return landing
  }

  #ending(key: string, taken: { end(): Promise<void> }): { end: () => Promise<void>; behind: NonNullable<WriteRight['behind']> } {
    let ended: Promise<void> | undefined
    const giveBack = (): Promise<void> => {
      this.#ours.delete(key)
      return taken.end()
    }
    // Once: the next flight may have the mark of this entry by the time that it is said again.
    const end = (): Promise<void> => {
      ended ??= giveBack()
      return ended
    }
    const behind = (writing: Promise<unknown>): Promise<void> => {
      if (ended !== undefined) return ended
      ended = Promise.resolve()
      return writing.then(giveBack, giveBack)
    }
    return { end, behind }
  }

  /** Checked later than what this call found; and fresh, or come since: with `ttl: 0` nothing is fresh, yet an answer serves those who waited for it. */
  #isNews(held: Held, call: Call, { before, since }: News): boolean {
    const { checkedAt } = held.ref
    if (before !== undefined && checkedAt <= before.ref.checkedAt) return false
    const { name, reason } = judgeHeld(held, call, this.#rooms.clock.now())
    return name === 'fresh' || ((reason === 'expired' || reason === 'no-cache') && checkedAt >= since)
  }
}

function arrivedBefore(held: Held): Landing {
  return { name: 'kept', held, outcome: 'hit', attempts: [], head: undefined }
}
