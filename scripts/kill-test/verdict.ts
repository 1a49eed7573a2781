import type { Ledger } from './ledger.ts'
import type { Library } from './library.ts'
import type { Seen, SeenAtRest, SeenFetched } from './order.ts'

/** Milliseconds for one address after a kill: a lease that its holder left runs out in 3 s. */
const LONGEST = 10_000

interface Facts {
  readonly library: Library
  readonly ledger: Ledger
}

const NOTHING = 'NOT_CACHED'

/** What is wrong with what a new process saw; each in a sentence. */
export function verdict({ atRest, copy, fetched, disorder }: Seen, facts: Facts): string[] {
  return [
    ...atRest.flatMap((seen) => [...bytesOf(seen, facts), ...saidOf(seen, facts)]),
    ...fetched.flatMap((seen) => askedFor(seen, facts)),
    ...copy.flatMap((seen) => [...bytesOf(seen, facts), ...missing(seen, facts)].map((what) => `in the copy: ${what}`)),
    ...disorder,
  ]
}

/** Right bytes or none. */
function bytesOf({ path, front, versions }: SeenAtRest, { library }: Facts): string[] {
  const wrong = versions
    .filter(({ digest, read }) => read !== digest || !library.knows(path, digest))
    .map(({ id, digest, read }) => `${path}: version ${id} of ${digest} reads ${read}`)
  if (front !== NOTHING && !library.knows(path, front)) wrong.push(`${path}: at rest reads ${front}`)
  return wrong
}

/** What was acknowledged is there. */
function saidOf({ path, front, versions, policy }: SeenAtRest, { ledger }: Facts): string[] {
  const wrong = ledger.see(`held ${path}`, front === NOTHING ? 'none' : front)
  if (ledger.topics(`policy ${path}`).length > 0) wrong.push(...ledger.see(`policy ${path}`, policy))
  for (const about of ledger.topics(`pin ${path} `)) {
    const version = versions.find(({ id }) => id === about.split(' ')[2])
    wrong.push(...ledger.see(about, version?.pinned ? 'on' : 'off'))
  }
  for (const about of ledger.topics(`label ${path} `)) {
    const [, , id, label = ''] = about.split(' ')
    const version = versions.find((one) => one.id === id)
    // Labels hold no version: it goes when it is beyond what is kept.
    if (version === undefined) ledger.forget(about)
    else wrong.push(...ledger.see(about, version.labels.includes(label) ? 'on' : 'off'))
  }
  return wrong
}

/** The origin is well, so the answer is what it has now, soon. */
function askedFor({ path, digest, outcome, ms }: SeenFetched, { library, ledger }: Facts): string[] {
  const wrong = path.startsWith('/tagged/') ? ledger.see(`fresh ${path}`, outcome === 'hit' ? 'yes' : 'no') : []
  if (digest !== library.current(path)) wrong.push(`${path}: asked for, came as ${digest} (${outcome})`)
  if (ms > LONGEST) wrong.push(`${path}: asked for, took ${Math.round(ms)} ms`)
  return wrong
}

function missing({ path, front }: SeenAtRest, { ledger }: Facts): string[] {
  return front === NOTHING && path !== '/doomed' && ledger.sure('copied') === 'yes' ? [`${path} is missing`] : []
}
