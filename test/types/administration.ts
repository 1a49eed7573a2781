import {
  type Administration,
  type AuditReport,
  type CopyReport,
  createCachedFetch,
  type EntryInfo,
  type Store,
  type SweepReport,
  type Which,
} from 'holdfast'
import { memory } from 'holdfast/memory'

const { cache } = createCachedFetch()
export const administration: Administration = cache

export async function listed(): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  let after: string | undefined
  for await (const info of cache.entries({ group: 'default', tag: 'prices', match: '/*' })) {
    const { key, method, url, group, tags, meta, versions, bytes, lastRequestedAt }: EntryInfo = info
    const unknown: unknown = meta
    seen.push([method, url, group, ...tags].join(' '), unknown, versions + bytes + lastRequestedAt.getTime())
    after = key
  }
  for await (const { key } of cache.entries(after === undefined ? {} : { after })) seen.push(key)
  return seen
}

/** What is meant is said in one way; by a URL in any of the forms in which fetch takes one. */
const meant: readonly Which[] = [
  { url: 'https://example.org/' },
  { url: new URL('https://example.org/') },
  { url: new Request('https://example.org/') },
  { match: 'https://api.example.org/*' },
  { tag: 'prices' },
  { group: 'default' },
]

export async function looked(store: Store): Promise<number> {
  for (const which of meant) await cache.invalidate(which)
  const deleted: number = await cache.delete({ tag: 'prices' })
  const swept: SweepReport = await cache.sweep({ dryRun: true })
  const audited: AuditReport = await cache.audit({ repair: false })
  const copied: CopyReport = await cache.copyTo(store)
  const damaged: string[] = audited.damaged.map(({ key, version, tier }) => `${key}${version}${tier}`)
  const [state] = cache.hosts()
  if (state !== undefined)
    console.log(state.host, state.running + state.queued, state.concurrency, state.rate, state.state, state.until?.getTime())
  const { hits, misses, revalidated, fallbacks, oldestFallback, bytesSaved, requests } = cache.stats()
  const since: Date | undefined = oldestFallback
  const counts: number[] = [hits, misses, revalidated, fallbacks, bytesSaved, requests, since?.getTime() ?? 0, damaged.length]
  const { versions, bodies, partials, bytes } = swept
  return deleted + versions + bodies + partials + bytes + copied.entries + copied.bytes + audited.repaired + counts.length
}

export const mistakes = [
  // @ts-expect-error which ones is not said
  () => cache.invalidate(),
  // @ts-expect-error tags are given one at a time
  () => cache.delete({ tags: ['prices'] }),
  // @ts-expect-error a list is asked for one entry after the other
  () => cache.entries().length,
  // @ts-expect-error an entry is listed by tag, not by label
  () => cache.entries({ label: 'valid' }),
  // @ts-expect-error a sweep is tried, not forced
  () => cache.sweep({ force: true }),
  // @ts-expect-error a file is no store
  () => cache.copyTo('./backup.db'),
  // @ts-expect-error the figures of now are told at once
  () => cache.stats().then(),
  // @ts-expect-error nobody may be falling back
  () => cache.stats().oldestFallback.getTime(),
]

export const copied: Promise<CopyReport> = cache.copyTo(memory())
