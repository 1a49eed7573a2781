import { createCachedFetch, type Events } from 'holdfast'

const fetch = createCachedFetch()

export const stops: (() => void)[] = [
  fetch.on('lookup', ({ key, url, tier }) => console.log(key.length, url.length, tier?.length)),
  fetch.on('verdict', ({ verdict }) => {
    const word: 'fresh' | 'stale' | 'stale-while-revalidate' | 'revalidate' | 'miss' | 'bypass' = verdict
    console.log(word)
  }),
  fetch.on('attempt', ({ attempt: { at, ms, url, status, bytes, resumedFrom, error, waited } }) => {
    const code: string | undefined = error?.code
    console.log(at.getTime() + ms + bytes, url, status, resumedFrom, waited, code)
  }),
  fetch.on('progress', ({ bytes, total }) => console.log(bytes / (total ?? bytes))),
  fetch.on('stored', ({ version, previous }) => console.log(version.digest, previous?.digest)),
  fetch.on('rejected', ({ version, reason }) => console.log(version.id, reason)),
  fetch.on('fallback', ({ host, version, staleFor, error }) => console.log(host, version.id, staleFor, error.message)),
  fetch.on('warning', ({ warning }) => console.log(warning)),
  fetch.on('store-skipped', ({ tier, reason }) => console.log(tier, reason)),
  fetch.on('tier-error', ({ tier, operation, error }) => console.log(tier, operation, error.stack)),
  fetch.on('tier-state', ({ state }) => console.log(state === 'half-open')),
  fetch.on('host', ({ host, state, until, concurrency }) => console.log(host, state, until?.getTime(), concurrency)),
  fetch.on('evicted', ({ bytes, version }) => console.log(bytes, version)),
  fetch.on('refresh-failed', ({ error }) => console.log(error.message)),
]

/** All of them, and no other: a table that has to change with the list. */
export const names: Record<keyof Events, true> = {
  lookup: true,
  verdict: true,
  attempt: true,
  progress: true,
  stored: true,
  rejected: true,
  fallback: true,
  warning: true,
  'store-skipped': true,
  'tier-error': true,
  'tier-state': true,
  host: true,
  evicted: true,
  'refresh-failed': true,
}

export const mistakes = [
  // @ts-expect-error there is no such event
  () => fetch.on('hit', () => undefined),
  // @ts-expect-error a lookup has no version
  () => fetch.on('lookup', ({ version }) => version),
]
