import { type BodyFiles, createCachedFetch, type Lease, type Store } from 'holdfast'
import { folder } from 'holdfast/folder'
import { keyv } from 'holdfast/keyv'
import { memory } from 'holdfast/memory'
import { redis } from 'holdfast/redis'
import { sealed } from 'holdfast/sealed'
import { sqlite } from 'holdfast/sqlite'
import { chaos, manualClock, storeContract } from 'holdfast/testing'

export const near: Store = memory({ maxBytes: '128MB', maxEntryBytes: 8_388_608, maxItems: 1_000 })
export const far: Store = sqlite('./cache.db', { maxBytes: '10GB', maxEntryBytes: '1GB', readOnly: true })
export const plain: Store = folder('./cache', { maxBytes: '10GB', readOnly: true })
export const common: Store = redis('redis://localhost:6379', { private: 'refuse', maxEntryBytes: '8MB', prefix: 'app' })
export const slow: Store = keyv(new Map(), { name: 'mine', durable: true, shared: false, remote: false })
export const secret: Store[] = [
  sealed(common, { encrypt: async () => new Uint8Array(32) }),
  sealed(common, { mac: [new Uint8Array(32), new Uint8Array(32)] }),
]
export const bare: Store[] = [memory(), sqlite(':memory:'), keyv({})]
export const servers: Store[] = [redis('redis://localhost'), redis({ rootNodes: [{ url: 'redis://localhost' }] })]
export const fetch = createCachedFetch({ tiers: [near, far, slow, { get: () => undefined }] })

/** A store of one's own. */
export const written: Store = {
  name: 'mine',
  durable: false,
  shared: false,
  remote: false,
  get: async (key: string): Promise<Uint8Array | undefined> => new TextEncoder().encode(key),
  getMany: async (keys: string[]) => keys.map(() => undefined),
  set: async (_key, _value, { expires = Infinity, fence } = {}) => void [expires, fence?.generation],
  setMany: async (entries) => entries.forEach(({ value }) => void value.byteLength),
  delete: async (keys: string[]) => void keys,
  async *keys(prefix, { after = '', limit = Infinity } = {}) {
    yield `${prefix}${after}${limit}`
  },
  close: async () => undefined,
}

export async function contract(store: Store): Promise<readonly unknown[]> {
  const value: Uint8Array | undefined = await store.get('k')
  const lease: Lease | undefined = await store.lease?.('k', 1_000)
  const prolonged: boolean | undefined = await lease?.extend(1_000)
  if (lease) await store.set('k', new Uint8Array(), { expires: 0, fence: lease })
  await lease?.release()
  const files: BodyFiles | undefined = store.bodies
  const part: Uint8Array | undefined = await files?.read('id', 0, 10)
  const seen: object | undefined = store.live?.get('k')
  return [value, prolonged, part, seen]
}

/** `holdfast/testing`. */
storeContract('mine', async () => written, { describe: (_name: string, run: () => void) => run(), test: () => undefined })
export const broken: Store = chaos(written, { faults: [] })
export const clock = manualClock(0)
export const later: Promise<void> = clock.advance(1_000)
export const timed = createCachedFetch({ clock })

export const mistakes = [
  // @ts-expect-error a file is needed
  () => sqlite(),
  // @ts-expect-error a folder is needed
  () => folder({ maxBytes: 1 }),
  // @ts-expect-error an unknown option
  () => memory({ max: 10 }),
  // @ts-expect-error an address is needed
  () => redis(),
  // @ts-expect-error a text is no key
  () => sealed(common, { encrypt: 'secret' }),
  // @ts-expect-error there is no such policy
  () => redis('redis://localhost', { private: 'deny' }),
  // @ts-expect-error a text is no Keyv
  () => keyv('redis://localhost'),
  // @ts-expect-error a store has a name, and says whether it lasts
  (): Store => ({ ...written, durable: undefined }),
]
