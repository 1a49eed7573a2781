import type { Call } from '../model/call.ts'
import type { Held, ResponseHead } from '../model/rooms.ts'
import { headFacts } from './candidate.ts'
import { isCoded } from './content-coding.ts'
import { keepable } from './keeping.ts'
import { algorithmsFor, proofOf } from './known-digests.ts'
import { resumable } from './resume.ts'
import { sharingOf } from './sharing.ts'
import { variantOf } from './vary.ts'

/** What is known of a body before its first byte. */
export interface BodyPlan {
  readonly key: string
  readonly url: string
  /** Content-Length, where it speaks of these bytes. */
  readonly expected: number | undefined
  /** False: no tier may have it. */
  readonly storable: boolean
  /** False: no tier that others read may have it. */
  readonly shareable: boolean
  readonly maxEntryBytes: number
  /** True: a function gave it, so that all of it is in memory anyway, and nobody can be asked for it once more. */
  readonly isMade?: boolean
  /** What a later part must fit, where a broken body may be gone on with. */
  readonly partial: { readonly head: ResponseHead; readonly values: string } | undefined
  /** Digests to be taken as the body comes, beside SHA-256, by node:crypto's names. */
  readonly algorithms: readonly string[]
}

export function bodyPlan(call: Call, head: ResponseHead, expected: number | undefined): BodyPlan {
  const storable = keepable(call, head).store
  const facts = headFacts(head)
  const coding = isCoded(head.headers) ? 'coded' : 'plain'
  const goesOn =
    storable &&
    call.settings.resume !== false &&
    resumable(facts, { bytes: 1, coding, proof: proofOf(call, head) }).name === 'resume' &&
    !facts.vary.includes('*')
  return {
    key: call.key,
    url: call.url,
    expected,
    storable,
    shareable: sharingOf(call, head) === 'shareable',
    maxEntryBytes: call.settings.maxEntryBytes,
    isMade: call.origin !== undefined,
    // Cookies are for the caller that fetched, not for a file on disk.
    partial: goesOn
      ? {
          head: { ...head, headers: head.headers.filter(([name]) => name !== 'set-cookie') },
          values: variantOf(facts.vary, call),
        }
      : undefined,
    algorithms: algorithmsFor(call, head),
  }
}

/** A body that is made here, out of one that is stored: it stands where that one may. */
export function derivedPlan(call: Call, { version, tier }: Held): BodyPlan {
  return {
    key: call.key,
    url: call.url,
    expected: undefined,
    storable: tier !== undefined,
    shareable: sharingOf(call, version) === 'shareable',
    maxEntryBytes: call.settings.maxEntryBytes,
    partial: undefined,
    algorithms: [],
  }
}
