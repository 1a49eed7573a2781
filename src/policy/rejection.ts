import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import { HoldfastError } from '../model/errors.ts'
import type { EntryRecord } from '../model/record.ts'
import type { Found, Obtained } from '../model/rooms.ts'
import { hasLabel, refsOf } from './selection.ts'

type Whole = Extract<Obtained, { name: 'whole' }>

/** What is looked at of a version that may be served or not. */
export interface Judged extends Pick<Whole, 'head' | 'proven' | 'attempts'> {
  readonly written: Pick<Whole['written'], 'body' | 'digest'>
}

/** Why these bytes were refused in this entry before: `failed` sticks to the digest, so that the same download is not judged twice. */
export function refusedBefore(entry: EntryRecord | undefined, digest: string): string | undefined {
  for (const { versions } of entry?.variants ?? []) {
    for (const ref of versions) {
      if (ref.digest === digest && hasLabel(ref, 'failed')) return ref.labels?.failed?.reason ?? "it is labelled 'failed'"
    }
  }
  return undefined
}

/** Only what is meant to be the thing itself is judged: no redirect, no part, no error, nothing without a body. */
export function isJudged({ method }: Call, { head: { status } }: Pick<Judged, 'head'>): boolean {
  return method !== 'HEAD' && status >= 200 && status <= 299 && status !== 204 && status !== 205 && status !== 206
}

/** Whether the user's own code has a say. */
export function hasHooks({ settings: { schema, check } }: Call): boolean {
  return schema !== undefined || check !== undefined
}

/** What a schema found, short. */
export function issuesText(issues: readonly unknown[]): string {
  const told = issues.slice(0, 3).map((issue) => {
    const { message, path } = (issue ?? {}) as { message?: unknown; path?: readonly unknown[] }
    const steps = (path ?? []).map((step) => String((step as { key?: unknown } | null)?.key ?? step))
    return `${steps.length > 0 ? `${steps.join('.')}: ` : ''}${String(message)}`
  })
  return told.join('; ').slice(0, 300)
}

/**
 * What an unproven body is to a proven version (its end was told by nothing but the end of its connection): 'displaces' where other bytes
 * would take the proven ones' place; 'confirmed' where they do, since the same came before; else 'no matter'.
 */
export function unproven({ head, written, proven }: Whole, { entry, held }: Found): 'displaces' | 'confirmed' | 'no matter' {
  if (proven || held === undefined || !held.version.proven || head.status !== held.version.status) return 'no matter'
  if (held.version.digest === written.digest) return 'no matter'
  return refsOf(entry).some((ref) => ref.digest === written.digest && hasLabel(ref, 'unproven')) ? 'confirmed' : 'displaces'
}

/** The label under which a version that may not be served is kept; undefined: it is not kept. */
export function labelFor(error: unknown): 'failed' | 'unproven' | undefined {
  if (!(error instanceof AttemptFailure)) return undefined
  return error.code === 'REJECTED' ? 'failed' : error.code === 'UNPROVEN' ? 'unproven' : undefined
}

/** Whether the bytes themselves were refused: others may be taken. A hook that fails says nothing of them. */
export function isRefusal(error: unknown): error is AttemptFailure {
  return labelFor(error) !== undefined
}

/** That a tier could not give a body says nothing of its bytes, whoever met it on his way. */
export function isOfStore(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  return code === 'STORE' || (error instanceof Error && cause instanceof Error && cause !== error && isOfStore(cause))
}

/** What those see who were reading while the body was refused. */
export function brokenOff(error: unknown, { url, method }: Call): Error {
  const code = error instanceof AttemptFailure && error.code !== 'STATUS' ? error.code : 'STORE'
  const attempts = error instanceof AttemptFailure ? error.attempts : []
  return new HoldfastError(code, `what had come was not accepted: ${(error as Error).message}`, {
    url,
    method,
    attempts,
    cause: error,
  })
}

/** One whose own code is still to be asked waits for the whole, whatever its delivery. */
export function patient(call: Call, { judges }: { readonly judges: 'for all' | 'for its first caller' }): Call {
  return judges === 'for all' || !hasHooks(call) ? call : { ...call, settings: { ...call.settings, delivery: 'whole' } }
}

/** What is known of an entry without these bytes: who refused them is not to be answered with them, however many others took them. */
export function withoutBytes(entry: EntryRecord | undefined, digest: string | undefined): EntryRecord | undefined {
  if (entry === undefined || digest === undefined) return entry
  const variants = entry.variants.map((variant) => ({
    ...variant,
    versions: variant.versions.filter((ref) => ref.digest !== digest),
  }))
  return { ...entry, variants }
}
