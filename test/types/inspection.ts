import { type Attempt, inspect, type VersionInfo } from 'holdfast'

/** Each outcome brings what belongs to it, and nothing else. */
export function told(response: Response): string {
  const info = inspect(response)
  if (info === undefined) return 'not one of ours'
  const warnings: readonly string[] = info.warnings
  switch (info.outcome) {
    case 'hit':
    case 'revalidated':
    case 'miss': {
      const version: VersionInfo = info.version
      const attempts: readonly Attempt[] = info.attempts
      const tier: string | undefined = info.tier
      return [tier, version.id, attempts.length, warnings.length].join(' ')
    }
    case 'stale': {
      const staleFor: number = info.staleFor
      return `${info.tier} ${staleFor}`
    }
    case 'fallback': {
      const error: Error = info.error
      return `${info.tier} ${info.staleFor} ${error.message} ${info.attempts.length}`
    }
    case 'bypass': {
      const reason: 'method' | 'no-store' | 'live' | 'range' | 'status' | 'too-large' = info.reason
      return reason
    }
    default: {
      const none: never = info
      return none
    }
  }
}

export function version(response: Response): readonly unknown[] {
  const info = inspect(response)
  if (info === undefined || info.outcome === 'bypass') return []
  const { id, digest, size, status, storedAt, checkedAt, labels, pinned, proven, headers, url, previous, next } = info.version
  const text: string[] = [id, digest, url, ...labels, headers.get('etag') ?? '', previous ?? '', next ?? '']
  const facts: [number, number, boolean, boolean, number, number] = [
    size,
    status,
    pinned,
    proven,
    storedAt.getTime(),
    checkedAt.getTime(),
  ]
  return [text, facts]
}

export function mistakes(response: Response): readonly unknown[] {
  const info = inspect(response)
  return [
    // @ts-expect-error it may be no response of ours
    info.outcome,
    // @ts-expect-error only a fallback and a stale answer are stale
    info?.outcome === 'hit' ? info.staleFor : 0,
    // @ts-expect-error what was not stored has no version
    info?.outcome === 'bypass' ? info.version : undefined,
  ]
}
