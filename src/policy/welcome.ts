/**
 * What the head of an answer is to a download: 'not-modified' confirms the stored version; 'failed' is worth another try;
 * 'refused' is a failure that asking again does not mend; 'unasked' is not an answer to what was asked; 'part' answers a question for the rest of a body;
 * 'whole' is an answer, whatever its status (404 and 410 are answers).
 */
export type Welcome = 'not-modified' | 'failed' | 'refused' | 'unasked' | 'part' | 'whole'

export interface Asking {
  /** Validators of a stored version were sent. */
  readonly conditional: boolean
  /** The rest of a broken body was asked for. */
  readonly resuming: boolean
  /** The caller's own Range was sent on. */
  readonly callersRange: boolean
  /** The caller's own If-None-Match and the like were sent on. */
  readonly callersConditions: boolean
  readonly statusCodes: readonly number[]
  /** The origin says for how long this error holds, and the call takes HTTP by its letter: it is an answer (RFC 9111 3). */
  readonly statesFreshness: boolean
}

export function welcome(
  status: number,
  { conditional, resuming, callersRange, callersConditions, statusCodes, statesFreshness }: Asking,
): Welcome {
  if (status === 304 && !callersConditions) return conditional ? 'not-modified' : 'unasked'
  if (resuming && (status === 200 || status === 206 || status === 416)) return 'part'
  if (status === 206 && !callersRange) return 'unasked'
  if (statesFreshness && !resuming) return 'whole'
  if (statusCodes.includes(status)) return 'failed'
  // In the middle of a resume the origin had the file a moment ago: an error page is not the file, and no answer to the question.
  if (resuming) return 'failed'
  return status >= 500 ? 'refused' : 'whole'
}
