import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../../src/model/clock.ts'

/** Milliseconds that an unused file stays open: the next chunk of a download or of a reader comes sooner. */
const IDLE = 5_000

/** Unused files kept open at most. */
const KEPT = 32

interface Open {
  readonly handle: Promise<FileHandle>
  users: number
  /** Monotonic milliseconds. */
  idleSince: number
}

/** Keeps files open between two pieces of a body: to open and close one for each would cost more than to write it. */
export class OpenFiles {
  readonly #clock: Clock
  readonly #flags: number
  readonly #open = new Map<string, Open>()
  #timer: { cancel(): void } | undefined

  constructor(clock: Clock, mode: 'read' | 'write') {
    this.#clock = clock
    // A planted link must not lead a write elsewhere, and a planted pipe must not hold us up.
    const guarded = constants.O_NOFOLLOW | constants.O_NONBLOCK
    this.#flags = guarded | (mode === 'write' ? constants.O_RDWR : constants.O_RDONLY)
  }

  async use<T>(path: string, missing: 'make' | 'fail', run: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = this.#open.get(path) ?? this.#add(path, missing)
    file.users++
    try {
      return await run(await file.handle)
    } finally {
      file.users--
      file.idleSince = this.#clock.monotonic()
      if (this.#open.get(path) !== file) await this.#closeUnused(file)
      else this.#closeLater()
    }
  }

  /** The file has been removed: whoever reads it now may finish. */
  async forget(path: string): Promise<void> {
    const file = this.#open.get(path)
    this.#open.delete(path)
    if (file !== undefined) await this.#closeUnused(file)
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    await Promise.all([...this.#open.keys()].map((path) => this.forget(path)))
  }

  #add(path: string, missing: 'make' | 'fail'): Open {
    const file: Open = {
      handle: open(path, this.#flags | (missing === 'make' ? constants.O_CREAT : 0), 0o600),
      users: 0,
      idleSince: 0,
    }
    this.#open.set(path, file)
    // The user of the file sees the failure; the next one tries anew.
    file.handle.catch(() => {
      if (this.#open.get(path) === file) this.#open.delete(path)
    })
    return file
  }

  async #closeUnused(file: Open): Promise<void> {
    if (file.users > 0) return
    const handle = await file.handle.catch(() => undefined)
    await handle?.close()
  }

  #closeLater(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#closeIdle(this.#clock.monotonic() - IDLE)
      if (this.#open.size > 0) this.#closeLater()
    }, IDLE)
    if (this.#open.size > KEPT) this.#closeIdle(Number.POSITIVE_INFINITY)
  }

  /** The longest unused first, as many as must be. */
  #closeIdle(since: number): void {
    for (const [path, file] of this.#open) {
      if (since === Number.POSITIVE_INFINITY && this.#open.size <= KEPT) return
      // A file that does not close is closed by the end of the process.
      if (file.users === 0 && file.idleSince <= since) this.forget(path).catch(() => undefined)
    }
  }
}
