import type { Runtime } from './runtime.ts'
import { LAST } from './tables.ts'

/** Keys of one query: a listing of a million must not hold up the event loop. */
const SLICE = 256

/** Keys in order, in slices: each query begins where the one before ended, so keys may come and go meanwhile. */
export async function* listKeys(
  runtime: Runtime,
  prefix: string,
  { after, limit = Number.POSITIVE_INFINITY, now }: { after?: string; limit?: number; now: () => number },
): AsyncGenerator<string> {
  await runtime.settled()
  const to = prefix + LAST
  let place =
    after !== undefined && after >= prefix
      ? { from: after, bound: 'excluded' as const }
      : { from: prefix, bound: 'included' as const }
  let left = limit
  while (left >= 1) {
    const wanted = Math.min(SLICE, left)
    const keys = await runtime.read((tables) => tables.keys({ ...place, to, now: now(), limit: wanted }))
    yield* keys
    const last = keys.at(-1)
    if (last === undefined || keys.length < wanted) return
    // A name that is no text, which somebody else has put there, sorts before itself once it is read: from there it would begin anew for ever.
    if (Buffer.compare(Buffer.from(last), Buffer.from(place.from)) <= 0) return
    left -= keys.length
    place = { from: last, bound: 'excluded' }
  }
}
