import { type CachedFetch, type Entry, HoldfastError } from 'holdfast'
import type { Diary, StepName } from './diary.ts'
import { type Path, TAG } from './order.ts'
import { AN_HOUR, type Workplace } from './workplace.ts'

const TAGGED = ['/tagged/1', '/tagged/2'] as const

/** A program at work: everything that writes to a store, with an acknowledgement for whatever is done. */
export class Scenario {
  readonly #place: Workplace
  readonly #fetch: CachedFetch

  constructor(place: Workplace, fetch: CachedFetch) {
    this.#place = place
    this.#fetch = fetch
  }

  async play(): Promise<void> {
    if (this.#place.order.strands === 'one') {
      await this.#download()
      await this.#say()
    } else await Promise.all([this.#download(), this.#say()])
    await this.#tidy()
    await this.#fetch.idle()
  }

  /** New content at most addresses; twice, so that versions retire. */
  async #download(): Promise<void> {
    await Promise.all([this.#get('download', '/small'), this.#get('download', '/middle'), this.#get('download', '/doomed')])
    await this.#get('download', '/twin')
    await this.#get('download', '/big')
    await this.#place.get(this.#fetch, { name: 'stream', path: '/stream', init: { holdfast: { delivery: 'streaming' } } })
    await this.#place.get(this.#fetch, { name: 'revalidate', path: '/same', init: { cache: 'no-cache' } })
    await this.#place.get(this.#fetch, { name: 'download', path: '/small', init: { cache: 'reload' } })
    for (const path of TAGGED) await this.#get('download', path)
  }

  async #get(name: StepName, path: Path): Promise<void> {
    await this.#place.get(this.#fetch, { name, path })
  }

  async #say(): Promise<void> {
    for (const path of ['/small', '/same'] as const) await this.#label(path)
    for (const path of ['/middle', '/stream'] as const) await this.#pin(path)
    await this.#policy()
    await this.#invalidate()
    await this.#delete()
  }

  /** Says something of a version; one that was collected meanwhile cannot be spoken of. */
  async #making(about: string, value: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await this.#place.diary.making([{ about, value }], work)
    } catch (error) {
      if (!(error instanceof HoldfastError && error.code === 'VERSION_NOT_FOUND')) throw error
    }
  }

  /** A label of this life, one that comes and goes, and the one that names the last good version. */
  async #label(path: Path): Promise<void> {
    const { diary, life, entry } = this.#of(path)
    await diary.during({ name: 'label', path }, async () => {
      const [newest] = await entry.versions({ limit: 1 })
      if (newest === undefined) return
      const version = newest.id
      const on = (label: string): Promise<void> =>
        this.#making(`label ${path} ${version} ${label}`, 'on', () => entry.label(label, { version }))
      await on(`life-${life}`)
      await on('passing')
      await this.#making(`label ${path} ${version} passing`, 'off', () => entry.unlabel('passing', { version }))
      await on('valid')
    })
  }

  /** The newest version, in place of those pinned before. */
  async #pin(path: Path): Promise<void> {
    const { diary, entry } = this.#of(path)
    await diary.during({ name: 'pin', path }, async () => {
      const [newest] = await entry.versions({ limit: 1 })
      if (newest === undefined) return
      await this.#making(`pin ${path} ${newest.id}`, 'on', () => entry.pin({ version: newest.id }))
      for (const { id } of await entry.versions({ pinned: true, limit: 0 }))
        if (id !== newest.id) await this.#making(`pin ${path} ${id}`, 'off', () => entry.unpin({ version: id }))
    })
  }

  /** Without effect on anything here, and different in each life. */
  async #policy(): Promise<void> {
    const { diary, life, entry } = this.#of('/same')
    for (const stall of [20_000 + life, 30_000 + life]) {
      const policy = { timeouts: { stall } }
      await diary.during({ name: 'policy', path: '/same' }, () =>
        this.#making('policy /same', JSON.stringify(policy), () => entry.setPolicy(policy)),
      )
    }
  }

  async #invalidate(): Promise<void> {
    const { diary } = this.#place
    const stale = TAGGED.map((path) => ({ about: `fresh ${path}`, value: 'no' }))
    await diary.during({ name: 'invalidate' }, () => diary.making(stale, () => this.#fetch.cache.invalidate({ tag: TAG })))
  }

  /** With a large body behind it, which no version names then. */
  async #delete(): Promise<void> {
    const { diary, entry } = this.#of('/doomed')
    await diary.during({ name: 'delete', path: '/doomed' }, () => this.#making('held /doomed', 'none', () => entry.delete()))
  }

  /** What has lost its name goes in the second sweep that finds it so. */
  async #tidy(): Promise<void> {
    const { diary, clock, order } = this.#place
    const { cache } = this.#fetch
    const sweep = (options?: { dryRun: boolean }): Promise<void> =>
      diary.during({ name: 'sweep' }, async () => void (await cache.sweep(options)))
    await sweep()
    if (order.work === 'with a copy') await diary.during({ name: 'copy' }, () => this.#copy())
    clock.hop(AN_HOUR)
    await sweep({ dryRun: true })
    await sweep()
    await diary.during({ name: 'audit' }, async () => {
      const { damaged } = await cache.audit({ repair: true })
      for (const one of damaged) diary.note({ name: 'heard', what: `the audit found damage: ${JSON.stringify(one)}` })
    })
    await sweep()
  }

  /** What stands in the cache by now stands in the copy when it is done. */
  async #copy(): Promise<void> {
    const copy = this.#place.store('copy')
    try {
      await this.#making('copied', 'yes', () => this.#fetch.cache.copyTo(copy))
    } finally {
      await copy.close()
    }
  }

  #of(path: Path): { diary: Diary; life: number; entry: Entry } {
    const { diary, order } = this.#place
    return { diary, life: order.life, entry: this.#fetch.entry(this.#place.url(path)) }
  }
}
