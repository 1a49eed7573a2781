import { type HeaderList, headerOf } from '../model/headers.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { type ContentRange, parseContentRange } from './content-range.ts'
import { parseEntityTag, stronglyEqual } from './entity-tag.ts'

/** RFC 9110 8.8.2.2 asks for one second; a minute is more than clocks of one server farm differ (RFC 7232 2.2.2). */
const SURELY_LATER = 60_000

export type Resumability =
  /** Ask for `bytes=<from>-` under this If-Range; without one, a known digest of the whole is to prove that the parts belong together. */
  | { readonly name: 'resume'; readonly from: number; readonly ifRange: string | undefined }
  | { readonly name: 'restart'; readonly reason: 'nothing kept' | 'coded' | 'status' | 'weak validator' | 'no validator' }

/** What is here of a broken body, and what will prove the whole. */
export interface Keeping {
  readonly bytes: number
  readonly coding: 'coded' | 'plain'
  readonly proof: 'validator' | 'digest'
}

/**
 * May a broken body be continued? Only under a strong validator: of two versions with the same weak one, the bytes differ. And only
 * where the bytes kept are those of the wire: an offset into decoded ones means nothing there.
 */
export function resumable(facts: ResponseFacts, kept: Keeping): Resumability {
  const verdict = underValidator(facts, kept)
  const unproven = verdict.name === 'restart' && (verdict.reason === 'weak validator' || verdict.reason === 'no validator')
  return unproven && kept.proof === 'digest' ? { name: 'resume', from: kept.bytes, ifRange: undefined } : verdict
}

function underValidator(facts: ResponseFacts, kept: Keeping): Resumability {
  if (kept.bytes === 0) return { name: 'restart', reason: 'nothing kept' }
  if (kept.coding === 'coded') return { name: 'restart', reason: 'coded' }
  if (facts.status !== 200) return { name: 'restart', reason: 'status' }
  if (facts.etag !== undefined) {
    // RFC 9110 13.1.5: neither a weak tag, nor a date where there is a tag.
    return facts.etag.weak
      ? { name: 'restart', reason: 'weak validator' }
      : { name: 'resume', from: kept.bytes, ifRange: facts.etag.text }
  }
  if (facts.lastModified === undefined) return { name: 'restart', reason: 'no validator' }
  const strong = facts.date !== undefined && facts.date - facts.lastModified.at >= SURELY_LATER
  return strong
    ? { name: 'resume', from: kept.bytes, ifRange: facts.lastModified.text }
    : { name: 'restart', reason: 'weak validator' }
}

/** Bytes asked for a second time. */
const OVERLAP = 1024

/**
 * Where a part is asked to begin, `kept` bytes being here: a little before their end. What comes again must be equal. That proves nothing,
 * but a part under a wrong label is nearly always noticed by it.
 */
export function rangeFrom(kept: number): number {
  return kept - Math.min(OVERLAP, Math.floor(kept / 2))
}

/** What was kept of a body, and what shows that a part belongs to it. */
export interface Kept {
  /** Bytes kept. */
  readonly bytes: number
  /** The whole's size, where the first answer told it. */
  readonly total: number | undefined
  /** Where the first answer came from, after redirects: a validator belongs to one URL. */
  readonly url: string
  readonly facts: ResponseFacts
  /** 'digest': a known digest of the whole will prove it, so validators need not. */
  readonly proof: 'validator' | 'digest'
}

export interface PartHead {
  readonly status: number
  readonly headers: HeaderList
  readonly url: string
}

export type PartVerdict =
  /** Read `length` bytes, no more. The first `overlap` are kept already and must be equal; the rest goes behind. `total` is the whole's size. */
  | { readonly name: 'append'; readonly overlap: number; readonly length: number; readonly total: number }
  /** Nothing is missing. */
  | { readonly name: 'done' }
  /** This very answer is the whole, from its first byte. */
  | { readonly name: 'whole' }
  /** Not about ranges at all: judge it as any answer to an attempt, and keep what is kept. */
  | { readonly name: 'unrelated' }
  /** Throw away what is kept, and ask without a range. */
  | { readonly name: 'restart'; readonly reason: PartRefusal }

