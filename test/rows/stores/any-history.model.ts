import type { Seen } from '../download/given.ts'

/** All that a history is made of. `at` counts versions from the newest. */
export type Step =
  | { do: 'fetch'; path: Path; language: string; cache: CacheMode }
  | { do: 'bring'; path: Path; n: number }
  | { do: 'label'; word: string; at: number }
  | { do: 'unlabel'; word: string; at: number }
  | { do: 'pin' | 'unpin'; at: number }
  | { do: 'invalidate' | 'delete' | 'post'; path: Path }
  | { do: 'advance'; ms: number }
  | { do: 'down' | 'up' | 'reopen' | 'sweep' }

export type CacheMode = NonNullable<RequestInit['cache']>

/** The second varies by language, and nothing is said of its versions. */
export type Path = '/f' | '/v'

export interface Known {
  readonly text: string
  readonly labels: Set<string>
  pinned: boolean
  checkedAt: number
}

interface Entry {
  readonly variants: Map<string, Known[]>
  invalidatedAt: number
  failedAt: number
}

/** What one instance has counted. */
export interface Totals {
  hits: number
  revalidated: number
  fallbacks: number
  sent: number
}

export const LIFETIME = 60_000
const COOLDOWN = 30_000
const KEEP = 2

/** What the origin answers with. */
export const textOf = (path: Path, language: string, n: number): string => `${path}${path === '/v' ? language : ''} ${n}`

const isFailed = ({ text }: Known, all: readonly Known[]): boolean =>
  all.some((one) => one.text === text && one.labels.has('failed'))
const current = (all: readonly Known[]): Known | undefined => all.find((one) => !isFailed(one, all))
const lastGood = (all: readonly Known[]): Known | undefined =>
  all.find((one) => !isFailed(one, all) && one.labels.has('valid')) ?? current(all)

const nothing = (): Totals => ({ hits: 0, revalidated: 0, fallbacks: 0, sent: 0 })

/** What README and RFC 9111 promise, in as few words as can be: no tiers, no bytes, no network. */
export class Model {
  readonly #entries = new Map<Path, Entry>()
  readonly #brought = new Map<Path, number>()
  #isDown = false
  totals: Totals = nothing()
  sent = 0

  /** What a step comes to: undefined where it only has to be done. */
  step(step: Step, now: number): Seen | undefined {
    if (step.do === 'fetch') return this.#fetch(step, now)
    if (step.do === 'post') return this.#post(step.path, now)
    if (step.do === 'bring') this.#brought.set(step.path, step.n)
    if (step.do === 'down' || step.do === 'up') this.#isDown = step.do === 'down'
    if (step.do === 'reopen') this.totals = nothing()
    if (step.do === 'invalidate') this.#entry(step.path).invalidatedAt = now
    if (step.do === 'delete') this.#entries.delete(step.path)
    if (step.do === 'sweep') for (const { variants } of this.#entries.values()) for (const all of variants.values()) retire(all)
    if ('at' in step) say(step, this.#at(step.at))
    return undefined
  }

  /** What can be seen of it without asking the origin. */
  seen(languages: readonly string[]): unknown {
    const versions = this.#versions('/f').map(({ text, labels, pinned }) => ({ text, labels: [...labels].toSorted(), pinned }))
    const varied = languages.reduce((sum, language) => sum + this.#versions('/v', language).length, 0)
    const entries = Object.entries({ '/f': versions.length, '/v': varied }).filter(([, count]) => count > 0)
    return { totals: this.totals, versions, entries: Object.fromEntries(entries) }
  }

  /** Newest first. */
  #versions(path: Path, variant = ''): readonly Known[] {
    return this.#entry(path).variants.get(variant) ?? []
  }

  #at(n: number): Known | undefined {
    const all = this.#versions('/f')
    return all.length === 0 ? undefined : all[n % all.length]
  }

  #entry(path: Path): Entry {
    const known = this.#entries.get(path) ?? {
      variants: new Map(),
      invalidatedAt: Number.NEGATIVE_INFINITY,
      failedAt: Number.NEGATIVE_INFINITY,
    }
    this.#entries.set(path, known)
    return known
  }

  #post(path: Path, now: number): Seen {
    this.#send()
    if (this.#isDown) return { status: 503, text: 'down', outcome: 'miss' }
    this.#entry(path).invalidatedAt = now
    return { status: 200, text: 'posted', outcome: 'bypass' }
  }

  #send(): void {
    this.sent++
    this.totals.sent++
  }

  #fetch({ path, language, cache }: Extract<Step, { do: 'fetch' }>, now: number): Seen {
    const entry = this.#entry(path)
    const variant = path === '/v' ? language : ''
    const all = entry.variants.get(variant) ?? []
    entry.variants.set(variant, all)
    const held = current(all)
    if (held !== undefined && answers(held, { cache, entry, now })) return this.#told(held, 'hit', 'hits')
    if (cache === 'only-if-cached') return { rejected: 'NOT_CACHED' }
    const isCooling = held !== undefined && entry.failedAt > held.checkedAt && now - entry.failedAt < COOLDOWN
    if (isCooling && cache === 'default') return this.#told(lastGood(all) as Known, 'fallback', 'fallbacks')
    this.#send()
    const text = textOf(path, language, this.#brought.get(path) ?? 0)
    if (this.#isDown || all.some((one) => one.text === text && isFailed(one, all))) return this.#givesNothing(entry, all, now)
    if (held?.text === text) {
      held.checkedAt = now
      return this.#told(held, 'revalidated', 'revalidated')
    }
    all.unshift({ text, labels: new Set(), pinned: false, checkedAt: now })
    retire(all)
    return { status: 200, text, outcome: 'miss' }
  }

  #givesNothing(entry: Entry, all: readonly Known[], now: number): Seen {
    entry.failedAt = now
    const good = lastGood(all)
    if (good !== undefined) return this.#told(good, 'fallback', 'fallbacks')
    return this.#isDown ? { status: 503, text: 'down', outcome: 'miss' } : { rejected: 'REJECTED' }
  }

  #told({ text }: Known, outcome: 'hit' | 'revalidated' | 'fallback', counted: keyof Totals): Seen {
    this.totals[counted]++
    return { status: 200, text, outcome }
  }
}

function answers(held: Known, { cache, entry, now }: { cache: CacheMode; entry: Entry; now: number }): boolean {
  if (cache === 'force-cache' || cache === 'only-if-cached') return true
  // A Date is of whole seconds, so what came late in one is that much older (RFC 9111 4.2.3).
  const age = (held.checkedAt % 1_000) + now - held.checkedAt
  return cache === 'default' && held.checkedAt > entry.invalidatedAt && age < LIFETIME
}

function say(step: Extract<Step, { at: number }>, known: Known | undefined): void {
  if (known === undefined) return
  if (step.do === 'label') known.labels.add(step.word)
  if (step.do === 'unlabel') known.labels.delete(step.word)
  if (step.do === 'pin' || step.do === 'unpin') known.pinned = step.do === 'pin'
}

/** What is beyond the newest goes, but for what is pinned, and what calls are answered with or fall back to. */
function retire(all: Known[]): void {
  const [needed, spare] = [current(all), lastGood(all)]
  const good = all.filter((one) => !isFailed(one, all))
  const gone = new Set(good.slice(KEEP).filter((one) => one !== needed && one !== spare && !one.pinned))
  all.splice(0, all.length, ...all.filter((one) => !gone.has(one)))
}
