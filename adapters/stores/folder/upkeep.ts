import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../src/model/clock.ts'
import { unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import { tidyLeases } from './lease-files.ts'
import type { Writers } from './writers.ts'

/** Milliseconds between two looks. */
const EVERY = 600_000

/** Looks for what the dead have left: files half written, and leases that ended long ago. */
export class Upkeep {
  readonly #layout: Layout
  readonly #writers: Writers
  readonly #clock: Clock
  #next = 0
  #running: Promise<void> = Promise.resolve()

  constructor({ layout, writers, clock }: { layout: Layout; writers: Writers; clock: Clock }) {
    this.#layout = layout
    this.#writers = writers
    this.#clock = clock
  }

  /** Looks behind the call in hand, where it is time. What cannot be removed now is found by the next look. */
  consider(): void {
    const now = this.#clock.monotonic()
    if (now < this.#next) return
    this.#next = now + EVERY
    this.#running = this.#look().catch(() => undefined)
  }

  ended(): Promise<void> {
    return this.#running
  }

  async #look(): Promise<void> {
    const { staging } = this.#layout
    for (const name of (await unlessMissing(readdir(staging))) ?? []) {
      const path = join(staging, name)
      const left = await unlessMissing(stat(path))
      if (left !== undefined && (await this.#writers.isGone(name, this.#clock.now() - left.mtimeMs)))
        await rm(path, { recursive: true, force: true })
    }
    await tidyLeases(this.#layout, this.#writers, this.#clock.now())
  }
}
