import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, type Clock, createCachedFetch, type Entry, type Store } from '../../../src/index.ts'
import { type Origin, ok, startOrigin } from '../../helpers/origin/index.ts'
import { type Seen, seen } from '../download/given.ts'

/** What the model knows of one version. */
export interface Known {
  readonly id: string
  readonly content: string
  readonly labels: Set<string>
  /** When its pin ends; 0: there is none; undefined: a pin has run out and the clock was set back since, so either is right. */
  pinnedUntil: number | undefined
}

const URL_PATH = '/f'

/** An origin, an entry over a store that can be opened again, and a clock that may be set back. */
export class World implements AsyncDisposable {
  readonly #hand: ManualClock = manualClock(Date.parse('2026-11-21T12:00:00Z'))
  readonly #tiers: () => Store[]
  #shift = 0
  #origin!: Origin
  fetch!: CachedFetch

  private constructor(tiers: () => Store[]) {
    this.#tiers = tiers
  }

  static async over(file: string | undefined): Promise<World> {
    const kept = memory()
    const world = new World(file === undefined ? () => [kept] : () => [memory(), sqlite(file)])
    world.#origin = await startOrigin({ clock: world.clock })
    world.#open()
    return world
  }

  readonly clock: Clock = {
    now: () => this.#hand.now() + this.#shift,
    monotonic: () => this.#hand.monotonic(),
    setTimeout: (fn, ms) => this.#hand.setTimeout(fn, ms),
  }

  get entry(): Entry {
    return this.fetch.entry(this.#origin.url(URL_PATH))
  }

  get hits(): number {
    return this.#origin.hits(URL_PATH)
  }

  #open(): void {
    this.fetch = createCachedFetch({
      tiers: this.#tiers(),
      clock: this.clock,
      random: () => 0,
      ttl: 0,
      retry: false,
      guards: false,
      fallback: { cooldown: 0 },
      versions: { keep: 2, keepFailed: 3, maxPinned: 100 },
    })
  }

  async reopen(): Promise<void> {
    await this.fetch.close()
    this.#open()
  }

  /** Forward on the hand-turned clock, with all that waits for it; back as somebody sets a clock back. */
  async jump(ms: number): Promise<void> {
    if (ms < 0) this.#shift += ms
    else await this.#hand.advance(ms)
    await this.fetch.idle()
  }

  async bring(content: string): Promise<Seen> {
    this.#origin.script(URL_PATH, ok(content))
    return seen(this.fetch(this.#origin.url(URL_PATH), { cache: 'reload' }))
  }

  async outage(): Promise<Seen> {
    await this.#origin.refuse()
    this.#origin.kill()
    const answer = await seen(this.fetch(this.#origin.url(URL_PATH), { cache: 'reload' }))
    await this.#origin.resume()
    return answer
  }

  async stored(): Promise<Seen> {
    return seen(this.fetch(this.#origin.url(URL_PATH), { cache: 'force-cache' }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#origin.kill()
    await this.fetch.close()
    await this.#origin.close()
  }
}

/** The rules of selection and retention over what is known, newest first. */
export const rules = {
  good: (known: readonly Known[]): Known[] => known.filter(({ labels }) => !labels.has('failed')),
  current: (known: readonly Known[]): Known | undefined => rules.good(known)[0],
  lastGood: (known: readonly Known[]): Known | undefined =>
    rules.good(known).find(({ labels }) => labels.has('valid')) ?? rules.current(known),
  pinned: ({ pinnedUntil }: Known, now: number): boolean => pinnedUntil === undefined || pinnedUntil > now,
  /** Whether a sweep may take it: not pinned, not the last good one, and beyond what is kept of its kind. */
  mayGo(version: Known, known: readonly Known[], now: number): boolean {
    if (version.pinnedUntil !== undefined && version.pinnedUntil > now) return false
    if (version === rules.lastGood(known)) return false
    const failed = version.labels.has('failed')
    const kind = known.filter(({ labels }) => labels.has('failed') === failed)
    return kind.indexOf(version) >= (failed ? 3 : 2)
  },
}
