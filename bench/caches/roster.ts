import { versionOf as installed } from '../clients/serve.ts'
import type { Cache, Open, Place } from './cache.ts'

interface Entrant {
  readonly load: () => Promise<{ open: Open }>
  /** The package whose version is told. Absent: what Node brings. */
  readonly package?: string
}

/** A name is followed by a colon and a kind. */
const CACHES: Readonly<Record<string, Entrant>> = {
  holdfast: { load: () => import('./holdfast.ts'), package: 'holdfast' },
  'limit-map': { load: () => import('./limit-map.ts') },
  'limit-sqlite': { load: () => import('./limit-sqlite.ts') },
  'limit-redis': { load: () => import('./limit-redis.ts') },
  base: { load: () => import('./plain.ts') },
  'by-hand': { load: () => import('./by-hand.ts') },
  plain: { load: () => import('./plain.ts'), package: 'undici' },
  'undici-cache': { load: () => import('./undici-cache.ts'), package: 'undici' },
  'cacheable-net': { load: () => import('./cacheable-net.ts'), package: '@cacheable/net' },
  'node-fetch-cache': { load: () => import('./node-fetch-cache.ts'), package: 'node-fetch-cache' },
  'axios-cache': { load: () => import('./axios-cache.ts'), package: 'axios-cache-interceptor' },
  'got-cache': { load: () => import('./got-cache.ts'), package: 'got' },
  'make-fetch-happen': { load: () => import('./make-fetch-happen.ts'), package: 'make-fetch-happen' },
}

export async function openCache(client: string, place: Place): Promise<Cache> {
  const [name = '', kind = ''] = client.split(':')
  return (await entrant(name).load()).open(kind, place)
}

export function versionOf(client: string): string {
  const [name = ''] = client.split(':')
  const from = entrant(name).package
  return from === undefined ? process.versions.node : installed(from)
}

function entrant(name: string): Entrant {
  const found = CACHES[name]
  if (found === undefined) throw new Error(`no client is called ${name}`)
  return found
}
