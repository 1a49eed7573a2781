import { nextRound } from '../../../model/clock.ts'
import { HoldfastError } from '../../../model/errors.ts'

/** Records looked at between two rounds of the event loop: some 2 ms of work. */
export const SLICE = 100

/** Lets others run in the middle of long work, and ends it when the instance is closed. */
export class Pace {
  #isOver = false

  end(): void {
    this.#isOver = true
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** @throws HoldfastError CLOSED */
  async round(): Promise<void> {
    this.#goOn()
    await nextRound()
    this.#goOn()
  }

  #goOn(): void {
    if (this.#isOver) throw new HoldfastError('CLOSED', 'this instance is closed')
  }
}

/** Items by the hundred, with a round of the event loop between. */
export async function* slices<T>(items: AsyncIterable<T> | Iterable<T>, pace: Pace): AsyncGenerator<T[]> {
  let slice: T[] = []
  for await (const item of items) {
    slice.push(item)
    if (slice.length < SLICE) continue
    yield slice
    slice = []
    await pace.round()
  }
  if (slice.length > 0) yield slice
}
