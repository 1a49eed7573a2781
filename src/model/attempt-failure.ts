import type { Forward } from './cache-status.ts'
import type { Attempt, ErrorCode } from './errors.ts'
import { byKind, type InstanceOf, say } from './kind.ts'
import type { RedirectFacts } from './record.ts'
import type { ResponseHead, StoredBody } from './rooms.ts'

/** An answer whose status says that the origin could not: handed to the caller when nothing better comes. */
export interface FailedAnswer {
  readonly head: ResponseHead
  /** Undefined: the caller said what bytes it takes, and these are not to be handed out. */
  readonly body: Uint8Array | StoredBody | undefined
}

interface FailureFacts {
  readonly retry: 'yes' | 'never'
  /** Milliseconds that the origin asked to be left alone. */
  readonly retryAfter?: number | undefined
  readonly answer?: FailedAnswer
  /** SHA-256 of the bytes that were refused, hex. */
  readonly refused?: string
  readonly redirects?: RedirectFacts | undefined
  readonly cause?: unknown
}

/**
 * Why one attempt brought nothing. Plain, and not a HoldfastError: that one is a TypeError, which p-retry never tries again,
 * and it is made at the door, once, out of the last of these.
 */
export class AttemptFailure extends Error {
  static override readonly [Symbol.hasInstance]: InstanceOf = byKind('AttemptFailure')

  readonly code: ErrorCode | 'STATUS'
  readonly retry: 'yes' | 'never'
  readonly retryAfter: number | undefined
  readonly answer: FailedAnswer | undefined
  readonly refused: string | undefined
  /** What had been followed before it failed. */
  readonly redirects: RedirectFacts | undefined
  /** Body bytes by which this attempt moved the download on. */
  gained = 0
  attempts: readonly Attempt[] = []
  /** Why the origin was asked, as its caller's look-up found; undefined where nobody looked. */
  forward: Forward | undefined

  constructor(code: ErrorCode | 'STATUS', message: string, facts: FailureFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'AttemptFailure'
    this.code = code
    this.retry = facts.retry
    this.retryAfter = facts.retryAfter
    this.answer = facts.answer
    this.refused = facts.refused
    this.redirects = facts.redirects ?? facts.answer?.head.redirects
    say('AttemptFailure', this)
  }
}

/** The function behind the side door threw: `cause` is what it threw, and what its callers get. */
export class FunctionFailure extends AttemptFailure {
  static override readonly [Symbol.hasInstance]: InstanceOf = byKind('FunctionFailure')

  constructor(thrown: unknown, retry: 'yes' | 'never') {
    super('HOOK', `the function threw: ${textOf(thrown)}`, { retry, cause: thrown })
    say('FunctionFailure', this)
  }
}

/** Anything may be thrown, also what has no text. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } catch {
    return 'what was thrown has no text'
  }
}