export type PartRefusal =
  | 'content-range'
  | 'starts later'
  | 'total differs'
  | 'total unknown'
  | 'length differs'
  | 'coded'
  | 'another URL'
  | 'another validator'
  | 'unsatisfied'

/** Does the answer to a ranged request continue what is kept (RFC 9110 15.3.7, 14.4)? In doubt it does not: right bytes or no bytes. */
export function checkPart(part: PartHead, kept: Kept): PartVerdict {
  const range = parseContentRange(headerOf(part.headers, 'content-range'))
  if (part.status === 416) return checkUnsatisfied(part, range, kept)
  if (part.status === 200) return checkWhole(part, range)
  if (part.status !== 206) return { name: 'unrelated' }
  if (range?.name !== 'part') return restart('content-range')
  const reason = refusal(part, range, kept)
  if (reason !== undefined) return restart(reason)
  const total = range.total ?? kept.total
  if (total === undefined) return restart('total unknown')
  return { name: 'append', overlap: kept.bytes - range.from, length: range.to - range.from + 1, total }
}

function restart(reason: PartRefusal): PartVerdict {
  return { name: 'restart', reason }
}

function refusal(part: PartHead, range: ContentRange & { name: 'part' }, kept: Kept): PartRefusal | undefined {
  const coding = headerOf(part.headers, 'content-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'identity') return 'coded'
  if (range.from > kept.bytes) return 'starts later'
  if (range.total !== undefined && kept.total !== undefined && range.total !== kept.total) return 'total differs'
  // Without a total in the part, only an end that is the known one shows that the sizes agree.
  if (range.total === undefined && kept.total !== undefined && range.to + 1 !== kept.total) return 'total unknown'
  const length = headerOf(part.headers, 'content-length')
  // What comes behind the part is not read; a part that says that it is shorter than its own label is not to be trusted.
  if (length !== undefined && !(Number(length) >= range.to - range.from + 1)) return 'length differs'
  // What is there already brings nothing, and an answer that never moves on would be asked for ever; unless nothing is missing.
  if (range.to < kept.bytes && !(range.to + 1 === kept.bytes && range.total === kept.bytes)) return 'content-range'
  return isOfTheSame(part, kept)
}

/** The 206's own validator counts, not our If-Range alone: there are servers that ignore it. */
function isOfTheSame(part: PartHead, kept: Kept): PartRefusal | undefined {
  if (kept.proof === 'digest') return undefined
  if (part.url !== kept.url) return 'another URL'
  if (kept.facts.etag !== undefined) {
    return stronglyEqual(parseEntityTag(headerOf(part.headers, 'etag')), kept.facts.etag) ? undefined : 'another validator'
  }
  const date = headerOf(part.headers, 'last-modified')?.trim()
  return date !== undefined && date === kept.facts.lastModified?.text ? undefined : 'another validator'
}

/** There are servers that send the part with status 200, so the field is looked at before the status. */
function checkWhole(part: PartHead, range: ContentRange | undefined): PartVerdict {
  if (headerOf(part.headers, 'content-range') === undefined) return { name: 'whole' }
  const covers = range?.name === 'part' && range.from === 0 && range.total !== undefined && range.to === range.total - 1
  return covers ? { name: 'whole' } : restart('content-range')
}

/** 416: nothing lies behind what is kept. Only where it says the same size, of the same thing, is that the end. */
function checkUnsatisfied(part: PartHead, range: ContentRange | undefined, kept: Kept): PartVerdict {
  if (range?.name !== 'unsatisfied' || range.total !== kept.bytes) return restart('unsatisfied')
  if (kept.total !== undefined && kept.total !== kept.bytes) return restart('total differs')
  const reason = isOfTheSame(part, kept)
  return reason === undefined ? { name: 'done' } : restart(reason)
}
