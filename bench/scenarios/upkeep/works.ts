import { dirname, join } from 'node:path'
import type { CachedFetch } from 'holdfast'
import { sqlite } from 'holdfast/sqlite'
import { MATCH, TAG } from './cache.ts'

/** What somebody does to a cache as a whole. */
export interface Work {
  readonly name: string
  /** Resolves with what it came to, in words for the table. */
  readonly run: (fetch: CachedFetch, file: string) => Promise<string>
}

const PAGE = 100

export const WORKS: readonly Work[] = [
  { name: 'entries()', run: (fetch) => counted(fetch.cache.entries(), Number.POSITIVE_INFINITY) },
  { name: 'entries({ tag })', run: (fetch) => counted(fetch.cache.entries({ tag: TAG }), Number.POSITIVE_INFINITY) },
  { name: 'entries({ match })', run: (fetch) => counted(fetch.cache.entries({ match: MATCH }), Number.POSITIVE_INFINITY) },
  { name: `entries(), the first ${PAGE}`, run: (fetch) => counted(fetch.cache.entries(), PAGE) },
  { name: 'stats()', run: async (fetch) => `${fetch.cache.stats().requests} requests` },
  { name: 'sweep({ dryRun: true })', run: (fetch) => swept(fetch, { dryRun: true }) },
  { name: 'sweep()', run: (fetch) => swept(fetch) },
  { name: 'audit()', run: audited },
  { name: 'copyTo(sqlite)', run: copied },
  { name: 'invalidate({ tag })', run: async (fetch) => invalidated(fetch, { tag: TAG }) },
  { name: 'invalidate({ match })', run: async (fetch) => invalidated(fetch, { match: MATCH }) },
  { name: 'delete({ tag })', run: async (fetch) => `${await fetch.cache.delete({ tag: TAG })} entries` },
  { name: 'delete({ match })', run: async (fetch) => `${await fetch.cache.delete({ match: MATCH })} entries` },
]

async function counted(entries: AsyncIterable<unknown>, most: number): Promise<string> {
  let count = 0
  for await (const _entry of entries) if (++count >= most) break
  return `${count} entries`
}

async function swept(fetch: CachedFetch, how?: { dryRun: true }): Promise<string> {
  return `${(await fetch.cache.sweep(how)).versions} versions`
}

async function audited(fetch: CachedFetch): Promise<string> {
  const { checked, damaged } = await fetch.cache.audit()
  return `${checked} versions, ${damaged.length} damaged`
}

async function copied(fetch: CachedFetch, file: string): Promise<string> {
  const target = sqlite(join(dirname(file), 'copy.db'))
  try {
    return `${(await fetch.cache.copyTo(target)).entries} entries`
  } finally {
    await target.close()
  }
}

async function invalidated(fetch: CachedFetch, what: { tag: string } | { match: string }): Promise<string> {
  await fetch.cache.invalidate(what)
  return 'done'
}
