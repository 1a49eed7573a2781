const TIME = 9
const COUNT = 3
const TAIL = 6

const base36 = (value: number, digits: number): string => value.toString(36).padStart(digits, '0')

/**
 * An id that sorts after `newest`: the time in milliseconds, a count within that millisecond, and a tail below 36^6, random by the machine (not by the
 * `random` option, which may be a constant), that keeps two flights and two processes apart. When the clock stands still or steps back, the time of `newest` is kept and the count goes on.
 */
export function versionId(now: number, tail: number, newest: string | undefined): string {
  const [time, count] =
    newest === undefined
      ? [0, -1]
      : [Number.parseInt(newest.slice(0, TIME), 36), Number.parseInt(newest.slice(TIME, TIME + COUNT), 36)]
  const [at, nth] = now > time ? [now, 0] : count + 1 < 36 ** COUNT ? [time, count + 1] : [time + 1, 0]
  // Joined, it is one text; added up, it would be a tree of four for as long as it is kept.
  return [base36(at, TIME), base36(nth, COUNT), base36(tail, TAIL)].join('')
}

/** For variants and merges: ids sort by creation. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** The id of what is kept beside a version: its body without this coding. No entry names it; it goes with its original. */
export function unpackedId(id: string, coding: string): string {
  return `${id}~${coding}`
}

/** The codings of {@link unpackedId}. */
const UNPACKED = ['gzip', 'deflate', 'br'] as const

/** An id, and those of all that may be kept beside it. */
export function withDerived(id: string): string[] {
  return [id, ...UNPACKED.map((coding) => unpackedId(id, coding))]
}

/** The id of the version that this one is, or was derived from. */
export function originalId(id: string): string {
  const mark = id.indexOf('~')
  return mark < 0 ? id : id.slice(0, mark)
}
