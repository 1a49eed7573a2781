import { HoldfastError } from '../../model/errors.ts'

/** A call of a store that was not answered in time: unlike an error, it has cost its caller all that it could. */
export class Unanswered extends HoldfastError {
  constructor(what: string, limit: number) {
    super('STORE', `${what} did not answer within ${limit} ms (storeTimeout)`)
  }
}
