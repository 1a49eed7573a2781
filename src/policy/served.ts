import { AttemptFailure, type FailedAnswer } from '../model/attempt-failure.ts'
import type { CacheStatusFacts, Forward } from '../model/cache-status.ts'
import type { Call } from '../model/call.ts'
import type { HeaderList } from '../model/headers.ts'
import type { BypassReason } from '../model/inspection.ts'
import type { FallenBack, Found, Held, Landing, ResponseHead, Served } from '../model/rooms.ts'
import { NOTHING_FOUND } from '../model/rooms.ts'
import type { Incoming } from '../model/stages.ts'
import type { Verdict } from './judge.ts'
import { keepable } from './keeping.ts'
import { isCached } from './passing.ts'
import { provisional } from './provisional.ts'
import { ownHeaders } from './stored-headers.ts'

/** Milliseconds of freshness left, nothing where it is for ever; negative while stale, whether by age or by an invalidation. */
function ttlOf({ lifetime, age, staleFor }: Verdict): number | undefined {
  if (staleFor > 0) return -staleFor
  return Number.isFinite(lifetime) ? lifetime - age : undefined
}

/** From a tier, nothing asked. */
export function answered(call: Call, held: Held, verdict: Verdict): Served {
  return {
    call,
    held,
    body: held.body,
    outcome: 'hit',
    attempts: [],
    warnings: [],
    own: [],
    status: { name: 'hit', ttl: ttlOf(verdict) },
  }
}

/** Stale, while it is refreshed behind. */
export function stale(call: Call, held: Held, verdict: Verdict): Served {
  const status: CacheStatusFacts = { name: 'hit', ttl: ttlOf(verdict), detail: 'stale-while-revalidate' }
  return {
    call,
    held,
    body: held.body,
    outcome: 'stale',
    staleFor: verdict.staleFor,
    attempts: [],
    warnings: [],
    own: [],
    status,
  }
}

/** The last good version, since the origin gave nothing acceptable: `reason` as it happened, `error` as the caller is told. */
export function fallback(
  call: Call,
  held: Held,
  { error, reason, verdict, forward }: { error: Error; reason: Error; verdict: Verdict; forward?: Forward | undefined },
): FallenBack {
  const failure = reason instanceof AttemptFailure ? reason : undefined
  const detail = failure?.code.toLowerCase() ?? 'timeout'
  const ttl = ttlOf(verdict)
  // In the cool-down nothing was forwarded.
  const status: CacheStatusFacts =
    forward === undefined
      ? { name: 'hit', ttl, detail: 'cooldown' }
      : { name: 'forwarded', forward, status: failure?.answer?.head.status, ttl, detail }
  return {
    call,
    held,
    body: held.body,
    outcome: 'fallback',
    staleFor: verdict.staleFor,
    error,
    attempts: failure?.attempts ?? [],
    warnings: [],
    own: [],
    status,
  }
}

/** Whether this caller joined a flight that another one had started. */
interface Joined {
  readonly collapsed: boolean
  /** What the look-up found. */
  readonly found: Found
}

/** Set-Cookie and the like speak to the caller that fetched, and to nobody else. */
function ownOf(call: Call, head: ResponseHead | undefined, { collapsed }: Joined): HeaderList {
  return head === undefined || collapsed ? [] : ownHeaders(head.headers, call.settings)
}

/** What a flight brought, for one of those who waited for it. */
export function landed(call: Call, landing: Landing, joined: Joined): Served {
  const { collapsed, found } = joined
  const { held, attempts, head } = landing
  const common = { call, held, attempts, warnings: warningsOf(landing), own: ownOf(call, head, joined) }
  switch (landing.name) {
    case 'live': {
      const reason = liveReason(call, landing.head)
      const status: CacheStatusFacts = {
        name: 'forwarded',
        forward: forwardOf(call, reason, found.forward ?? 'bypass'),
        status: head?.status,
        stored: false,
        detail: reason,
      }
      return { ...common, body: landing.stream, outcome: 'bypass', reason, status }
    }
    case 'transient': {
      const status: CacheStatusFacts = {
        name: 'forwarded',
        forward: forwardOf(call, landing.reason, found.forward ?? 'uri-miss'),
        status: head?.status,
        stored: false,
        collapsed: collapsed || undefined,
        detail: landing.reason,
      }
      return { ...common, body: held.body, outcome: 'bypass', reason: landing.reason, status }
    }
    case 'kept':
      return { ...common, body: held.body, outcome: landing.outcome, status: keptStatus(landing, joined) }
  }
}

/** Why the origin was asked for what is not kept, for this reason; `otherwise`: where that was not the call's own doing. */
function forwardOf({ cache }: Call, reason: BypassReason | undefined, otherwise: Forward): Forward {
  if (reason === 'method') return 'method'
  return cache === 'no-store' ? 'bypass' : otherwise
}

function keptStatus({ held, outcome, head }: Extract<Landing, { name: 'kept' }>, { collapsed, found }: Joined): CacheStatusFacts {
  if (outcome === 'hit') return { name: 'hit' }
  return {
    name: 'forwarded',
    forward: found.forward ?? 'uri-miss',
    status: head?.status,
    stored: held.tier !== undefined,
    collapsed: collapsed || undefined,
  }
}

function liveReason(call: Call, head: ResponseHead): BypassReason {
  if (!isCached(call)) return 'method'
  const admission = keepable(call, head)
  return !admission.store && admission.reason === 'no-store' ? 'no-store' : 'live'
}

function warningsOf({ held, warnings = [] }: Landing): readonly string[] {
  return held.version.proven
    ? warnings
    : [...warnings, 'the body had neither a length nor an end of its own: nothing shows that it is whole']
}

/** The headers of an acceptable answer, and its body as it comes. */
export function streamed(call: Call, { head, writer }: Incoming, joined: Joined): Served {
  const { collapsed, found } = joined
  const held = provisional(call, head, { body: new Uint8Array(0), digest: '', proven: false })
  const admission = keepable(call, head)
  const reason = admission.store ? undefined : admission.reason
  const status: CacheStatusFacts = {
    name: 'forwarded',
    forward: forwardOf(call, reason, found.forward ?? 'uri-miss'),
    status: head.status,
    stored: reason === undefined ? undefined : false,
    collapsed: collapsed || undefined,
    detail: reason ?? 'streaming',
  }
  return {
    call,
    held,
    body: writer.follow(),
    ...(reason === undefined ? { outcome: 'miss' } : { outcome: 'bypass', reason }),
    attempts: [],
    warnings: [],
    own: ownOf(call, head, joined),
    status,
  }
}

type Answered = AttemptFailure & { readonly answer: FailedAnswer & Pick<Held, 'body'> }

export function isAnswered(failure: unknown): failure is Answered {
  return failure instanceof AttemptFailure && failure.answer?.body !== undefined
}

/** A final error status with nothing to fall back to: an answer, as in fetch. */
export function failedAnswer(call: Call, { answer, attempts, forward: found }: Answered): Served {
  const held = provisional(call, answer.head, { body: answer.body, digest: '', proven: true })
  const forward = forwardOf(call, isCached(call) ? undefined : 'method', found ?? 'uri-miss')
  const status: CacheStatusFacts = { name: 'forwarded', forward, status: answer.head.status, stored: false }
  return {
    call,
    held,
    body: held.body,
    outcome: 'miss',
    attempts,
    warnings: [],
    own: ownOf(call, answer.head, { collapsed: false, found: NOTHING_FOUND }),
    status,
  }
}
