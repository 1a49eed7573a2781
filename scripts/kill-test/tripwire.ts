import type { Diary } from './diary.ts'
import type { Counts, OperationKind, Point } from './order.ts'

/** Counts what is done, and kills this process exactly before or after the operation that it was told. */
export class Tripwire {
  readonly #diary: Diary
  readonly #point: Point | undefined
  readonly #counts: Record<OperationKind, number> = { store: 0, sweep: 0, file: 0 }
  #isArmed = false

  constructor(diary: Diary, point: Point | undefined) {
    this.#diary = diary
    this.#point = point
  }

  /** From now on operations count. */
  arm(): void {
    this.#isArmed = true
    this.#diary.note({ name: 'at work' })
  }

  get counts(): Counts {
    return { ...this.#counts }
  }

  /** Does one operation, unless the process ends before it; who asked learns of it, unless the process ends before that. */
  around<T>(kinds: readonly OperationKind[], operation: string, run: () => T): T {
    if (!this.#isArmed) return run()
    for (const kind of kinds) this.#counts[kind]++
    const point = this.#point
    const fate = point !== undefined && kinds.includes(point.of) && this.#counts[point.of] === point.n ? point : undefined
    if (fate?.side === 'before') this.#die(fate, operation)
    const result = run()
    if (fate === undefined) return result
    if (!(result instanceof Promise)) this.#die(fate, operation)
    return (result as Promise<unknown>).then(
      () => this.#die(fate, operation),
      () => this.#die(fate, operation),
    ) as T
  }

  #die(point: Point, operation: string): never {
    this.#diary.note({ name: 'fatal', point, operation, step: this.#diary.step })
    process.kill(process.pid, 'SIGKILL')
    throw new Error('SIGKILL came late')
  }
}
