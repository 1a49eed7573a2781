import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch, type Entry, type Store } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

/** More than the smaller memory takes. */
export const TEXT: string = 'v1'.repeat(4_000)

export const silences: [string, ChaosFault][] = [
  ['throws', { do: 'throw', on: ['get', 'getMany'] }],
  ['hangs', { do: 'hang' }],
]

export interface Begun extends AsyncDisposable {
  /** The tier, and what goes wrong in it. */
  readonly far: ChaosStore
  readonly fetch: CachedFetch
  readonly url: string
  readonly entry: Entry
  /** Another process on the same tier, and what that sees. */
  readonly elsewhere: CachedFetch
  readonly there: Entry
  /** The version that the tier has. */
  readonly id: string
  /** Turns the clock until it has settled. */
  done<T>(work: Promise<T>): Promise<T>
  heals(): Promise<void>
}

/** A tier across the network that a process has filled, now gone: with a version, and a failure since. */
async function filledTier() {
  const clock = manualClock()
  const bare = chaos(sqlite(':memory:', { clock }), { clock })
  const far = { ...bare, name: 'far', durable: true, remote: true, shared: true } as ChaosStore
  const store: Store = { ...far, close: async () => undefined }
  await using g = await given({ tiers: [store], ttl: 'http' }, clock)
  const url = g.origin.url('/f')
  g.origin.script('/f', ok(TEXT, PUBLIC))
  await got(await g.fetch(url))
  await turnUntil(clock, g.fetch.idle())
  g.origin.script('/f', status(503))
  await turnUntil(clock, g.fetch(url, { cache: 'no-cache' }))
  await turnUntil(clock, g.fetch.idle())
  const [version] = await g.fetch.entry(url).versions()
  return { clock, far, store, id: version?.id ?? '', urlOf: (path: string) => g.origin.url(path) }
}

/** A process that has just begun, over a tier that another one has filled. */
export async function begun({ path = '/f', before = [] }: { path?: string; before?: Store[] } = {}): Promise<Begun> {
  const { clock, far, store, id, urlOf } = await filledTier()
  const url = urlOf(path)
  const fetch = createCachedFetch({ tiers: [...before, store], clock, mode: 'offline', ttl: 'http' })
  const elsewhere = createCachedFetch({ tiers: [store], clock, mode: 'offline', ttl: 'http' })
  const done = <T>(work: Promise<T>): Promise<T> => turnUntil(clock, work, { step: 50 })
  const heals = async (): Promise<void> => {
    far.chaos.use([])
    await turnFor(clock, 12_000)
  }
  const end = async (): Promise<void> => {
    far.chaos.use([])
    await done(Promise.all([fetch.close(), elsewhere.close()]))
  }
  const entries = { entry: fetch.entry(url), there: elsewhere.entry(url) }
  return { far, fetch, url, elsewhere, ...entries, id, done, heals, [Symbol.asyncDispose]: end }
}
