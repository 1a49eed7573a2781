import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Entry, type Store } from '../../../src/index.ts'
import { type Origin, ok, startOrigin, status } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { LIFETIME, Model, type Path, type Step, textOf } from './any-history.model.ts'
import { lasting } from './given.ts'

/** The stores of a list at its nth opening, over what stands in a folder. */
export type Tiers = (place: string, clock: ManualClock, opening: number) => Store[]

const across = (place: string, clock: ManualClock): Store => ({
  ...chaos(sqlite(`${place}/far.db`, { clock }), {}),
  name: 'far',
  remote: true,
  shared: true,
})
const files = (place: string, clock: ManualClock): Store => (lasting[1] as (typeof lasting)[number])[1](place, clock)

/** What stands before the last store of a list may be new or small: no answer is another for that. */
export const lists: readonly (readonly [string, Tiers])[] = [
  ['a file', (place, clock) => [sqlite(`${place}/own.db`, { clock })]],
  ['memory, a file', (place, clock) => [memory(), sqlite(`${place}/own.db`, { clock })]],
  ['little memory, a folder', (place, clock) => [memory({ maxItems: 2 }), files(place, clock)]],
  ['memory, one across the network', (place, clock) => [memory(), across(place, clock)]],
  ['a new file, a folder', (place, clock, n) => [sqlite(`${place}/${n}.db`, { clock }), files(place, clock)]],
  [
    'memory, a new file, one across',
    (place, clock, n) => [memory(), sqlite(`${place}/${n}.db`, { clock }), across(place, clock)],
  ],
]

export const LANGUAGES = ['de', 'en'] as const

/** What was seen, and what the model says. */
export interface Compared {
  readonly is: unknown
  readonly right: unknown
}

/** One list of tiers, its origin and its clock, and the model that says what is right. */
export class Played implements AsyncDisposable {
  readonly #origin: Origin
  readonly #clock: ManualClock
  readonly #open: () => CachedFetch
  readonly #model = new Model()
  readonly #brought = new Map<Path, number>()
  #fetch: CachedFetch
  #isDown = false

  private constructor(origin: Origin, clock: ManualClock, open: () => CachedFetch) {
    this.#origin = origin
    this.#clock = clock
    this.#open = open
    this.#fetch = open()
    for (const path of ['/f', '/v'] as const) this.#script(path)
  }

  static async over(tiers: Tiers, place: string): Promise<Played> {
    const clock = manualClock(Math.floor(Date.now() / 1_000) * 1_000)
    const origin = await startOrigin({ clock })
    let opening = 0
    const options = { clock, random: () => 0, retry: false, guards: false, storeTimeout: '1d' } as const
    const versions = { keep: 2, keepFailed: 50 }
    return new Played(origin, clock, () => createCachedFetch({ ...options, versions, tiers: tiers(place, clock, opening++) }))
  }

  #script(path: Path): void {
    this.#origin.script(path, (exchange) => {
      const { method, headers } = exchange.request
      if (this.#isDown) return status(503, {}, 'down')(exchange)
      if (method === 'POST') return ok('posted')(exchange)
      const text = textOf(path, headers['accept-language'] ?? '', this.#brought.get(path) ?? 0)
      const fields = { 'Cache-Control': `public, max-age=${LIFETIME / 1_000}`, ...(path === '/v' && { Vary: 'Accept-Language' }) }
      return ok(text, { etag: `"${text}"`, conditional: true, headers: fields })(exchange)
    })
  }

  #entry(path: Path, language = ''): Entry {
    return this.#fetch.entry(this.#origin.url(path), { headers: { 'accept-language': language } })
  }

  /** Does the step: what it came to, and what is right. */
  async step(step: Step): Promise<Compared> {
    const answer = await this.#done(step)
    await this.#fetch.idle()
    const is = { answer, asked: this.#origin.hits() }
    const right = { answer: this.#model.step(step, this.#clock.now()), asked: this.#model.sent }
    // What is said in the millisecond of an answer concerns that one too, or does not: neither is promised.
    await this.#clock.advance(step.do === 'advance' ? step.ms : 1)
    return { is, right }
  }

  async #done(step: Step): Promise<unknown> {
    const url = 'path' in step ? this.#origin.url(step.path) : ''
    if (step.do === 'fetch') return seen(this.#fetch(url, { cache: step.cache, headers: { 'accept-language': step.language } }))
    if (step.do === 'post') return seen(this.#fetch(url, { method: 'POST' }))
    if (step.do === 'bring') this.#brought.set(step.path, step.n)
    if (step.do === 'down' || step.do === 'up') this.#isDown = step.do === 'down'
    if (step.do === 'invalidate' || step.do === 'delete') await this.#fetch.cache[step.do]({ url })
    if (step.do === 'sweep') await this.#fetch.cache.sweep()
    if (step.do === 'reopen') await this.#reopen()
    if ('at' in step) await this.#said(step)
    return undefined
  }

  async #reopen(): Promise<void> {
    await this.#fetch.close()
    this.#fetch = this.#open()
  }

  async #said(step: Extract<Step, { at: number }>): Promise<void> {
    const entry = this.#entry('/f')
    const all = await entry.versions({ limit: 0 })
    const version = all[step.at % all.length]?.id
    if (version === undefined) return
    if (step.do === 'label' || step.do === 'unlabel') await entry[step.do](step.word, { version })
    else await entry[step.do]({ version })
  }

  /** All that can be seen of it without asking the origin. */
  async seen(): Promise<Compared> {
    const { hits, revalidated, fallbacks, sent } = this.#fetch.cache.stats()
    const listed = await this.#entry('/f').versions({ limit: 0 })
    const told = listed.map(async ({ id, labels, pinned }) => {
      const version = await this.#entry('/f').version(id)
      return { text: await (await version?.response())?.text(), labels: [...labels].toSorted(), pinned }
    })
    const entries = await Array.fromAsync(this.#fetch.cache.entries(), ({ url, versions }) => [new URL(url).pathname, versions])
    return {
      is: {
        totals: { hits, revalidated, fallbacks, sent },
        versions: await Promise.all(told),
        entries: Object.fromEntries(entries),
      },
      right: this.#model.seen(LANGUAGES),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#origin.kill()
    await this.#fetch.close()
    await this.#origin.close()
  }
}
