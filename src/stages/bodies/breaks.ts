import { AttemptFailure } from '../../model/attempt-failure.ts'
import { HoldfastError } from '../../model/errors.ts'

/** What those see who were reading, where the bytes themselves were wrong. */
export function refusedAs(because: Error, url: string): HoldfastError {
  const code = because instanceof AttemptFailure && because.code !== 'STATUS' ? because.code : 'TRUNCATED'
  return new HoldfastError(code, because.message, { url, cause: because })
}

/** To a reader that was handed a part already, a body that cannot go on is one that was cut. */
export const broken = (what: string, url: string): HoldfastError => new HoldfastError('TRUNCATED', what, { url })
