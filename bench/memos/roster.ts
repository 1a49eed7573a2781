import type { Place } from '../caches/cache.ts'
import { versionOf as installed } from '../clients/serve.ts'
import type { Fn, Memoize } from './memo.ts'

/** A name is the package's, followed by a colon and a kind. */
const MEMOS: Readonly<Record<string, () => Promise<{ memoize: Memoize }>>> = {
  holdfast: () => import('./holdfast.ts'),
  limit: () => import('./limit.ts'),
  'lru-cache': () => import('./lru-cache.ts'),
  'p-memoize': () => import('./p-memoize.ts'),
  memoizee: () => import('./memoizee.ts'),
  bentocache: () => import('./bentocache.ts'),
  cacheable: () => import('./cacheable.ts'),
  'cache-manager': () => import('./wrapped-keyv.ts'),
}

export async function memoized(client: string, fn: Fn, place: Place): Promise<Fn> {
  const [name = '', kind = ''] = client.split(':')
  const load = MEMOS[name]
  if (load === undefined) throw new Error(`no client is called ${name}`)
  return (await load()).memoize(fn, kind, place)
}

export function versionOf(client: string): string {
  const [name = ''] = client.split(':')
  return name === 'limit' ? process.versions.node : installed(name)
}
