import { AttemptFailure } from '../model/attempt-failure.ts'
import { isRefusal } from './rejection.ts'

/** What is said of an obtain that nobody answered: the refusals together, else an answer that was no more than a status, else the first failure. */
export function lastWord(
  failures: readonly AttemptFailure[],
): { readonly name: 'refused' | 'failed'; readonly failure: AttemptFailure } | undefined {
  const refusals = failures.filter(isRefusal)
  const [first] = refusals
  if (first !== undefined)
    return { name: 'refused', failure: first.message === reasons(refusals) ? first : joined(first, refusals) }
  const failure = failures.find(({ answer }) => answer !== undefined) ?? failures[0]
  return failure && { name: 'failed', failure }
}

function joined(first: AttemptFailure, refusals: readonly AttemptFailure[]): AttemptFailure {
  return new AttemptFailure(first.code, reasons(refusals), {
    retry: 'never',
    ...(first.cause !== undefined && { cause: first.cause }),
  })
}

const reasons = (refusals: readonly AttemptFailure[]): string => [...new Set(refusals.map(({ message }) => message))].join('; ')
