import { textOf } from '../../model/attempt-failure.ts'
import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { Progress } from '../../model/settings.ts'

/** Milliseconds between two reports of one download. */
const EVERY = 250

/** Tells how far a download is: at most four times a second, and once at its end. */
export class ProgressReport {
  readonly #clock: Clock
  readonly #tell: (progress: Progress) => unknown
  readonly #fixed: Pick<Progress, 'url' | 'attempt' | 'total' | 'resumedFrom'>
  readonly #from: number
  readonly #startedAt: number
  #toldAt: number

  constructor(facts: {
    clock: Clock
    report: Report
    tell: (progress: Progress) => unknown
    fixed: Pick<Progress, 'url' | 'attempt' | 'total' | 'resumedFrom'>
  }) {
    this.#clock = facts.clock
    this.#fixed = facts.fixed
    this.#from = facts.fixed.resumedFrom ?? 0
    this.#startedAt = facts.clock.monotonic()
    this.#toldAt = this.#startedAt
    this.#tell = (progress) => {
      facts.report('progress', () => progress)
      tellSafely(facts, progress)
    }
  }

  at(bytes: number): void {
    const now = this.#clock.monotonic()
    if (now - this.#toldAt >= EVERY) this.#now(bytes, now)
  }

  end(bytes: number): void {
    this.#now(bytes, this.#clock.monotonic())
  }

  #now(bytes: number, now: number): void {
    this.#toldAt = now
    const seconds = Math.max(now - this.#startedAt, 1) / 1000
    this.#tell({ ...this.#fixed, bytes, bytesPerSecond: Math.round((bytes - this.#from) / seconds) })
  }
}

/** A progress bar that throws must not end a download that others wait for too. */
function tellSafely({ tell, report }: { tell: (progress: Progress) => unknown; report: Report }, progress: Progress): void {
  const failed = (error: unknown): void =>
    report('warning', () => ({ key: '', url: progress.url, warning: `onProgress threw: ${textOf(error)}` }))
  try {
    const answer: unknown = tell(progress)
    if (answer instanceof Promise) answer.catch(failed)
  } catch (error) {
    failed(error)
  }
}
