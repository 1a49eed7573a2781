import type { SetOptions, Store, StoreEntry } from '../../src/model/store.ts'
import { refuseUnknown } from './options.ts'
import { Keyring, type KeySource } from './sealed/keyring.ts'
import { encryption, type Seal, signature } from './sealed/seals.ts'

export type { KeySource }

/** Exactly one of the two. */
export interface SealedOptions {
  /** 32 bytes for AES-256-GCM: others can neither read values nor alter them. */
  encrypt?: KeySource
  /** 32 bytes for HMAC-SHA-256: others can read values, and cannot alter them. */
  mac?: KeySource
}

/** What stands for a value that was not sealed by us for this key: every reader takes it for damage, so it is a miss with a warning. */
const DAMAGED = new Uint8Array()

/**
 * The same store for what others can write to: each value is encrypted or signed, with its key, so that one that was altered, planted, or
 * moved here from under another key is a miss with a warning, and never an answer. Digests of bodies are those of the plain bytes.
 *
 * Keys are not hidden; they are hashes of URLs. How large values are, and when they are read, is not hidden either. Large bodies are
 * kept in chunks, not as files. With another key, what was stored before is a miss; give `[new, old]` to go on reading it.
 *
 * @throws TypeError on an unknown option, unless exactly one of `encrypt` and `mac` is given, and where a key is not 32 bytes. Where a
 * function gives such a key, calls reject with it.
 */
export function sealed(store: Store, options: SealedOptions): Store {
  if (typeof store?.get !== 'function')
    throw new TypeError("sealed: the first argument is no store. Give one, for instance sealed(folder('./cache'), { encrypt })")
  refuseUnknown('sealed', options, ['encrypt', 'mac'])
  const { encrypt, mac } = options
  const source = encrypt ?? mac
  if (source === undefined || (encrypt !== undefined && mac !== undefined))
    throw new TypeError('sealed: give exactly one of encrypt and mac, each a key of 32 bytes or a function that gives it.')
  return sealedBy(
    store,
    encrypt === undefined ? signature(new Keyring('mac', source)) : encryption(new Keyring('encrypt', source)),
  )
}

function sealedBy(store: Store, { close, open }: Seal): Store {
  const opened = async (key: string, value: Uint8Array | undefined): Promise<Uint8Array | undefined> =>
    value === undefined ? undefined : ((await open(key, value)) ?? DAMAGED)
  // A copy: the keys may have to be waited for, and what the caller does to its array meanwhile is its own affair.
  const closed = async (entry: StoreEntry): Promise<StoreEntry> => ({
    ...entry,
    value: await close(entry.key, new Uint8Array(entry.value)),
  })
  const { lease, readOnly, maxEntryBytes, onEvict } = store
  return {
    name: store.name,
    durable: store.durable,
    shared: store.shared,
    remote: store.remote,
    ...(readOnly !== undefined && { readOnly }),
    ...(maxEntryBytes !== undefined && { maxEntryBytes }),
    ...(onEvict !== undefined && { onEvict: onEvict.bind(store) }),
    ...(lease !== undefined && { lease: lease.bind(store) }),
    get: async (key) => opened(key, await store.get(key)),
    getMany: async (keys, how) => {
      const values = await store.getMany(keys, how)
      return Promise.all(values.map((value, index) => opened(keys[index] as string, value)))
    },
    set: async (key, value, how?: SetOptions) => store.set(key, (await closed({ key, value })).value, how),
    setMany: async (entries, how) => store.setMany(await Promise.all(entries.map(closed)), how),
    delete: (keys, how) => store.delete(keys, how),
    keys: (prefix, how) => store.keys(prefix, how),
    close: () => store.close(),
  }
}
