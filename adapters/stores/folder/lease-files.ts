import { lstat, mkdir, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { storeFailure } from '../failures.ts'
import { isDone, unlessMissing } from './faults.ts'
import { floorOf, raiseFloor } from './floor.ts'
import { type Layout, writerOf } from './layout.ts'
import { type LeaseState, lastState, stateFrom, stateName } from './lease-state.ts'
import type { Writers } from './writers.ts'

/** Milliseconds for which a lease that ran out is remembered. A write under one that is forgotten is refused. */
const REMEMBERED = 600_000

/** The folder of one lease, and the steps that change it. */
export class LeaseFolder {
  readonly path: string
  readonly #layout: Layout

  constructor(layout: Layout, path: string) {
    this.#layout = layout
    this.path = path
  }

  async last(): Promise<LeaseState | undefined> {
    const stats = await unlessMissing(lstat(this.path))
    if (stats === undefined) return undefined
    if (!stats.isDirectory())
      throw storeFailure(`folder ${this.#layout.dir}: ${this.path} is a link or a file where a lease should be. Remove it`)
    return lastState((await unlessMissing(readdir(this.path))) ?? [])
  }

  inside(state: LeaseState): string {
    return join(this.path, stateName(state))
  }

  /** False where somebody else was quicker. */
  change(last: LeaseState, next: LeaseState): Promise<boolean> {
    return renamed(this.inside(last), this.inside(next))
  }

  /**
   * The first state is made aside: the folder of the lease comes with it, and a second one cannot take its place. Its generation is above
   * those of all leases that were forgotten, and so of what this key may have had: that is asked when it stands, for what the key had was
   * forgotten before, and the floor raised before that.
   */
  async begin(now: number, ms: number): Promise<LeaseState | undefined> {
    const first = stateFrom(Math.max(1, now), now, ms)
    const aside = this.#layout.staged()
    const begun = await this.#layout.within([this.#layout.desk, this.#layout.leases], async () => {
      await mkdir(join(aside, stateName(first)), { recursive: true, mode: 0o700 })
      // That there is no folder for leases any more is no other who was quicker.
      return isDone(rename(aside, this.path), 'ENOTEMPTY', 'EEXIST')
    })
    if (!begun) {
      await rm(aside, { recursive: true, force: true })
      return undefined
    }
    const floor = await floorOf(this.#layout)
    if (first.generation > floor) return first
    const above = stateFrom(floor + 1, now, ms)
    return (await this.change(first, above)) ? above : undefined
  }

  /** Throws away what was to be written under the lease before. */
  async clear(state: LeaseState): Promise<void> {
    const folder = this.inside(state)
    for (const name of (await unlessMissing(readdir(folder))) ?? []) await unlessMissing(unlink(join(folder, name)))
  }

  /** What the dead have left in it. */
  async tidy(state: LeaseState, writers: Writers): Promise<void> {
    const folder = this.inside(state)
    for (const name of (await unlessMissing(readdir(folder))) ?? []) {
      if (await writers.isGone(writerOf(name) ?? '', 0)) await unlessMissing(unlink(join(folder, name)))
    }
  }

  /** Not where somebody takes it at this moment. */
  async forget(state: LeaseState): Promise<void> {
    const folder = this.inside(state)
    if (!(await removed(folder))) {
      const gone = this.#layout.staged()
      if (!(await this.#layout.within([this.#layout.desk], () => renamed(folder, gone)))) return
      await rm(gone, { recursive: true, force: true })
    }
    await removed(this.path)
  }
}

/** One that ended in this state. */
export interface EndedLease {
  readonly folder: LeaseFolder
  readonly state: LeaseState
}

/** Forgets the leases that ended long ago, for each of them takes two folders, and tidies up behind the dead. */
export async function tidyLeases(layout: Layout, writers: Writers, now: number): Promise<void> {
  const ended: EndedLease[] = []
  for (const name of (await unlessMissing(readdir(layout.leases))) ?? []) {
    const folder = new LeaseFolder(layout, join(layout.leases, name))
    const state = await folder.last().catch(() => undefined)
    if (state === undefined) continue
    if (state.until <= now - REMEMBERED) ended.push({ folder, state })
    else await folder.tidy(state, writers)
  }
  await forgetLeases(layout, ended)
}

/** Those that nobody has taken meanwhile. */
export async function forgetLeases(layout: Layout, ended: readonly EndedLease[]): Promise<void> {
  if (ended.length === 0) return
  // Not as arguments of Math.max: a crawl may leave more than a call takes.
  await raiseFloor(
    layout,
    ended.reduce((most, { state }) => Math.max(most, state.generation), 0),
  )
  for (const { folder, state } of ended) await folder.forget(state)
}

const IN_THE_WAY = ['ENOENT', 'ENOTEMPTY', 'EEXIST']

/** False where it is not empty, or not there. */
const removed = (folder: string): Promise<boolean> => isDone(rmdir(folder), ...IN_THE_WAY)

/** False where the old name is no more, or the new one is taken. */
const renamed = (from: string, to: string): Promise<boolean> => isDone(rename(from, to), ...IN_THE_WAY)
