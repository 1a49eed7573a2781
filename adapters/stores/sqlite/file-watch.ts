import { storeFailure } from '../failures.ts'
import { setAside } from './damage.ts'
import { explained } from './faults.ts'
import type { Patience } from './patience.ts'
import { identityOf, type Place } from './place.ts'

/** Milliseconds between two looks. */
const LOOK_EVERY = 1_000

/** With its log and the index of it, which stay as long as a database is open: what is written to a log without a name ends with the process. */
const allOf = (path: string): string => ['', '-wal', '-shm'].map((ending) => identityOf(path + ending)).join()

/** Knows whether the file is still the one that was opened, and sets it aside when it is damaged. */
export class FileWatch {
  readonly #place: Place
  readonly #mode: 'read' | 'write'
  readonly #patience: Patience
  /** Undefined for a database in memory. */
  readonly #identity: string | undefined
  readonly #all: string
  #lookedAt: number

  constructor({ place, mode, patience }: { place: Place; mode: 'read' | 'write'; patience: Patience }) {
    this.#place = place
    this.#mode = mode
    this.#patience = patience
    this.#identity = identityOf(place.path)
    this.#all = allOf(place.path)
    this.#lookedAt = patience.clock.monotonic()
  }

  /** What is written to files that have been removed or replaced is lost, and SQLite itself would not notice. Looks once a second. */
  gone(): Error | undefined {
    const now = this.#patience.clock.monotonic()
    if (now - this.#lookedAt < LOOK_EVERY || this.#identity === undefined) return undefined
    this.#lookedAt = now
    const { path, file } = this.#place
    let error: unknown
    try {
      if (allOf(path) === this.#all) return undefined
    } catch (cause) {
      error = cause
    }
    return storeFailure(
      `sqlite ${file}: the file, or its -wal or -shm, has been removed or replaced; the next call opens the new one`,
      error,
    )
  }

  /** What is said of a damaged file, once it stands aside. Whoever only reads leaves it where it is. */
  damaged(error: unknown): Error {
    const identity = this.#identity
    if (this.#mode === 'read' || identity === undefined) return explained(this.#place.file, error)
    return setAside(this.#place, { identity, error, time: this.#patience.clock.now() })
  }
}
