import { httpDate, NOON } from '../given.ts'

/** A Cache-Control directive and how it is written. */
export interface Directive {
  readonly name: string
  /** '' is written as an equals sign with nothing behind it. */
  readonly value?: string
  readonly spelling?: 'upper' | 'quoted'
}

/** A time in a field. The first three forms are those of RFC 9110 5.6.7; the others are none. */
export interface Moment {
  readonly at: number
  readonly form: 'fixdate' | 'rfc850' | 'asctime' | 'zone' | 'iso' | 'word' | 'nothing'
}

export type DateName = 'date' | 'expires' | 'last-modified'

export interface Message {
  readonly directives: readonly Directive[]
  readonly dates: Readonly<Partial<Record<DateName, Moment>>>
  readonly fields: Readonly<Record<string, string>>
}

export interface Asked extends Message {
  readonly method: string
}

export interface Answered extends Message {
  readonly status: number
}

/** A request, its answer, and later another request, with an answer to the question whether the first one still holds. */
export interface Case {
  readonly first: Asked
  readonly answer: Answered
  /** Milliseconds from the first request to its answer, which arrives at noon. */
  readonly delay: number
  /** Milliseconds from noon to the second request. */
  readonly elapsed: number
  readonly second: Asked
  readonly reply: Answered
}

const MESSAGE: Message = { directives: [], dates: {}, fields: {} }

/** What a difference's example says beyond: GET, a 200 dated noon, and at once another GET, which a 304 answers. */
export interface Told {
  readonly first?: Partial<Asked>
  readonly answer?: Partial<Answered>
  readonly delay?: number
  readonly elapsed?: number
  readonly second?: Partial<Asked>
  readonly reply?: Partial<Answered>
}

export function caseOf({ first, answer, delay = 0, elapsed = 0, second, reply }: Told): Case {
  return {
    first: { ...MESSAGE, method: 'GET', ...first },
    answer: { ...MESSAGE, status: 200, dates: { date: dated(NOON) }, ...answer },
    delay,
    elapsed,
    second: { ...MESSAGE, method: 'GET', ...second },
    reply: { ...MESSAGE, status: 304, ...reply },
  }
}

export const dated = (at: number, form: Moment['form'] = 'fixdate'): Moment => ({ at, form })

/** `a, b=1` in words of {@link Directive}; for examples. */
export function directives(text: string): Directive[] {
  return text.split(', ').map((member) => {
    const [name = '', value] = member.split('=', 2)
    return value === undefined ? { name } : { name, value }
  })
}

export function isDate({ form }: Moment): boolean {
  return form === 'fixdate' || form === 'rfc850' || form === 'asctime'
}

/** The fields of a message as one record: what http-cache-semantics takes. */
export function fieldsOf({ directives, dates, fields }: Message): Record<string, string> {
  const record: Record<string, string> = { ...fields }
  if (directives.length > 0) record['cache-control'] = directives.map(writtenDirective).join(', ')
  for (const [name, moment] of Object.entries(dates)) record[name] = writtenMoment(moment)
  return record
}

function writtenDirective({ name, value, spelling }: Directive): string {
  const written = spelling === 'upper' ? name.toUpperCase() : name
  if (value === undefined) return written
  return `${written}=${spelling === 'quoted' ? `"${value}"` : value}`
}

function writtenMoment({ at, form }: Moment): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = httpDate(at).split(' ')
  switch (form) {
    case 'fixdate':
      return httpDate(at)
    case 'rfc850':
      return `${LONG_DAYS[new Date(at).getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`
    case 'asctime':
      return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`
    case 'zone':
      return httpDate(at).replace('GMT', '+0100')
    case 'iso':
      return new Date(at).toISOString()
    case 'word':
      return 'never'
    case 'nothing':
      return ''
  }
}

const LONG_DAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
