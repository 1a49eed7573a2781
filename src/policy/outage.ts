import type { TransportCode } from '../model/transport.ts'

/** Requests in a row that brought no answer at all, with none between that did. */
const DOWN_AFTER = 6

/** Of one URL so many count: a server may hang up at one of its URLs for ever, and be well at all others. */
const OF_ONE_URL = 3

/** Milliseconds between probes by those who have something to fall back to. */
const PROBE_EVERY = 10_000

/** Why a request brought no answer. */
export interface Miss {
  readonly code: TransportCode
  readonly message: string
  readonly transient: boolean
  readonly url: string
}

/** What is not HTTP was sent by somebody: the host is there. */
export function countsAsMiss(code: TransportCode): boolean {
  return code !== 'PROTOCOL'
}

/** A host that has not answered lately. Only the network's failures count: an answer of any status shows that it is up. */
export interface Outage {
  /** URLs of those requests that count. */
  readonly misses: readonly string[]
  readonly last: Miss
  /** Monotonic milliseconds from which on it is asked again by those who need not. */
  readonly probeAt: number
}

export function missed(before: Outage | undefined, last: Miss, now: number): Outage {
  const misses = before?.misses ?? []
  const counts = misses.length < DOWN_AFTER && misses.filter((url) => url === last.url).length < OF_ONE_URL
  return { misses: counts ? [...misses, last.url] : misses, last, probeAt: now + PROBE_EVERY }
}

export function isDown(outage: Outage | undefined): outage is Outage {
  return outage !== undefined && outage.misses.length >= DOWN_AFTER
}

/**
 * What becomes of a request to a host that is down. 'probe': it is the one that is sent. 'fail': a stored version answers in its place,
 * at once. 'wait': for what becomes of the probe.
 */
export function atOutage(
  outage: Outage | undefined,
  { standIn, probe, now }: { standIn: 'there is one' | 'there is none'; probe: 'sent' | 'none'; now: number },
): 'go' | 'probe' | 'fail' | 'wait' {
  if (!isDown(outage)) return 'go'
  if (standIn === 'there is one' && (probe === 'sent' || now < outage.probeAt)) return 'fail'
  return probe === 'sent' ? 'wait' : 'probe'
}
