import type { ResponseFacts } from '../../../src/model/response-facts.ts'
import { explicitLifetime } from '../../../src/policy/freshness.ts'
import { parseHttpDate } from '../../../src/policy/http-date.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import { retryAfterMs } from '../../../src/policy/retry.ts'
import type { Chance } from '../chance.ts'
import { listed, ows, recased } from '../spelling.ts'
import { MOST_MS, type Subject, same, spanFault, subject } from '../subject.ts'

/** Sat, 21 Nov 2026 12:00:00 GMT. */
export const NOW: number = Date.UTC(2026, 10, 21, 12)

const DAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const FIRST = -62_135_596_800 // 0001-01-01
const LAST = 253_402_300_799 // 9999-12-31
const FIFTY_YEARS = 50 * 365 * 86_400

// biome-ignore format: one a line would be a page
const PIECES: readonly string[] = [
  'Sun', 'Sunday', 'Mon', 'Tues', 'Wednesday', 'Thu', 'Fri', 'Saturday', ', ', ',', ' ', '  ', '-', ':', '06', '31', '30', '29', '32',
  ' 6', 'Nov', 'Feb', 'feb', 'Juli', '1994', '0000', '9999', '10000', '94', '00', '08:49:37', '23:59:60', '24:00:00', ' GMT', ' gmt',
  ' UTC', ' +0000', ' EST', 'Z', '1994-11-06T08:49:37Z', '784111777',
]

/** The three forms of RFC 9110 5.6.7. */
export function validDate(chance: Chance): { text: string; means: number } {
  const form = chance.below(3)
  const seconds = form === 1 ? NOW / 1000 - FIFTY_YEARS + chance.below(2 * FIFTY_YEARS) : FIRST + chance.below(LAST - FIRST)
  const means = seconds * 1000
  const date = new Date(means)
  const fixdate = date.toUTCString()
  const [, day = '', month = '', year = '', time = ''] = fixdate.split(' ')
  const weekday = DAYS[date.getUTCDay()] ?? ''
  const texts = [
    fixdate,
    `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
  ]
  return { text: recased(chance, texts[form] ?? ''), means }
}

const httpDate: Subject = subject<number | undefined>({
  name: 'HTTP-date',
  pieces: PIECES,
  parse: (text) => parseHttpDate(text, NOW),
  fault(at, text) {
    if (at === undefined) return undefined
    // No form has other digits before the day's; a leap second may be the next day's first.
    if (!text.includes(':60') && Number(/\d+/.exec(text)?.[0]) !== new Date(at).getUTCDate()) return 'it is another day'
    const again = new Date(at).toUTCString()
    return parseHttpDate(again, NOW) === at && at % 1000 === 0 ? undefined : `${at}, which is written ${again}`
  },
  shown: String,
  valid: validDate,
  fold: same,
})

type Times = Pick<ResponseFacts, 'expires' | 'lastModified' | 'date'> & { readonly lifetime: number | undefined }

/** The same text in three fields, with a lifetime out of Expires. */
const expires: Subject = subject<Times>({
  name: 'Expires',
  pieces: PIECES,
  parse(text) {
    const source = { status: 200, headers: [['expires', text] as const, ['last-modified', text] as const] }
    const facts = factsOf(source, NOW)
    const { expires, lastModified, date } = facts
    return { expires, lastModified, date, lifetime: explicitLifetime(facts) }
  },
  fault({ expires, lastModified, lifetime }, text) {
    if (expires === undefined) return 'a field that is there says nothing'
    if ((expires === 'invalid') !== (lastModified === undefined)) return 'two fields read one date differently'
    if (lastModified !== undefined && lastModified.text !== text.trim()) return 'the text of Last-Modified is another'
    return lifetime !== undefined && Number.isFinite(lifetime) && lifetime >= 0 ? undefined : `the lifetime is ${lifetime}`
  },
  shown: ({ expires, lifetime }) => `${expires}: ${lifetime}`,
  valid(chance) {
    const { text, means } = validDate(chance)
    const lifetime = Math.max(0, means - NOW)
    return { text, means: { expires: means, lastModified: undefined, date: undefined, lifetime } }
  },
  fold: same,
})

const age: Subject = subject<number>({
  name: 'Age',
  pieces: ['0', '1', '60', ',', ', ', '-1', '+5', '1.5', 'abc', '2147483648', '""', ';', '7200'],
  parse: (text) => factsOf({ status: 200, headers: [['age', text]] }, NOW).ageOnArrival,
  fault: (ms) => spanFault('the age', ms),
  shown: String,
  valid(chance) {
    const members = Array.from({ length: 1 + chance.below(3) }, () => chance.anySize())
    const means = Math.min((members[0] ?? 0) * 1000, MOST_MS)
    return { text: `${ows(chance)}${listed(chance, members.map(String))}`, means }
  },
  fold: same,
})

const retryAfter: Subject = subject<number | undefined>({
  name: 'Retry-After',
  pieces: [...PIECES, '120', '-1', '0.5', '.5', '5.', '1e3', '99999999999'],
  parse: (text) => retryAfterMs(text, NOW),
  fault: (ms) => spanFault('the wait', ms),
  shown: String,
  valid(chance) {
    if (chance.oneIn(2)) {
      const seconds = chance.anySize()
      return { text: `${ows(chance)}${seconds}${ows(chance)}`, means: Math.min(seconds * 1000, MOST_MS) }
    }
    const { text, means } = validDate(chance)
    return { text, means: means < NOW ? undefined : Math.min(means - NOW, MOST_MS) }
  },
  fold: same,
})

export const DATES: readonly Subject[] = [httpDate, expires, age, retryAfter]
