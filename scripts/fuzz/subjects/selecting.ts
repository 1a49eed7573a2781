import { headerOf } from '../../../src/model/headers.ts'
import { DEFAULT_SETTINGS } from '../../../src/policy/precedence.ts'
import { factsOf } from '../../../src/policy/response-facts.ts'
import { storedHeaders } from '../../../src/policy/stored-headers.ts'
import { variantOf } from '../../../src/policy/vary.ts'
import type { Chance } from '../chance.ts'
import { listed, ows, quotable, quoted, recased, shuffled, token } from '../spelling.ts'
import { lowered, type Subject, same, subject } from '../subject.ts'
import { NOW } from './dates.ts'

const NONE: ReadonlySet<string> = new Set()

function names(chance: Chance): string[] {
  return Array.from({ length: chance.below(5) }, () =>
    chance.of(['accept', 'accept-encoding', 'cookie', 'user-agent', token(chance).toLowerCase()]),
  )
}

const vary: Subject = subject<readonly string[]>({
  name: 'Vary',
  pieces: ['*', ',', ', ', 'accept', 'Accept-Encoding', 'cookie', 'Origin', 'a', '"a"', ' '],
  parse: (text) => factsOf({ status: 200, headers: [['vary', text]] }, NOW).vary,
  fault(read) {
    if (read.includes('*')) return read.length === 1 ? undefined : 'a star among names'
    const wrong = read.find((name, at) => name === '' || name !== name.trim().toLowerCase() || name <= (read[at - 1] ?? ''))
    return wrong === undefined ? undefined : `a name is ${JSON.stringify(wrong)}`
  },
  shown: (read) => read.join('\n'),
  valid(chance) {
    const meant = names(chance)
    const star = meant.includes('*') || chance.oneIn(8)
    const members = meant.map((name) => recased(chance, name))
    const text = listed(chance, star ? shuffled(chance, [...members, '*']) : members)
    return { text, means: star ? ['*'] : [...new Set(meant)].sort() }
  },
  fold: same,
})

const RANGES: readonly string[] = [
  'en',
  'en-gb',
  'fr',
  '*',
  'gzip',
  'br',
  'identity',
  'text/html',
  'text/*',
  '*/*',
  'application/json',
]

interface Preference {
  readonly range: string
  /** 1 for none. */
  readonly weight: number
  readonly parameter: string
}

function preference(chance: Chance, at: number): Preference {
  return {
    range: `${chance.of(RANGES)}${at}`,
    weight: chance.below(1001) / 1000,
    parameter: chance.oneIn(4) ? `level=${chance.of(['1', '2', '"a,b;c"'])}` : '',
  }
}

function spelledPreference(chance: Chance, { range, weight, parameter }: Preference): string {
  const semicolon = `${ows(chance)};${ows(chance)}`
  const digits = chance.oneIn(3) ? weight.toFixed(3) : String(weight)
  const q = weight === 1 && chance.oneIn(2) ? '' : `${semicolon}${recased(chance, 'q')}=${digits}`
  return `${recased(chance, range)}${parameter === '' ? '' : semicolon + parameter}${q}`
}

/** RFC 9111 4.1 lets a cache bring the selecting fields to one form; here as our own documentation of `Accept-Language` promises. */
function oneForm(preferences: readonly Preference[]): string {
  const shown = preferences.map(({ range, weight, parameter }) =>
    [range, parameter, weight === 1 ? '' : `q=${weight}`].filter((part) => part !== '').join(';'),
  )
  return `=${shown.sort().join(',')}`
}

/** Where a quote never ends, members cannot change their places and still be told apart. */
const QUOTES_CLOSE = /^[^"\\]*(?:"[^"\\]*"[^"\\]*)*$/

const selected = (name: string, text: string): string => variantOf([name], { headers: [[name, text]], credentialHeaders: NONE })

const preferences: Subject = subject<string>({
  name: 'Accept-Language and the like',
  pieces: [...RANGES, ';q=', ';q=0.1', ';q=1', ';q=1.000', ';Q=0', 'q', '=', ';', ',', ', ', 'x-gzip', ';level="', '"'],
  openers: ['a;b="'],
  parse: (text) => selected('accept-language', text),
  fault(read, text) {
    if (!read.startsWith('=')) return 'a field that is there looks like one that is not'
    if (!QUOTES_CLOSE.test(text)) return undefined
    const again = selected('accept-language', read.slice(1))
    return again === read ? undefined : `its own form has another: ${read} and ${again}`
  },
  shown: (read) => read,
  valid(chance) {
    const wanted = Array.from({ length: chance.below(4) }, (_, at) => preference(chance, at))
    const members = shuffled(chance, wanted).map((each) => spelledPreference(chance, each))
    return { text: listed(chance, members), means: oneForm(wanted) }
  },
  // Values in quotes keep their case, and so their place in the order.
  fold: (shown) => lowered(shown.slice(1)).split(',').sort().join(),
})

const anyField: Subject = subject<string>({
  name: 'any field that Vary names',
  pieces: ['a', 'B', ',', ', ', ' ', '"', '"a, b"', '\\"', '1'],
  openers: ['"'],
  parse: (text) => selected('foo', text),
  fault(read) {
    const again = selected('foo', read.slice(1))
    return read.startsWith('=') && again === read ? undefined : `its own form has another: ${read} and ${again}`
  },
  shown: (read) => read,
  valid(chance) {
    const members = Array.from({ length: chance.below(5) }, () =>
      chance.oneIn(3) ? quoted(chance, quotable(chance)) : token(chance),
    )
    const text = members.map((member) => `${ows(chance)}${member}${ows(chance)}`).join(',')
    return { text, means: `=${members.join(',')}` }
  },
})

/** Names that a response may not be robbed of by its own Connection field, and some that it may. */
const FIELDS = ['cache-control', 'etag', 'vary', 'content-type', 'x-a', 'x-b']

const connection: Subject = subject<readonly string[]>({
  name: 'Connection',
  pieces: [...FIELDS, 'close', 'keep-alive', ',', ', ', 'Upgrade', '*'],
  parse(text) {
    const given = ['keep-alive', 'transfer-encoding', ...FIELDS].map((name) => [name, 'x'] as const)
    const kept = storedHeaders([['connection', text], ...given], DEFAULT_SETTINGS, 'as received')
    return FIELDS.filter((name) => headerOf(kept, name) !== undefined).concat(kept.length > FIELDS.length ? 'too many' : [])
  },
  fault(kept) {
    if (kept.includes('too many')) return 'a field of the connection is kept'
    return ['cache-control', 'etag', 'vary'].every((name) => kept.includes(name)) ? undefined : 'what bounds reuse is lost'
  },
  shown: (kept) => kept.join(),
  valid(chance) {
    const dropped = FIELDS.filter(() => chance.oneIn(3))
    const means = FIELDS.filter((name, at) => at < 3 || !dropped.includes(name))
    const text = listed(
      chance,
      ['close', ...dropped].map((name) => recased(chance, name)),
    )
    return { text, means }
  },
  fold: same,
})

export const SELECTING: readonly Subject[] = [vary, preferences, anyField, connection]
