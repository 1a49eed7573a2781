import { mkdir, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock } from '../../../src/model/clock.ts'
import type { Lease } from '../../../src/model/store.ts'
import { fenced, storeFailure } from '../failures.ts'
import { codeOf, unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import { isHeld, type LeaseState, lastState, stateFrom, stateName } from './lease-state.ts'

/** Looks at a lease that somebody else changes at each of them, before it is called a failure. */
const LOOKS = 100

/** Milliseconds after its end that a lease is remembered. A write under one that is forgotten is refused. */
const REMEMBERED = 600_000

/**
 * Leases between processes of one machine, without a lock that a stopped process could keep.
 *
 * A lease is a folder, and its state the name of the one folder in it: `<generation>-<since>-<until>`. To rename that one is to grant, to
 * prolong or to give back, and of several who try only one finds the old name. A fenced write is renamed into place *out of* that
 * folder: once a later generation exists the path is gone, so the kernel itself refuses the late write, at whatever instruction its
 * process was stopped. A new holder throws away what the one before has left in there, and only then has the lease.
 */
export class Leases {
  readonly #layout: Layout
  readonly #clock: Clock

  constructor(layout: Layout, clock: Clock) {
    this.#layout = layout
    this.#clock = clock
  }

  async grant(key: string, ms: number): Promise<Lease | undefined> {
    for (let look = 0; look < LOOKS; look++) {
      const last = await this.#last(key)
      const now = this.#now()
      if (last !== undefined && isHeld(last, now)) return undefined
      // A lease that was forgotten had a lower generation, for no key is granted each millisecond.
      const next = stateFrom(last === undefined ? Math.max(1, now) : last.generation + 1, now, ms)
      const granted = last === undefined ? await this.#begin(key, next) : await this.#change(key, last, next)
      if (!granted) continue
      await this.#clear(key, next)
      return this.#lease(key, next.generation)
    }
    throw storeFailure(`folder ${this.#layout.dir}: the lease ${key} changes at each look at it`)
  }

  /**
   * Renames a file to its place, in one step with the proof that no later generation exists.
   *
   * @throws FENCED unless the fence is of the last generation granted.
   */
  async place(fence: Lease, staged: string, target: string): Promise<void> {
    let path = staged
    for (let look = 0; ; look++) {
      const state = await this.check(fence)
      const inside = join(this.#layout.leaseOf(fence.key), stateName(state), basename(staged))
      try {
        if (path === staged) await rename(staged, inside)
        path = inside
        return await rename(inside, target)
      } catch (error) {
        // Taken over, which the next look shows; or prolonged, and then the file is where the folder is.
        if (codeOf(error) !== 'ENOENT' || look === LOOKS) throw error
      }
    }
  }

  /** @throws FENCED unless the fence is of the last generation granted. */
  async check(fence: Lease): Promise<LeaseState> {
    const state = await this.#last(fence.key)
    if (state?.generation !== fence.generation) throw fenced(fence)
    return state
  }

  /** Removes leases that ended long ago: each of them takes two folders. */
  async forget(): Promise<void> {
    for (const name of (await unlessMissing(readdir(this.#layout.leases))) ?? []) {
      const folder = join(this.#layout.leases, name)
      const state = lastState((await unlessMissing(readdir(folder))) ?? [])
      if (state === undefined || state.until > this.#now() - REMEMBERED) continue
      const gone = this.#layout.staged()
      // Not where somebody takes it at this moment.
      if (!(await renamed(join(folder, stateName(state)), gone))) continue
      await rm(gone, { recursive: true, force: true })
      await rmdir(folder).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error
      })
    }
  }

  #lease(key: string, generation: number): Lease {
    const change = async (ms: (state: LeaseState, now: number) => number | undefined): Promise<boolean> => {
      for (let look = 0; look < LOOKS; look++) {
        const [last, now] = [await this.#last(key), this.#now()]
        const more = last?.generation === generation ? ms(last, now) : undefined
        if (last === undefined || more === undefined) return false
        if (await this.#change(key, last, stateFrom(generation, now, more))) return true
      }
      return false
    }
    return {
      key,
      generation,
      extend: (ms) => change((state, now) => (isHeld(state, now) ? ms : undefined)),
      release: async () => void (await change(() => 0)),
    }
  }

  async #last(key: string): Promise<LeaseState | undefined> {
    return lastState((await unlessMissing(readdir(this.#layout.leaseOf(key)))) ?? [])
  }

  #change(key: string, last: LeaseState, next: LeaseState): Promise<boolean> {
    const folder = this.#layout.leaseOf(key)
    return renamed(join(folder, stateName(last)), join(folder, stateName(next)))
  }

  /** The first state of a lease is made aside: its folder comes with it, and a second one cannot take its place. */
  async #begin(key: string, state: LeaseState): Promise<boolean> {
    const aside = this.#layout.staged()
    return this.#layout.within([this.#layout.staging, this.#layout.leases], async () => {
      await mkdir(join(aside, stateName(state)), { recursive: true, mode: 0o700 })
      if (await renamed(aside, this.#layout.leaseOf(key))) return true
      await rm(aside, { recursive: true, force: true })
      return false
    })
  }

  async #clear(key: string, state: LeaseState): Promise<void> {
    const folder = join(this.#layout.leaseOf(key), stateName(state))
    for (const name of (await unlessMissing(readdir(folder))) ?? []) await unlessMissing(unlink(join(folder, name)))
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}

/** False where the old name is no more, or the new one is taken: somebody else was quicker. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}
