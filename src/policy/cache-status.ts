import type { CacheStatusFacts, Forward } from '../model/cache-status.ts'
import type { Call } from '../model/call.ts'
import type { Verdict } from './judge.ts'

/** The largest integer of a structured field (RFC 8941 3.3.1). */
const LARGEST_INTEGER = 999_999_999_999_999

/**
 * The `Cache-Status` field (RFC 9211): what caches on the way said, which came with the answer, then what we say. The last member is
 * the cache nearest to the user.
 */
export function cacheStatus(facts: CacheStatusFacts, upstream?: string): string {
  const own = `holdfast${parameters(facts)}`
  return upstream !== undefined && isList(upstream) ? `${upstream.trim()}, ${own}` : own
}

function parameters(facts: CacheStatusFacts): string {
  let text = facts.name === 'hit' ? '; hit' : `; fwd=${facts.forward}`
  if (facts.name === 'forwarded' && facts.status !== undefined) text += `; fwd-status=${facts.status}`
  if (facts.ttl !== undefined && Number.isFinite(facts.ttl)) text += `; ttl=${seconds(facts.ttl)}`
  if (facts.name === 'forwarded' && facts.stored !== undefined) text += facts.stored ? '; stored' : '; stored=?0'
  if (facts.name === 'forwarded' && facts.collapsed !== undefined) text += facts.collapsed ? '; collapsed' : '; collapsed=?0'
  if (facts.key !== undefined) text += `; key=${quoted(facts.key)}`
  if (facts.detail !== undefined) text += `; detail=${isToken(facts.detail) ? facts.detail : quoted(facts.detail)}`
  return text
}

/** Rounded down, so that what is stale by a moment is not told as fresh. */
function seconds(ms: number): number {
  return Math.max(-LARGEST_INTEGER, Math.min(LARGEST_INTEGER, Math.floor(ms / 1000)))
}

/** RFC 8941 3.3.4. */
function isToken(text: string): boolean {
  return /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]*$/.test(text)
}

/** RFC 8941 3.3.3 allows printable ASCII only. */
function quoted(text: string): string {
  // Nearly always so, and asked on each hit.
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) return `"${text}"`
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}

/** A list with a quote that never ends would swallow our member; an empty one says nothing. */
function isList(upstream: string): boolean {
  return upstream.trim() !== '' && !upstream.trim().endsWith(',') && /^[^"]*(?:"(?:[^"\\]|\\.)*"[^"]*)*$/.test(upstream)
}

/** RFC 9211 2.2, for a request that is forwarded after this verdict. `absent`: what was found to be missing. */
export function forwardFor({ name, reason }: Verdict, absent: 'uri-miss' | 'vary-miss' | 'miss'): Forward {
  switch (reason) {
    case 'method':
      return 'method'
    case 'request no-store':
    case 'request no-cache':
    case 'reload':
    case 'max-age':
    case 'min-fresh':
      return 'request'
    case 'absent':
      return absent
    case 'vary':
      return 'vary-miss'
    default:
      return name === 'bypass' ? 'bypass' : 'stale'
  }
}

/** Longest key of the user's own that a field shows. */
const LONGEST_KEY = 256

/**
 * The key as a response may show it (RFC 9211 2.7): what was asked for, or the caller's own word for it. Partition and group are left
 * out, for the first is made of credentials.
 */
export function shownKey({ method, url, settings }: Pick<Call, 'method' | 'url' | 'settings'>): string {
  return settings.key?.slice(0, LONGEST_KEY) ?? `${method === 'HEAD' ? 'GET' : method} ${url}`
}
