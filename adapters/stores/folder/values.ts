import { constants } from 'node:fs'
import { link, lstat, open, rename, unlink, utimes } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import { isConfined } from '../../../src/model/confined.ts'
import type { Lease, StoreEntry } from '../../../src/model/store.ts'
import { groupOf, groupsSparedBy, isStatistics } from '../key-group.ts'
import { wholeEnd } from '../options.ts'
import { cost } from './census.ts'
import { unless, unlessMissing, unlessNoFile } from './faults.ts'
import type { Layout } from './layout.ts'
import type { Leases } from './leases.ts'
import { signOf } from './names.ts'
import type { Recency } from './recency.ts'
import type { Space } from './space.ts'
import type { Slots } from './turns.ts'
import { type Damaged, readValueFile, valueBytes, valueFile } from './value-file.ts'

const WRITE = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/** A value as its file will be. */
export interface Prepared {
  readonly key: string
  readonly file: Buffer
  readonly ends: boolean
}

interface Staged {
  readonly entry: Prepared
  readonly path: string
}

export interface ValueFacts {
  readonly layout: Layout
  readonly clock: Clock
  readonly leases: Leases
  readonly space: Space
  readonly recency: Recency
  readonly slots: Slots
  /** Told of a value that is damaged, and so given up. */
  readonly damaged: (lost: { key: string; bytes: number; file: Damaged }) => void
}

/** Before the first await of a write: the caller may do with its arrays what it likes. */
export function prepared({ key, value, expires }: StoreEntry): Prepared {
  const end = wholeEnd(expires)
  return { key, file: valueFile({ key, value, expires: end ?? Number.POSITIVE_INFINITY }), ends: end !== undefined }
}

/**
 * One file for each value. It is written beside, brought to the disk and renamed, so at any instruction the old one or the new one stands.
 * The names themselves are brought there by the system in its own time: a loss of power may take the last renames back, and no more.
 */
export class Values {
  readonly #facts: ValueFacts

  constructor(facts: ValueFacts) {
    this.#facts = facts
  }

  async get(key: string, recency: 'touch' | 'keep'): Promise<Uint8Array | undefined> {
    const { layout, clock, slots, damaged } = this.#facts
    const path = layout.fileOf(key)
    const found = await slots.run(() => readValueFile(path, key))
    if (found?.state === 'damaged') damaged({ key, bytes: valueBytes(key, found.bytes), file: found })
    if (found?.state !== 'whole' || found.expires <= clock.now()) return undefined
    if (recency === 'touch') this.#touch(key, path)
    return found.value
  }

  /** They come into their places one after the other, in the order given. */
  async put(entries: readonly Prepared[], fence: Lease | undefined): Promise<void> {
    const { layout, leases, space } = this.#facts
    if (fence !== undefined) await leases.checkAtFirst(fence)
    const [first] = entries
    if (first === undefined) return
    const bytes = entries.reduce((sum, { file }) => sum + cost(file.length), 0)
    const groups = [...new Set(entries.flatMap(({ key }) => groupsSparedBy(key)))]
    const folders = [layout.desk, ...new Set(entries.map(({ key }) => layout.folderOf(key)))]
    await layout.within(folders, async () => {
      // The first of them stands for all until they are there.
      const marker = layout.staged(bytes)
      const left = new Set(entries.map((entry): Staged => ({ entry, path: entry === first ? marker : layout.staged() })))
      try {
        await (await open(marker, 'wx', 0o600)).close()
        await space.during({ bytes, groups }, (ledger) => this.#write(left, fence, ledger))
      } finally {
        await Promise.allSettled([...left].map(({ path }) => unlink(path)))
      }
    })
  }

  /** Takes out what has come into its place. */
  async #write(left: Set<Staged>, fence: Lease | undefined, ledger: { freed: number }): Promise<void> {
    for (const { entry } of left) ledger.freed += cost(entry.file.length)
    const written = await Promise.allSettled([...left].map((each) => this.#stage(each)))
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason
    for (const each of left) {
      ledger.freed += (await this.#place(each, fence)) - cost(each.entry.file.length)
      left.delete(each)
    }
  }

  #stage({ path, entry }: Staged): Promise<void> {
    return this.#facts.slots.run(async () => {
      // The time of a file is when its group was used: this is no use, and alone it is the first to go. Nor is it worth a wait for the disk.
      const isStatistic = isStatistics(entry.key)
      const file = await open(path, !isStatistic && isConfined() ? WRITE | constants.O_DSYNC : WRITE, 0o600)
      try {
        await file.writeFile(entry.file)
        // By its path: under the permission model an open file has no times that could be set.
        if (isStatistic) await utimes(path, 0, 0)
        else if (!isConfined()) await file.datasync()
      } finally {
        await file.close()
      }
    })
  }

  /** Gives what the file before took. */
  async #place({ entry, path }: Staged, fence: Lease | undefined): Promise<number> {
    const target = this.#facts.layout.fileOf(entry.key)
    const before = await unlessMissing(lstat(target))
    // Before the value: a sign too many costs a look, one too few would list what has expired.
    if (entry.ends) await (await open(signOf(target), WRITE, 0o600)).close()
    if (fence === undefined) await rename(path, target)
    else await this.#facts.leases.place(fence, path, target)
    this.#touch(entry.key, target)
    return before === undefined ? 0 : cost(before.size)
  }

  async remove(keys: readonly string[], fence: Lease | undefined): Promise<void> {
    const { leases, layout, slots, space } = this.#facts
    if (fence !== undefined) await leases.check(fence)
    const one = (key: string): Promise<number> => slots.run(() => this.#removeFile(layout.fileOf(key), fence))
    const outcomes = await Promise.allSettled(keys.map(one))
    space.giveBack(outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** Gives what it took. A folder in its place is none of ours, and stays. */
  async #removeFile(path: string, fence: Lease | undefined): Promise<number> {
    const before = await unlessNoFile(lstat(path))
    if (before === undefined || before.isDirectory()) return 0
    const removed =
      fence === undefined ? await unlessMissing(unlink(path).then(() => true)) : await this.#facts.leases.remove(fence, path)
    if (removed !== true) return 0
    await unlessMissing(unlink(signOf(path)))
    return cost(before.size)
  }

  /** Takes a file away that was found damaged, unless another has come into its place since. */
  async removeDamaged(key: string, { file, bytes }: Damaged): Promise<void> {
    const { layout, space } = this.#facts
    const [path, aside] = [layout.fileOf(key), layout.staged()]
    const taken = await layout.within([layout.desk], () => unlessMissing(rename(path, aside).then(() => true)))
    if (taken !== true) return
    const isOther = (await lstat(aside, { bigint: true })).ino !== file
    // A still later one may stand there by now, and that is right too.
    if (isOther) await link(aside, path).catch(unless('EEXIST'))
    await unlink(aside)
    if (!isOther) space.giveBack(cost(bytes))
  }

  #touch(key: string, path: string): void {
    const group = groupOf(key)
    if (group !== undefined && !isStatistics(key)) this.#facts.recency.touch(group, path)
  }
}
