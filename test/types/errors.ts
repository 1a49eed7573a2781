import { cachedFetch, type ErrorCode, HoldfastError } from 'holdfast'

export async function advice(url: string): Promise<string> {
  try {
    return await (await cachedFetch(url)).text()
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const asFetchReportsIt: TypeError = error
    const code: ErrorCode = error.code
    const last = error.attempts.at(-1)
    return `${asFetchReportsIt.message} ${error.method} ${error.url} ${last?.error?.code ?? ''} ${said[code]}`
  }
}

/** Every code that the front door has: a table that has to change with the list. */
const said: Record<ErrorCode, string> = {
  NOT_CACHED: 'nothing is stored',
  DNS: 'no such name',
  CONNECT: 'nobody listens',
  TLS: 'a certificate that is not valid',
  PROTOCOL: 'malformed HTTP',
  TIMEOUT: 'too slow',
  STALLED: 'silent in mid-body',
  TRUNCATED: 'cut',
  BAD_ENCODING: 'broken compression',
  DIGEST: 'other bytes than promised',
  TOO_LARGE: 'too large',
  REDIRECT: 'in a circle',
  REJECTED: 'refused',
  RETRY_AFTER: 'asked to come back much later',
  UNPROVEN: 'perhaps not whole',
  STORE: 'the store failed',
  FENCED: 'somebody else has taken over',
  CLOSED: 'closed',
  HOOK: 'a function of yours threw',
  VERSION_NOT_FOUND: 'no such version',
}

export function mistakes(error: HoldfastError): readonly unknown[] {
  return [
    // @ts-expect-error there is no such code
    error.code === 'ECONNREFUSED',
    // @ts-expect-error attempts are a record of what was
    error.attempts.push(),
  ]
}
