import { lstat, rename, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock } from '../../../src/model/clock.ts'
import type { Lease } from '../../../src/model/store.ts'
import { fenced, storeFailure } from '../failures.ts'
import { codeOf, isNoFile, unlessMissing } from './faults.ts'
import { FolderLease } from './folder-lease.ts'
import { GivenBack } from './given-back.ts'
import type { Layout } from './layout.ts'
import { LeaseFolder } from './lease-files.ts'
import { isHeld, type LeaseState, stateFrom } from './lease-state.ts'

/** Looks at a lease that somebody else changes at each of them, before it is called a failure. */
const LOOKS = 100

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
  readonly #givenBack: GivenBack

  constructor(layout: Layout, clock: Clock) {
    this.#layout = layout
    this.#clock = clock
    this.#givenBack = new GivenBack(layout)
  }

  async grant(key: string, ms: number): Promise<Lease | undefined> {
    const folder = this.#folderOf(key)
    for (let look = 0; look < LOOKS; look++) {
      const last = await folder.last()
      const now = this.#now()
      if (last !== undefined && isHeld(last, now)) return undefined
      const next = last === undefined ? await folder.begin(now, ms) : stateFrom(last.generation + 1, now, ms)
      if (next === undefined || (last !== undefined && !(await folder.change(last, next)))) continue
      if (last !== undefined) await folder.clear(next)
      return new FolderLease(key, next, this)
    }
    throw storeFailure(`folder ${this.#layout.dir}: the lease ${key} changes at each look at it`)
  }

  /**
   * Renames a file to its place, in one step with the proof that no later generation exists.
   *
   * @throws FENCED where it was granted to somebody else since, or given back and forgotten.
   */
  async place(fence: Lease, staged: string, target: string): Promise<void> {
    let path = staged
    for (let look = 0; ; look++) {
      const inside = look === 0 ? await this.#insideAtFirst(fence, staged) : await this.#inside(fence, staged)
      try {
        if (path === staged) await rename(staged, inside)
        path = inside
        return await rename(inside, target)
      } catch (error) {
        // Taken over, which the next look shows; or prolonged, and then the file is where the folder is.
        if (codeOf(error) === 'ENOENT' && look < LOOKS) continue
        await this.#discard(fence, inside)
        throw error
      }
    }
  }

  /**
   * Removes a file, in one step with the same proof. False where there is none.
   *
   * @throws FENCED where it was granted to somebody else since, or given back and forgotten.
   */
  async remove(fence: Lease, target: string): Promise<boolean> {
    const name = this.#layout.staged()
    for (let look = 0; look < LOOKS; look++) {
      const inside = await this.#inside(fence, name)
      try {
        await rename(target, inside)
        await this.#discard(fence, inside)
        return true
      } catch (error) {
        if (!isNoFile(error)) throw error
      }
      // Either the file is missing, or the lease was changed: then the next look finds the one where it stands now.
      if ((await this.#inside(fence, name)) === inside) return false
    }
    throw storeFailure(`folder ${this.#layout.dir}: the lease ${fence.key} changes at each look at it`)
  }

  /** Once it stands in the lease's folder a file is gone: where we cannot find it any more a new holder throws it away. */
  async #discard(fence: Lease, inside: string): Promise<void> {
    let path: string | undefined = inside
    for (let look = 0; look < LOOKS && path !== undefined; look++) {
      const gone = await unlessMissing(unlink(path).then(() => true)).catch(() => true)
      if (gone === true) return
      const now: string | undefined = await this.#inside(fence, inside).catch(() => undefined)
      path = now === path ? undefined : now
    }
  }

  async extend(lease: FolderLease, ms: number): Promise<boolean> {
    return this.#change(lease, (state, now) => (isHeld(state, now) ? ms : undefined))
  }

  async release(lease: FolderLease): Promise<void> {
    if (await this.#change(lease, () => 0)) this.#givenBack.add({ folder: this.#folderOf(lease.key), state: lease.state })
  }

  /** Resolves when what was given back is forgotten. */
  settled(): Promise<void> {
    return this.#givenBack.settled()
  }

  /** @throws FENCED where it was granted to somebody else since, or given back and forgotten. */
  async check(fence: Lease): Promise<LeaseState> {
    const state = await this.#folderOf(fence.key).last()
    if (state?.generation !== fence.generation) throw fenced(fence)
    return state
  }

  /**
   * Before anything is done in vain. Where its holder left it one look is enough.
   *
   * @throws FENCED as {@link check}.
   */
  async checkAtFirst(fence: Lease): Promise<void> {
    const state = stateKnown(fence)
    const stands = state && (await unlessMissing(lstat(this.#folderOf(fence.key).inside(state))))
    if (stands === undefined) await this.check(fence)
  }

  /** Where its holder left it: a rename into what is no more fails, and then is the time to look. */
  async #insideAtFirst(fence: Lease, path: string): Promise<string> {
    const state = stateKnown(fence)
    return state === undefined ? this.#inside(fence, path) : join(this.#folderOf(fence.key).inside(state), basename(path))
  }

  async #inside(fence: Lease, path: string): Promise<string> {
    return join(this.#folderOf(fence.key).inside(await this.check(fence)), basename(path))
  }

  /** False where it is no longer its holder's, or `ms` says that it has ended. */
  async #change(lease: FolderLease, ms: (state: LeaseState, now: number) => number | undefined): Promise<boolean> {
    const folder = this.#folderOf(lease.key)
    for (let look = 0; look < LOOKS; look++) {
      const [last, now] = [look === 0 ? lease.state : await folder.last(), this.#now()]
      const more = last?.generation === lease.generation ? ms(last, now) : undefined
      if (last === undefined || more === undefined) return false
      const next = stateFrom(lease.generation, now, more)
      if (!(await folder.change(last, next))) continue
      lease.state = next
      return true
    }
    return false
  }

  #folderOf(key: string): LeaseFolder {
    return new LeaseFolder(this.#layout, this.#layout.leaseOf(key))
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}

/** Of a lease that was granted here. */
function stateKnown(fence: Lease): LeaseState | undefined {
  return fence instanceof FolderLease ? fence.state : undefined
}
