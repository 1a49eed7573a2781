import type { KeyvLike } from './shape.ts'

interface Running {
  error: unknown
}

/**
 * Keyv answers a failure with `undefined` or `false`, and tells of it by an 'error' event that names no call. So each call that runs while
 * an error is reported counts as failed, unless its answer proves the contrary: a miss too many is better than a wrong one.
 */
export class Reports {
  readonly #keyv: KeyvLike
  readonly #running = new Set<Running>()
  readonly #hear = (error: unknown): void => {
    for (const running of this.#running) running.error ??= error
  }

  constructor(keyv: KeyvLike) {
    this.#keyv = keyv
    keyv.on?.('error', this.#hear)
  }

  async during<T>(run: () => T | Promise<T>): Promise<{ answer: T; reported: unknown }> {
    const running: Running = { error: undefined }
    this.#running.add(running)
    try {
      const answer = await run()
      return { answer, reported: running.error }
    } finally {
      this.#running.delete(running)
    }
  }

  end(): void {
    this.#keyv.off?.('error', this.#hear)
  }
}
