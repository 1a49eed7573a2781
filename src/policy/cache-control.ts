/** Directive names, in lower case → argument, without its quotes; '' for none. */
export type Directives = ReadonlyMap<string, string>

/** RFC 9111 1.2.2: what overflows is taken for 2^31 seconds. */
const MOST_SECONDS = 2 ** 31

/** Only these count in what follows a quote that never ends: who cannot be understood is not given more than was asked. */
const RESTRICTIVE: ReadonlySet<string> = new Set(['no-store', 'no-cache', 'private', 'must-revalidate', 'proxy-revalidate'])

/** Field names may follow these (RFC 9111 5.2.2.4, 5.2.2.7); several of them add up. */
const NAMING_FIELDS: ReadonlySet<string> = new Set(['no-cache', 'private'])

const NO_DIRECTIVES: Directives = new Map()

/**
 * Cache-Control (RFC 9111 5.2) → its directives. Of a repeated one the first counts (RFC 9111 4.2.1), for `no-cache` and `private`
 * the most restrictive. Commas inside of quotes separate nothing. An argument that is not well-formed is kept as it stands, so that
 * whoever reads a number there finds none. Never throws; looks at each character at most three times.
 */
export function parseCacheControl(value: string | undefined): Directives {
  if (value === undefined || value === '') return NO_DIRECTIVES
  const directives = new Map<string, string>()
  let quotes: 'closed' | 'unclosed' = 'closed'
  for (let at = 0; at < value.length; ) {
    const end = elementEnd(value, at, quotes)
    if (end.quotes === 'unclosed') quotes = 'unclosed'
    const element = value.slice(at, end.at).trim()
    if (element !== '') keep(directives, element, quotes)
    at = end.at + 1
  }
  return directives
}

const DIRECTIVE = /^[\w!#$%&'*+.^`|~-]+(?:\s*=\s*(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))?$/s

/** Whether each member is a directive (RFC 9111 5.2). What is not may be one that was garbled, `private` among them. */
export function isWellFormed(value: string): boolean {
  for (let at = 0; at < value.length; ) {
    const end = elementEnd(value, at, 'closed')
    const element = value.slice(at, end.at).trim()
    if (element !== '' && !DIRECTIVE.test(element)) return false
    at = end.at + 1
  }
  return true
}

/** The comma that ends the element at `from`. A quote that never ends is a character like any other. */
function elementEnd(value: string, from: number, quotes: 'closed' | 'unclosed'): { at: number; quotes: 'closed' | 'unclosed' } {
  for (let at = from; at < value.length; at++) {
    const char = value[at]
    if (char === ',') return { at, quotes }
    if (char !== '"' || quotes === 'unclosed') continue
    const close = closingQuote(value, at)
    if (close < 0) return { at: elementEnd(value, at, 'unclosed').at, quotes: 'unclosed' }
    at = close
  }
  return { at: value.length, quotes }
}

function closingQuote(value: string, open: number): number {
  for (let at = open + 1; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '"') return at
  }
  return -1
}

function keep(directives: Map<string, string>, element: string, quotes: 'closed' | 'unclosed'): void {
  const length = element.search(/[\s=";]/)
  const name = (length < 0 ? element : element.slice(0, length)).toLowerCase()
  if (quotes === 'unclosed' && !RESTRICTIVE.has(name)) return
  const argument = length < 0 ? '' : argumentOf(element.slice(length))
  const known = directives.get(name)
  if (known === undefined) directives.set(name, argument)
  else if (NAMING_FIELDS.has(name)) directives.set(name, known === '' || argument === '' ? '' : `${known},${argument}`)
}

/** '=token' and '="quoted"' give what is meant; anything else stays as it is, and is no number and no field name. */
function argumentOf(rest: string): string {
  if (rest[0] !== '=') return rest
  if (rest[1] !== '"') return rest.slice(1)
  const close = closingQuote(rest, 1)
  return close === rest.length - 1 ? rest.slice(2, close).replace(/\\(.)/gs, '$1') : rest.slice(1)
}

/**
 * Milliseconds of delta-seconds (RFC 9111 1.2.2), or undefined where the text is not a whole number from 0 up.
 */
export function deltaSeconds(text: string): number | undefined {
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) * 1000 : undefined
}

/**
 * Milliseconds that a directive states; undefined where it is absent. RFC 9111 4.2.1: an invalid freshness (`max-age`, `max-age=x`,
 * `max-age=1.5`) is better taken for stale than for none, so it is 0.
 */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const argument = directives.get(name)
  return argument === undefined ? undefined : (deltaSeconds(argument) ?? 0)
}

/** The field names of `no-cache="a, b"`; undefined where the directive is absent, 'all' where it names none that can be understood. */
export function noCacheOf(directives: Directives): 'all' | readonly string[] | undefined {
  const argument = directives.get('no-cache')
  if (argument === undefined) return undefined
  const names = argument
    .toLowerCase()
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  return names.length > 0 && names.every((field) => /^[\w!#$%&'*+.^`|~-]+$/.test(field)) ? names : 'all'
}
