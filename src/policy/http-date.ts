const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)'
const LONG_DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day'
const MONTH = `(${MONTHS.join('|')})`
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})'

// RFC 9110 5.6.7, the preferred form and the two obsolete ones. RFC 9111 4.2 asks caches to match them without regard to case, and to
// take a zone other than GMT for invalid. Spaces and separators are exact; the day's name is not compared with the date.
const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d{2}) ${MONTH} (\\d{4}) ${TIME} gmt$`, 'i')
const RFC850_DATE = new RegExp(`^${LONG_DAY}, (\\d{2})-${MONTH}-(\\d{2}) ${TIME} gmt$`, 'i')
const ASCTIME_DATE = new RegExp(`^${DAY} ${MONTH} (\\d{2}| \\d) ${TIME} (\\d{4})$`, 'i')

/** The calendar of the Gregorian rule repeats itself after so many milliseconds. */
const FOUR_CENTURIES = 146_097 * 24 * 60 * 60 * 1000

/** No form of a date is longer; what is longer is not looked at. */
const LONGEST = 40

interface Parts {
  readonly year: number
  readonly month: string | undefined
  readonly day: string | undefined
  readonly time: readonly (string | undefined)[]
}

/**
 * Epoch milliseconds of an HTTP-date (RFC 9110 5.6.7), or undefined where the text is not one. `now` decides the century of a
 * two-digit year: more than 50 years ahead means the past.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  if (text.length > LONGEST) return undefined
  const value = text.trim()
  const parts = imfFixdate(value) ?? rfc850Date(value, now) ?? asctimeDate(value)
  return parts === undefined ? undefined : epochOf(parts)
}

function imfFixdate(value: string): Parts | undefined {
  const found = IMF_FIXDATE.exec(value)
  return found === null ? undefined : { day: found[1], month: found[2], year: Number(found[3]), time: found.slice(4) }
}

function rfc850Date(value: string, now: number): Parts | undefined {
  const found = RFC850_DATE.exec(value)
  if (found === null) return undefined
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(found[3])
  const parts = { day: found[1], month: found[2], year, time: found.slice(4) }
  const at = epochOf(parts)
  const farthest = new Date(now).setUTCFullYear(thisYear + 50)
  return at !== undefined && at > farthest ? { ...parts, year: year - 100 } : parts
}

function asctimeDate(value: string): Parts | undefined {
  const found = ASCTIME_DATE.exec(value)
  return found === null ? undefined : { month: found[1], day: found[2], time: found.slice(3, 6), year: Number(found[6]) }
}

function epochOf({ year, month = '', day, time }: Parts): number | undefined {
  const [hours, minutes, seconds] = [Number(time[0]), Number(time[1]), Number(time[2])]
  // A leap second is written :60; it is the first of the next minute here.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const nth = MONTHS.indexOf(month.toLowerCase())
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; 400 years later is the same calendar.
  const midnight = Date.UTC(year + 400, nth, Number(day)) - FOUR_CENTURIES
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined
  return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000
}
