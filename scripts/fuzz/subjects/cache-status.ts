import { cacheStatus } from '../../../src/policy/cache-status.ts'
import type { Chance } from '../chance.ts'
import { type Subject, subject } from '../subject.ts'

const OWN =
  /^holdfast; hit; key="(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"; detail=(?:[A-Za-z*][!-~]*|"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*")$/

/** The members of a list of structured fields (RFC 8941 4.2.1), as far as quotes and commas divide them; undefined: a quote never ends. */
function members(field: string): string[] | undefined {
  const list: string[] = []
  let from = 0
  let quote: 'open' | 'closed' = 'closed'
  for (let at = 0; at < field.length; at++) {
    const char = field[at]
    if (char === '"') quote = quote === 'open' ? 'closed' : 'open'
    else if (char === '\\' && quote === 'open') at++
    else if (char === ',' && quote === 'closed') {
      list.push(field.slice(from, at).trim())
      from = at + 1
    }
  }
  return quote === 'open' ? undefined : [...list, field.slice(from).trim()]
}

/** What caches before us said, the key, and the detail: all of them come from outside. */
const written: Subject = subject<string>({
  name: 'Cache-Status',
  pieces: [
    'ExampleCache',
    '; hit',
    '; fwd=miss',
    '; ttl=10',
    '; key="',
    '"',
    '\\"',
    '\\',
    ',',
    ', ',
    ';',
    '=',
    '?0',
    '(',
    ')',
    ':YQ==:',
  ],
  openers: ['x; key="'],
  parse: (text) => cacheStatus({ name: 'hit', key: text, detail: text }, text),
  fault(field) {
    const last = members(field)?.at(-1)
    if (last === undefined) return 'a quote never ends'
    return OWN.test(last) ? undefined : `the last member is ${last}`
  },
  shown: (field) => field.slice(0, Math.max(0, field.indexOf(', holdfast; hit; key='))),
  valid(chance) {
    const text = Array.from({ length: 1 + chance.below(3) }, () => upstream(chance)).join(', ')
    return { text, means: `${text}, holdfast; hit; key=` }
  },
})

function upstream(chance: Chance): string {
  const name = chance.of(['ExampleCache', '"CDN, Inc. \\"x\\" here"', 'a.b'])
  return `${name}${chance.of(['', '; hit', '; fwd=stale; fwd-status=304', '; key="a, holdfast"', '; ttl=-1; stored=?0'])}`
}

export const CACHE_STATUS: readonly Subject[] = [written]
