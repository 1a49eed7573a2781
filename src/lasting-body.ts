import type { House } from './house.ts'
import { chunkOf, loanOf } from './model/body-chunks.ts'
import { isBytes } from './model/bytes.ts'
import { ChangingBody } from './model/changing-body.ts'
import { HoldfastError } from './model/errors.ts'
import { homeOf } from './model/home.ts'
import { leftUnread } from './model/left-unread.ts'
import type { Held, Loan, Served, StoredBody } from './model/rooms.ts'
import type { Purpose } from './model/stored-body.ts'
import { serve } from './pipeline.ts'
import { mayNotAsk } from './policy/passing.ts'
import { Damaged } from './stages/bodies/at-rest.ts'

/** A body that goes on where a tier goes silent, or loses what it had, under its reader. */
export function lasting(house: House, served: Served): Served {
  const { body, kept } = served
  if (isBytes(body)) return served
  if (!(Symbol.asyncIterator in body)) return { ...served, body: lastingBody(house, served, body) }
  // It comes through one place, which may lose it, or be silent, by the time that it is read.
  if (kept !== undefined) body.rest = () => kept().then((held) => held && lastingBody(house, { ...served, held }, held.body))
  return served
}

function lastingBody(house: House, served: Served, body: Uint8Array | StoredBody): Uint8Array | StoredBody {
  if (isBytes(body) || !mayBeAskedFor(served)) return body
  let stood = served.held
  return new LastingBody(body, async (because, signal) => {
    const isDamaged = because instanceof Damaged
    if (isDamaged) await house.tiers.giveUp(stood).catch(() => undefined)
    // What is damaged is written over once; where that is lost too, it goes elsewhere.
    if (!isDamaged || stood !== served.held) (await house.outside.get()).arrivals.avoid(homeOf(stood))
    stood = await broughtAgain(house, served, signal)
    return stood.body
  })
}

/** The origin would bring the same once more, has not just failed to, and the caller has nothing against being asked for. */
function mayBeAskedFor({ call, held, outcome }: Served): boolean {
  const { require, prefer, unpack } = call.settings
  const isOfTheOrigin = call.origin === undefined && call.method === 'GET' && held.ref.id !== '' && outcome !== 'fallback'
  return isOfTheOrigin && !mayNotAsk(call) && (require ?? prefer ?? unpack) === undefined
}

/**
 * The whole body from the origin, proven by its digest to be the one that is being read. A part of it would do where a strong validator
 * says that it belongs to the rest, but only the digest of the whole proves it, and of what was handed out nobody keeps one.
 */
async function broughtAgain(house: House, { call, held }: Served, signal: AbortSignal): Promise<Held> {
  const settings = { ...call.settings, fallback: false as const, delivery: 'whole' as const, onProgress: undefined }
  const { layers: _decided, ...asked } = call
  const again = serve({ ...asked, cache: 'reload', preconditions: [], caller: undefined, signal, settings }, house.stages)
  const came = await house.walks.during(again)
  if (came.held.version.digest === held.version.digest) return came.held
  await leftUnread(came)
  throw new HoldfastError('STORE', 'the origin has another version by now')
}

/** Read as the tier gives it; when that fails, as the origin does. */
class LastingBody implements StoredBody {
  readonly size: number
  readonly #again: (because: Error, signal: AbortSignal) => Promise<Uint8Array | StoredBody>
  readonly #body: ChangingBody
  #bringing: Promise<void> | undefined
  #times = 2
  readonly #left = new AbortController()

  constructor(body: StoredBody, again: (because: Error, signal: AbortSignal) => Promise<Uint8Array | StoredBody>) {
    this.size = body.size
    this.#body = new ChangingBody(body)
    this.#again = again
  }

  chunk(n: number): Promise<Uint8Array> {
    return this.#read((body) => chunkOf(body, n))
  }

  lend(n: number): Promise<Loan> {
    return this.#read((body) => loanOf(body, n))
  }

  async #read<T>(read: (body: Uint8Array | StoredBody) => Promise<T>): Promise<T> {
    for (;;) {
      const body = this.#body.now
      try {
        return await read(body)
      } catch (error) {
        if (body === this.#body.now) this.#bringing ??= this.#bring(error as Error)
        await this.#bringing
      }
    }
  }

  async #bring(error: Error): Promise<void> {
    if (this.#times-- === 0) throw error
    try {
      this.#body.become(await this.#again(error, this.#left.signal))
    } catch (cause) {
      throw new HoldfastError('STORE', `${error.message}; and it cannot be had again: ${(cause as Error).message}`, { cause })
    }
    this.#bringing = undefined
  }

  hold(why?: Purpose): () => void {
    const end = this.#body.hold(why)
    return () => {
      end()
      // The flight goes on for whoever else waits for it.
      if (!this.#body.isHeld) this.#left.abort()
    }
  }
}
