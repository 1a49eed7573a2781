/** A field of a cron expression: its name in messages, its range, and the words that stand for numbers in it. */
interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly words?: readonly string[]
}

const MONTHS: readonly string[] = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS: readonly string[] = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const SECOND: Field = { name: 'second', least: 0, most: 59 }
const DAY_OF_MONTH: Field = { name: 'day of the month', least: 1, most: 31 }
const MONTH: Field = { name: 'month', least: 1, most: 12, words: MONTHS }
const DAY_OF_WEEK: Field = { name: 'day of the week', least: 0, most: 7, words: DAYS }

const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  DAY_OF_MONTH,
  MONTH,
  DAY_OF_WEEK,
]

const NICKNAMES: ReadonlySet<string> = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])

/** Days of each month in the longest of years. */
const LONGEST: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * What is wrong with a cron expression of five fields, or of six with seconds first; undefined where nothing is. Fields are numbers, names of
 * months and days, `*`, ranges, steps and lists; `L` is the last day of the month, `5L` its last Friday, `5#2` its second.
 */
export function cronMistake(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('@'))
    return NICKNAMES.has(trimmed.toLowerCase()) ? undefined : `it is none of ${[...NICKNAMES].join(', ')}`
  const parts = trimmed.split(/\s+/)
  if (parts.length !== 5 && parts.length !== 6) return `it has ${trimmed === '' ? 0 : parts.length} fields, not five or six`
  const fields = parts.length === 6 ? [SECOND, ...FIELDS] : FIELDS
  for (const [index, field] of fields.entries()) {
    for (const item of (parts[index] ?? '').split(',')) {
      const mistake = itemMistake(item, field)
      if (mistake !== undefined) return `${mistake} in the ${field.name}`
    }
  }
  return isEver(parts.slice(-3)) ? undefined : 'there is no such day'
}

function itemMistake(item: string, field: Field): string | undefined {
  if (field === DAY_OF_MONTH && item.toUpperCase() === 'L') return undefined
  const place = field === DAY_OF_WEEK ? /^(\w+?)(?:#[1-5]|L)$/i.exec(item)?.[1] : undefined
  if (place !== undefined) return numberOf(place, field) === undefined ? `${item} is out of range` : undefined
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? []
  if (range === '') return `'${item}' means nothing`
  const [from, to] = rangeOf(range, field)
  if (from === undefined || to === undefined) return `'${item}' is out of range, or means nothing`
  if (from > to) return `'${item}' runs backwards`
  if (step === undefined) return undefined
  if (!range.includes('-') && range !== '*') return `'${item}' has a step and no range`
  return Number(step) < 1 || Number(step) > field.most ? `'${item}' has a step out of range` : undefined
}

function rangeOf(range: string, field: Field): readonly [number | undefined, number | undefined] {
  if (range === '*') return [field.least, field.most]
  const [from = '', to = from, ...more] = range.split('-')
  return more.length > 0 ? [undefined, undefined] : [numberOf(from, field), numberOf(to, field)]
}

function numberOf(text: string, { least, most, words = [] }: Field): number | undefined {
  const named = words.indexOf(text.toUpperCase())
  const number = named >= 0 ? named + (least === 0 ? 0 : 1) : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return number >= least && number <= most ? number : undefined
}

/** A day of the month that no month among these has, as 30 February; with a day of the week beside it either is enough. */
function isEver([days = '*', months = '*', weekdays = '*']: readonly string[]): boolean {
  if (weekdays !== '*' || days.toUpperCase().split(',').includes('L')) return true
  const first = Math.min(...days.split(',').map((item) => rangeOf(item.split('/')[0] ?? '', DAY_OF_MONTH)[0] ?? 1))
  return months.split(',').some((item) => {
    const [range = '', step = '1'] = item.split('/')
    const [from = 1, to = 12] = rangeOf(range, MONTH)
    return LONGEST.some((length, index) => {
      const month = index + 1
      return month >= from && month <= to && (month - from) % Number(step) === 0 && length >= first
    })
  })
}
