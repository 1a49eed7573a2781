import { type CachedFetch, createCachedFetch, type Init, inspect, type Options, type Store } from 'holdfast'
import { memory } from 'holdfast/memory'
import { sha256 } from '../../test/helpers/digest.ts'
import { Diary, type StepName } from './diary.ts'
import { watchFileCalls } from './file-calls.ts'
import { HoppingClock } from './hopping-clock.ts'
import { CURRENT, type Order, type Path, type Place, TAG } from './order.ts'
import { openStore } from './stores.ts'
import { Tripwire } from './tripwire.ts'
import { watched } from './watched.ts'

/** A little more than what has to lie between two sweeps, in ms. */
export const AN_HOUR: number = 61 * 60 * 1000

/** What came when it was asked for. */
export interface Got {
  readonly digest: string
  readonly outcome: string
}

/** What a life works with: the store on the tripwire, a clock that can hop, and the diary that outlives it. */
export class Workplace {
  readonly order: Order
  readonly diary: Diary
  readonly clock: HoppingClock
  readonly tripwire: Tripwire

  constructor(order: Order) {
    this.order = order
    this.diary = new Diary(order.diary)
    this.clock = new HoppingClock(order.ahead, (ahead) => this.diary.note({ name: 'hop', ahead }))
    this.tripwire = new Tripwire(this.diary, order.point)
  }

  async prepare(): Promise<void> {
    await watchFileCalls(this.tripwire)
    if (this.order.from === 'recovery') this.tripwire.arm()
  }

  store(place: Place): Store {
    return watched(this.bare(place), this)
  }

  /** The same, unwatched. */
  bare(place: Place): Store {
    return openStore(this.order.store, this.order.folder, { place, clock: this.clock })
  }

  /** As a program would have it: memory before the store. */
  busy(): CachedFetch {
    return this.#listened(
      createCachedFetch({ ...this.#options, tiers: [memory({ maxEntryBytes: '64KB' }), this.store('cache')] }),
    )
  }

  /** Only what is at rest. */
  quiet(place: Place): CachedFetch {
    return this.#listened(createCachedFetch({ ...this.#options, tiers: [this.store(place)], mode: 'offline' }))
  }

  get #options(): Options {
    return {
      clock: this.clock,
      fallback: { cooldown: 0 },
      retry: { attempts: 3, minDelay: '5ms', maxDelay: '50ms' },
      rules: [
        { match: '/tagged/*', tags: [TAG] },
        // The others keep two: to read them all again takes most of a life.
        { match: '/big', versions: { keep: 1 } },
      ],
    }
  }

  #listened(fetch: CachedFetch): CachedFetch {
    fetch.on('warning', ({ url, warning }) => this.diary.note({ name: 'heard', what: `warning: ${warning} (${url})` }))
    fetch.on('tier-error', ({ tier, operation, error }) =>
      this.diary.note({ name: 'heard', what: `tier-error: ${tier}.${operation}: ${error.message}` }),
    )
    return fetch
  }

  url(path: Path): string {
    return this.order.origin + path
  }

  /** Asks for it; acknowledged once the body has been read to its end. */
  get(fetch: CachedFetch, { name, path, init = {} }: { name: StepName; path: Path; init?: Init }): Promise<Got> {
    const facts = [
      { about: `held ${path}`, value: CURRENT },
      { about: `fresh ${path}`, value: 'yes' },
    ]
    return this.diary.during({ name, path }, () =>
      this.diary.making(facts, async () => {
        const response = await fetch(this.url(path), init)
        const digest = sha256(new Uint8Array(await response.arrayBuffer()))
        if (response.status !== 200) throw new Error(`${path}: status ${response.status}`)
        return { digest, outcome: inspect(response)?.outcome ?? 'none' }
      }),
    )
  }
}
