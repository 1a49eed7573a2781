import type { Field, RequestDefinition, SentField } from './definition.ts'

const DATES = new Set(['date', 'expires', 'last-modified', 'if-modified-since', 'if-unmodified-since'])
const LOCATIONS = new Set(['location', 'content-location'])
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** What a magic value is told from: the origin's time in epoch ms, and the path that was asked for. */
export interface Anchor {
  readonly now: number
  readonly path: string
}

/** The value as it stands on the wire: numbers become dates, and names of places become addresses where the test asks for it. */
export function wireValue([name, value]: Field | SentField, { now, path }: Anchor, request: RequestDefinition): string {
  const field = name.toLowerCase()
  if (typeof value === 'number' && DATES.has(field)) {
    const at = new Date(now + value * 1000)
    return request.rfc850date?.some((dated) => dated.toLowerCase() === field) === true ? rfc850(at) : at.toUTCString()
  }
  if (request.magic_locations === true && LOCATIONS.has(field)) return value === '' ? path : `${path}/${value}`
  return String(value)
}

/** The obsolete form of RFC 9110 5.6.7, two digits for the year. */
function rfc850(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ')
  return `${WEEKDAYS[at.getUTCDay()]}, ${day}-${month}-${year?.slice(-2)} ${time} GMT`
}
