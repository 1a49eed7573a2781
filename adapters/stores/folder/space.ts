import { unlink } from 'node:fs/promises'
import { storeFailure } from '../failures.ts'
import { type CountedFile, census, filesOf, heldGroups, stagedBytes } from './census.ts'
import { unlessMissing } from './faults.ts'
import { InUse } from './in-use.ts'
import { signOf } from './names.ts'
import { type Candidate, Oldest } from './oldest.ts'
import type { SpaceFacts, Wanted } from './wanted.ts'

/** Counts of all files within one write, before it is refused: each finds what was used meanwhile. */
const COUNTS = 3

/**
 * Keeps the folder within its bound, in whole blocks of all values and bodies, over all processes that write there.
 *
 * The bound is hard: bytes are counted before they are written, and what they replace counts until it is gone. Folders and leases are not
 * counted.
 */
export class Space {
  readonly #facts: SpaceFacts
  readonly #writing = new InUse()
  #candidates: Candidate[] = []
  /** Of what is never given up; undefined before the first count. */
  #fixed: number | undefined
  /** The groups that pins held at the last count. */
  #held: ReadonlySet<string> = new Set()
  /** The group that is about to be given up, until somebody writes there. */
  #going: string | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(facts: SpaceFacts) {
    this.#facts = facts
  }

  /**
   * Does work that takes room. A staged file already names these bytes. The work notes how many are free after it, of those that it took
   * and of those that it replaced.
   *
   * @throws STORE where there can be no room.
   */
  async during(wanted: Wanted, work: (ledger: { freed: number }) => Promise<void>): Promise<void> {
    await this.within(wanted.groups, async () => {
      await this.#take(wanted)
      const ledger = { freed: 0 }
      try {
        await work(ledger)
      } finally {
        this.giveBack(ledger.freed)
      }
    })
  }

  /** Does work in room that was claimed before. */
  within(groups: readonly string[], work: () => Promise<void>): Promise<void> {
    if (this.#going !== undefined && groups.includes(this.#going)) this.#going = undefined
    return this.#writing.during(groups, work)
  }

  get maxBytes(): number {
    return this.#facts.maxBytes
  }

  /** Takes room that a staged file names already, where nothing has to go for it. Given back by {@link giveBack}. */
  async claim(bytes: number): Promise<boolean> {
    if ((await this.#counted(bytes)) <= this.maxBytes) return true
    this.giveBack(bytes)
    return false
  }

  /** Bytes that are free again. Nobody waits for it; where it cannot be noted the next write counts. */
  giveBack(bytes: number): void {
    if (bytes === 0) return
    const { tally } = this.#facts
    tally.add(-bytes).catch(() => tally.doubt().catch(() => undefined))
  }

  async settled(): Promise<void> {
    await this.#last
    await this.#facts.tally.settled()
  }

  async #take(wanted: Wanted): Promise<void> {
    const { bytes } = wanted
    if (bytes > this.#facts.maxBytes) throw this.#noRoom(bytes)
    const sum = await this.#counted(bytes)
    if (sum <= this.#facts.maxBytes) return
    const room = this.#last.then(() => this.#makeRoom(wanted))
    this.#last = room.catch(() => undefined)
    try {
      await room
    } catch (error) {
      this.giveBack(bytes)
      throw error
    }
  }

  async #counted(bytes: number): Promise<number> {
    for (let look = 0; look < COUNTS; look++) {
      const sum = await this.#facts.tally.add(bytes)
      if (sum !== undefined) return sum
      await this.#facts.tally.recount(() => this.#count())
    }
    throw storeFailure(`folder ${this.#facts.layout.dir}: the count of its bytes is removed again and again`)
  }

  async #makeRoom(wanted: Wanted): Promise<void> {
    const { maxBytes, tally } = this.#facts
    let [sum, counts] = [await this.#sum(), 0]
    let checked = false
    while (sum > maxBytes) {
      const candidate = this.#fixed === undefined ? undefined : this.#candidates.shift()
      if (candidate === undefined) {
        if (counts++ === COUNTS) throw this.#noRoom(wanted.bytes)
        sum = await tally.recount(() => this.#count())
        if (this.#candidates.length === 0 && sum > maxBytes) throw this.#noRoom(wanted.bytes)
        continue
      }
      // Before anything is given up in vain.
      if (!checked) await this.#check(wanted).catch((error: unknown) => this.#unused(candidate, error))
      checked = true
      if (await this.#giveUp(candidate)) sum = await this.#sum()
    }
  }

  async #sum(): Promise<number> {
    const { tally } = this.#facts
    return (await tally.add(0)) ?? tally.recount(() => this.#count())
  }

  #unused(candidate: Candidate, error: unknown): never {
    this.#candidates.unshift(candidate)
    throw error
  }

  async #check({ bytes, groups }: Wanted): Promise<void> {
    const { layout, maxBytes } = this.#facts
    const own = await Promise.all(groups.filter((group) => !this.#held.has(group)).map((group) => filesOf(layout, group)))
    const staying = own.flat().reduce((sum, file) => sum + file.cost, this.#fixed ?? 0)
    if (bytes + staying > maxBytes) throw this.#noRoom(bytes)
  }

  /** All that stands there and all that is about to. What has expired goes. */
  async #count(): Promise<number> {
    const { layout, clock, recency } = this.#facts
    await recency.mark()
    const now = clock.now()
    const oldest = new Oldest(now)
    // First: what comes to its place meanwhile is counted twice rather than not at all.
    let sum = await stagedBytes(layout)
    let fixed = 0
    const held = await heldGroups(layout, now)
    for await (const files of census(layout)) {
      for (const file of files) {
        if (file.expires <= now && (await this.#remove(file))) continue
        sum += file.cost
        if (file.group === undefined || held.has(file.group)) fixed += file.cost
        else oldest.add(file)
      }
    }
    this.#fixed = fixed
    this.#held = held
    this.#candidates = oldest.take()
    return sum
  }

  /** False where the group is in use, or held, or has been used since it was counted: its turn comes after the next count. */
  async #giveUp({ group, used }: Candidate): Promise<boolean> {
    const { layout, recency, givenUp } = this.#facts
    if (this.#writing.has(group) || recency.usedAt(group) > used) return false
    this.#going = group
    const files = await filesOf(layout, group)
    if (files.some((file) => file.used > used && file.used <= this.#facts.clock.now())) return false
    // Last, as it may have been pinned since it was counted. A pin that comes still later ends `#going`.
    if ((await heldGroups(layout, this.#facts.clock.now(), group)).has(group)) return false
    let freed = 0
    for (const file of files) {
      if (this.#going !== group) break
      if (!(await this.#remove(file))) continue
      freed += file.cost
      givenUp(file)
    }
    this.giveBack(freed)
    return true
  }

  /** False where it was gone already. */
  async #remove({ path, kind, expires }: CountedFile): Promise<boolean> {
    const removed = await unlessMissing(unlink(path).then(() => true))
    if (removed === true && kind === 'value' && Number.isFinite(expires)) await unlessMissing(unlink(signOf(path)))
    return removed === true
  }

  #noRoom(bytes: number): Error {
    const { layout, maxBytes } = this.#facts
    return storeFailure(
      `folder ${layout.dir}: ${bytes} bytes more do not fit into maxBytes (${maxBytes}) beside what is pinned. Give a larger maxBytes, or a store of its own`,
    )
  }
}
