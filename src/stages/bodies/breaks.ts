import { AttemptFailure } from '../../model/attempt-failure.ts'
import { HoldfastError } from '../../model/errors.ts'

/** What those see who were reading, where the bytes themselves were wrong. */
export function refusedAs(because: Error, url: string): HoldfastError {
  const code = because instanceof AttemptFailure && because.code !== 'STATUS' ? because.code : 'TRUNCATED'
  return new HoldfastError(code, because.message, { url, cause: because })
}

/** What those see who were reading when a download was given up: why, where that is ours to tell. */
export function leftAs(because: unknown, url: string): HoldfastError {
  if (because instanceof AttemptFailure) return refusedAs(because, url)
  return because instanceof HoldfastError ? because : broken('the download was given up', url)
}

/** To a reader that was handed a part already, a body that cannot go on is one that was cut. */
export const broken = (what: string, url: string): HoldfastError => new HoldfastError('TRUNCATED', what, { url })
