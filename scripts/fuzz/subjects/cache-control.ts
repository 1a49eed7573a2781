import { type Directives, deltaSeconds, noCacheOf, parseCacheControl, secondsOf } from '../../../src/policy/cache-control.ts'
import { type Wishes, wishesOf } from '../../../src/policy/request-directives.ts'
import type { Chance } from '../chance.ts'
import { listed, quotable, quoted, recased, token } from '../spelling.ts'
import { lowered, MOST_MS, type Subject, same, spanFault, subject } from '../subject.ts'

const NAMES: readonly string[] = [
  'max-age',
  's-maxage',
  'no-cache',
  'no-store',
  'private',
  'public',
  'must-revalidate',
  'must-understand',
  'immutable',
  'stale-while-revalidate',
  'stale-if-error',
  'max-stale',
  'min-fresh',
  'only-if-cached',
]

const PIECES: readonly string[] = [
  ...NAMES,
  ...NAMES.map((name) => `${name}=`),
  '60',
  '"60"',
  '"a, b"',
  'ext="',
  'a=b,',
  ',,',
  ', ',
]

/** RFC 9111 4.2.1 lets the first of several count; of these, all do. */
const ADDING_UP: readonly string[] = ['no-cache', 'private']

function note(meant: Map<string, string>, name: string, argument: string): void {
  const known = meant.get(name)
  if (known === undefined) meant.set(name, argument)
  else if (ADDING_UP.includes(name)) meant.set(name, known === '' || argument === '' ? '' : `${known},${argument}`)
}

function argument(chance: Chance): { text: string; means: string } {
  switch (chance.below(4)) {
    case 0:
      return { text: '', means: '' }
    case 1: {
      const means = token(chance)
      return { text: `=${means}`, means }
    }
    case 2: {
      const means = String(chance.anySize())
      return { text: `=${means}`, means }
    }
    default: {
      const means = quotable(chance)
      return { text: `=${quoted(chance, means)}`, means }
    }
  }
}

/** `bare`: the names that stood without a `=` the first time. */
function validCacheControl(chance: Chance): { text: string; means: Directives; bare: ReadonlySet<string> } {
  const means = new Map<string, string>()
  const bare = new Set<string>()
  const members: string[] = []
  for (let left = chance.below(5); left > 0; left--) {
    const name = chance.oneIn(4) ? token(chance).toLowerCase() : chance.of(NAMES)
    const given = argument(chance)
    if (given.text === '' && !means.has(name)) bare.add(name)
    note(means, name, given.means)
    members.push(recased(chance, name) + given.text)
  }
  return { text: listed(chance, members), means, bare }
}

const cacheControl: Subject = subject<Directives>({
  name: 'Cache-Control',
  pieces: PIECES,
  openers: ['ext="'],
  parse: parseCacheControl,
  fault(directives, text) {
    if (directives.size > text.length) return `${directives.size} directives`
    for (const [name] of directives) {
      if (name !== name.toLowerCase() || /[\s,=";]/.test(name)) return `a directive is named ${JSON.stringify(name)}`
    }
    const fields = noCacheOf(directives)
    if (fields !== undefined && fields !== 'all' && (fields.length === 0 || fields.some((field) => /[^!-~]|[A-Z",]/.test(field))))
      return `no-cache names ${JSON.stringify(fields)}`
    return spanFault('max-age', secondsOf(directives, 'max-age'))
  },
  shown: (directives) => [...directives].map(([name, value]) => `${name}=${value}`).join('\n'),
  valid: validCacheControl,
  fold: lowered,
})

const NO_WISHES: Wishes = {
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: undefined,
  minFresh: undefined,
  maxStale: 0,
  staleIfError: 0,
  needsOrigin: false,
}

function validWishes(chance: Chance): { text: string; means: Wishes | undefined } {
  const { text, means, bare } = validCacheControl(chance)
  const span = (name: string): number | undefined => {
    const value = means.get(name)
    return value === undefined ? undefined : (deltaSeconds(value) ?? 0)
  }
  // `max-stale=` and `max-stale=""` have lost their argument: that is no wish for any staleness.
  const maxStale = bare.has('max-stale') ? Number.POSITIVE_INFINITY : (span('max-stale') ?? 0)
  const wanted = { noStore: means.has('no-store'), noCache: means.has('no-cache'), onlyIfCached: means.has('only-if-cached') }
  const spans = { maxAge: span('max-age'), minFresh: span('min-fresh'), staleIfError: span('stale-if-error') ?? 0 }
  return { text, means: { ...NO_WISHES, ...wanted, ...spans, maxStale } }
}

function shownWishes(wishes: Wishes | undefined): string {
  if (wishes === undefined) return 'none'
  const { noStore, noCache, onlyIfCached, maxAge, minFresh, maxStale, staleIfError, needsOrigin } = wishes
  return [noStore, noCache, onlyIfCached, maxAge, minFresh, maxStale, staleIfError, needsOrigin].join()
}

const requestDirectives: Subject = subject<Wishes | undefined>({
  name: 'request directives',
  pieces: PIECES,
  openers: ['ext="'],
  parse: (text) => wishesOf([['cache-control', text]]),
  fault(wishes, text) {
    if (wishes === undefined) return 'nothing is wished where the field is there'
    const { maxStale, maxAge, minFresh } = wishes
    if (!(maxStale >= 0 && (maxStale <= MOST_MS || maxStale === Number.POSITIVE_INFINITY))) return `max-stale is ${maxStale}`
    const pragma = wishesOf([['pragma', text]])
    if (pragma?.noCache !== wishes.noCache || pragma.noStore || pragma.maxAge !== undefined)
      return 'Pragma says more than no-cache'
    return spanFault('max-age', maxAge) ?? spanFault('min-fresh', minFresh)
  },
  shown: shownWishes,
  valid: validWishes,
  fold: same,
})

/** Any digits and what looks like them (RFC 9111 1.2.2). */
const deltaSecondsAlone: Subject = subject<number | undefined>({
  name: 'delta-seconds',
  pieces: ['0', '1', '9', '60', '-', '+', '.', 'e', ' ', '\u0663', '\uff11', '00000000', '2147483648'],
  parse: deltaSeconds,
  fault: (ms, text) =>
    spanFault('the span', ms) ?? ((ms === undefined) === /^[0-9]+$/.test(text) ? 'not exactly digits are taken' : undefined),
  shown: String,
  valid(chance) {
    const seconds = chance.anySize()
    return { text: `${'0'.repeat(chance.below(3))}${seconds}`, means: Math.min(seconds * 1000, MOST_MS) }
  },
  fold: same,
})

export const CACHE_CONTROL: readonly Subject[] = [cacheControl, requestDirectives, deltaSecondsAlone]
