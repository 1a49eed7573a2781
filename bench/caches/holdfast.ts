import { join } from 'node:path'
import { createCachedFetch, type Options } from 'holdfast'
import { likeFetch, type Open, type Place } from './cache.ts'

/** Stores by the kind; each is imported only where it is measured, as a program would. */
const TIERS: Readonly<Record<string, (place: Place) => Promise<NonNullable<Options['tiers']>>>> = {
  memory: async () => [(await import('holdfast/memory')).memory({ maxBytes: '4GB' })],
  sqlite: async ({ folder }) => [(await import('holdfast/sqlite')).sqlite(join(folder, 'holdfast.db'))],
  folder: async ({ folder }) => [(await import('holdfast/folder')).folder(join(folder, 'holdfast'))],
  redis: async ({ redis }) => [(await import('holdfast/redis')).redis(redis ?? '')],
  'memory+redis': async (place) => [...(await tiersOf('memory', place)), ...(await tiersOf('redis', place))],
  'memory+sqlite': async (place) => [...(await tiersOf('memory', place)), ...(await tiersOf('sqlite', place))],
}

export async function tiersOf(kind: string, place: Place): Promise<NonNullable<Options['tiers']>> {
  const tiers = TIERS[kind]
  if (tiers === undefined) throw new Error(`holdfast has no tiers called ${kind}`)
  return tiers(place)
}

const WAYS: Readonly<Record<string, Options>> = {
  '': {},
  streaming: { delivery: 'streaming' },
  /** As good as no delay between attempts: the least that may be said. */
  eager: { retry: { minDelay: 1, maxDelay: 1 } },
  /** A rate that nobody reaches: what it costs to have one. */
  paced: { limits: { concurrency: 64, hosts: [{ match: '127.0.0.1', rate: 1_000_000, per: '1s', burst: 1_000 }] } },
}

/** After a `~` follows what is not the default. */
export const open: Open = async (kind, place) => {
  const [tiers = '', way = ''] = kind.split('~')
  const fetch = createCachedFetch({
    tiers: await tiersOf(tiers, place),
    // As many connections as fetch would open: 6 for a host are its default, which is not the question here.
    limits: { concurrency: 64 },
    ...(place.fetch !== undefined && { fetch: place.fetch }),
    ...WAYS[way],
  })
  return likeFetch(fetch, () => fetch.close())
}
