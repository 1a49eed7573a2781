/** What Keyv 5 and 6 and their storage adapters have in common. */
export interface KeyvLike {
  get(key: string): unknown
  set(key: string, value: string, end?: number): unknown
  delete(key: string): unknown
  clear(): unknown
  iterator?: (namespace?: unknown) => AsyncIterable<[string, unknown]> | Iterable<[string, unknown]>
  on?: (event: 'error', listener: (error: unknown) => void) => unknown
  off?: (event: 'error', listener: (error: unknown) => void) => unknown
  namespace?: unknown
  store?: unknown
  capabilities?: { expires?: unknown }
}

const METHODS = ['get', 'set', 'delete', 'clear'] as const

/** True for a Keyv 5 or 6 and for their storage adapters, by what they can do. A Map is none: it keeps no strings apart from others. */
export function isKeyv(x: unknown): x is KeyvLike {
  if (typeof x !== 'object' || x === null || x instanceof Map || 'durable' in x) return false
  return METHODS.every((method) => typeof (x as Record<string, unknown>)[method] === 'function')
}

/** A Keyv itself takes milliseconds from now; an adapter of Keyv 6 the moment; one of Keyv 5 milliseconds again, without saying so. */
export type EndForm = 'from now' | 'moment' | 'none'

export function endFormOf(keyv: KeyvLike): EndForm {
  if ('store' in keyv && 'ttl' in keyv && 'compression' in keyv) return 'from now'
  return keyv.capabilities?.expires === true ? 'moment' : 'none'
}

/** Milliseconds for which Keyv keeps a value beyond its `expires`: the envelope decides, Keyv only cleans up. */
const MARGIN = 60_000

/** 0 means for ever, also to a Keyv that has a `ttl` of its own: freshness is none of its business. */
export function endGiven(form: EndForm, expires: number | undefined, now: number): number | undefined {
  if (form === 'from now') return expires === undefined ? 0 : Math.max(1, Math.ceil(expires - now)) + MARGIN
  return form === 'moment' && expires !== undefined ? expires + MARGIN : undefined
}

/** What the values end up in: Keyv 6 wraps a Map or an older adapter in one of its own. */
function innermost(keyv: KeyvLike): unknown {
  let { store } = keyv
  while (isKeyv(store) && (store.store instanceof Map || isKeyv(store.store))) store = store.store
  return store ?? keyv
}

/** Over a Map in this process. */
export function isInMemory(keyv: KeyvLike): boolean {
  return innermost(keyv) instanceof Map
}

/** Keyv 6 has an iterator in any case; over a back end that has none it finds no keys. */
export function canIterate(keyv: KeyvLike): boolean {
  const inner = innermost(keyv)
  return typeof keyv.iterator === 'function' && (inner instanceof Map || typeof (inner as KeyvLike).iterator === 'function')
}

/**
 * The same Keyv, whose `get` rejects where the back end fails. Keyv 5 answers a failed read as a miss unless `throwOnErrors` is set, and
 * setting it would change the instance under its other users.
 */
export function outspoken(keyv: KeyvLike): KeyvLike {
  return 'throwOnErrors' in keyv ? Object.create(keyv, { throwOnErrors: { value: true } }) : keyv
}
