import type { Clock } from '../../model/clock.ts'
import { HoldfastError } from '../../model/errors.ts'

/** A call of a store that was not answered in time: unlike an error, it has cost its caller all that it could. */
export class Unanswered extends HoldfastError {
  constructor(what: string, limit: number) {
    super('STORE', `${what} did not answer within ${limit} ms (storeTimeout)`)
  }
}

/** What `run` comes to, or {@link Unanswered} after `limit` milliseconds. */
export function withinLimit<T>(
  run: () => Promise<T>,
  { clock, what, limit }: { clock: Clock; what: string; limit: number },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new Unanswered(what, limit)), limit)
    run()
      .then(resolve, reject)
      .finally(() => timer.cancel())
  })
}
