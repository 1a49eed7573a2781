import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import { leftUnread } from '../../model/left-unread.ts'
import type { Obtained } from '../../model/rooms.ts'
import { type OtherPlace, otherPlaces } from '../../policy/places.ts'
import { lastWord } from '../../policy/refusals.ts'
import { Allowance } from './budget.ts'
import { type Along, obtain } from './download.ts'
import type { DownloadRooms, Order } from './order.ts'

type Whole = Extract<Obtained, { name: 'whole' }>

/** The first place that gives the answer: the URL itself, then each of `sources`, when the one before it has given up or was refused. */
export function fromAny(rooms: DownloadRooms, order: Order): Promise<Obtained> {
  return new Places(rooms, order).next()
}

/**
 * One obtain at several places, with one allowance for all of them. Another place has validators and redirects of its own, so it is asked
 * without ours. Of it only the thing itself is an answer. Where all have given up, a refusal has the word before an answer with a status,
 * and that one before what the URL itself failed with.
 */
class Places {
  readonly #rooms: DownloadRooms
  readonly #first: Order
  readonly #others: OtherPlace[]
  readonly #along: Along
  readonly #failures: AttemptFailure[] = []
  readonly #attempts: Attempt[] = []
  #wasAsked = false
  #own: Whole | undefined

  constructor(rooms: DownloadRooms, order: Order) {
    this.#rooms = rooms
    this.#first = order
    this.#others = [...otherPlaces(order.call)]
    this.#along = { allowance: new Allowance(rooms.clock, order.call.settings.timeouts), waiting: [] }
  }

  /** What the next place brings that brings anything. */
  async next(): Promise<Obtained> {
    const { allowance } = this.#along
    allowance.resume()
    for (let order = this.#next(); order !== undefined; order = this.#next()) {
      try {
        const obtained = await obtain(this.#rooms, order, this.#along)
        this.#attempts.push(...obtained.attempts)
        if (await this.#isTheAnswer(order, obtained)) {
          allowance.rest()
          if (this.#own !== undefined && obtained !== this.#own) await this.#dropOwn()
          return this.#given(obtained)
        }
      } catch (error) {
        if (!(error instanceof AttemptFailure) || order.signal.aborted) throw await this.#ended(error)
        this.#attempts.push(...error.attempts)
        this.#failures.push(error)
        order.faltered()
      }
    }
    return this.#verdict()
  }

  #next(): Order | undefined {
    if (!this.#wasAsked) {
      this.#wasAsked = true
      return { ...this.#first, isWanted: ({ status }) => status < 400 || this.#others.length === 0 }
    }
    // One allowance for all: who has spent it at the first place has none for the next.
    while (this.#along.allowance.left > 0) {
      const place = this.#others.shift()
      if (place === undefined) return undefined
      if (place.way === 'open') return this.#orderAt(place)
      this.#passBy(place)
    }
    return undefined
  }

  #orderAt({ call }: OtherPlace): Order {
    const isWanted: Order['isWanted'] = ({ status }) => status === 200
    return { ...this.#first, call, validators: [], tier: undefined, inherits: 'nothing', confirms: () => false, isWanted }
  }

  #passBy({ call }: OtherPlace): void {
    const { key, url } = this.#first.call
    const warning = `${new URL(call.url).origin} is not asked: what is asked for over https is not taken over http, where no digest says what is right`
    this.#rooms.report('warning', () => ({ key, url, warning }))
    this.#failures.push(new AttemptFailure('PROTOCOL', warning, { retry: 'never' }))
  }

  async #isTheAnswer(order: Order, obtained: Obtained): Promise<boolean> {
    const isFirst = order.at === this.#first.at && order.call.url === this.#first.call.url
    if (isFirst) {
      // An answer, but not the thing: another place may have it.
      if (this.#others.length === 0 || obtained.name !== 'whole' || obtained.head.status < 400) return true
      this.#own = obtained
      return false
    }
    if (obtained.head.status === 200) return true
    await dropped(obtained)
    this.#failures.push(noAnswer(obtained, order))
    return false
  }

  #given(obtained: Obtained): Obtained {
    const attempts = [...this.#attempts]
    if (obtained.name !== 'whole' || this.#first.call.settings.sources.length === 0) return { ...obtained, attempts }
    const elsewhere = async (refusal: Error): Promise<Obtained> => {
      if (!(refusal instanceof AttemptFailure)) throw await this.#ended(refusal)
      this.#failures.push(refusal)
      return this.next()
    }
    return { ...obtained, attempts, elsewhere }
  }

  async #dropOwn(): Promise<void> {
    const own = this.#own
    this.#own = undefined
    if (own !== undefined) await dropped(own)
  }

  /** Nobody has it: the last word, and the end for those who had read nothing yet and waited for a place that has. */
  async #verdict(): Promise<Obtained> {
    const word = lastWord(this.#failures)
    if (this.#own !== undefined && word?.name !== 'refused') {
      await this.#ended(word?.failure)
      return { ...this.#own, attempts: [...this.#attempts] }
    }
    await this.#dropOwn()
    const failure = word?.failure as AttemptFailure
    failure.attempts = this.#attempts
    throw await this.#ended(failure)
  }

  async #ended<T>(error: T): Promise<T> {
    for (const writer of this.#along.waiting) await writer.abandon('all', error)
    return error
  }
}

/** What came, and is nobody's. */
async function dropped(obtained: Obtained): Promise<void> {
  // A body that cannot be deleted is unnamed: a sweep finds it. The guard has told of the failure.
  if (obtained.name === 'whole') await obtained.written.discard().catch(() => undefined)
  if (obtained.name === 'live') await leftUnread({ body: obtained.stream })
}

function noAnswer({ head }: Obtained, { call }: Order): AttemptFailure {
  return new AttemptFailure('PROTOCOL', `another source answered ${head.status}: ${new URL(call.url).host}`, { retry: 'never' })
}
