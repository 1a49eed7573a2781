import type { Settings } from '../model/settings.ts'
import { CALL_READERS, type Layer } from './call-options.ts'
import { type FunctionLimit, functionLimit } from './limit-options.ts'
import { callback, count, duration, flag, oneOf, type Reader, type Readers, readObject, text, wrong } from './option-readers.ts'
import { overlay } from './precedence.ts'

/** A codec of the user's own. */
interface OwnCodec {
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
}

/** The options of one buffered function, read. */
export interface FunctionOptions {
  readonly name: string | undefined
  readonly v: string | number
  readonly key: ((...args: unknown[]) => unknown) | undefined
  readonly scope: 'instance' | 'class'
  readonly instanceKey: ((self: unknown) => string) | undefined
  readonly share: boolean
  readonly codec: 'structured' | 'json' | 'bytes' | OwnCodec
  /** Infinity: as many as the tiers take. */
  readonly maxItems: number
  /** Milliseconds for which a failure is thrown again without a run. */
  readonly negativeTtl: number
  /** undefined: runs as it is called. */
  readonly limit: FunctionLimit | undefined
  readonly layer: Layer
}

const version: Reader<string | number> = (value, path) => {
  if (typeof value !== 'string' && typeof value !== 'number') throw wrong(path, value, 'Give a number or a text.')
  return value
}

const codec: Reader<FunctionOptions['codec']> = (value, path) => {
  if (typeof value !== 'object') return oneOf('structured', 'json', 'bytes')(value, path)
  const { encode, decode } = (value ?? {}) as Partial<OwnCodec>
  if (typeof encode !== 'function' || typeof decode !== 'function')
    throw wrong(path, value, "Give 'structured', 'json', 'bytes', or an object with encode(value) and decode(bytes).")
  return value as OwnCodec
}

const OF_CALLS = ['ttl', 'staleWhileRevalidate', 'fallback', 'timeouts', 'retry', 'schema', 'tags', 'group', 'refresh'] as const

const READERS: Readers = {
  ...Object.fromEntries(OF_CALLS.map((name) => [name, CALL_READERS[name] as Reader])),
  name: text,
  v: version,
  key: callback,
  scope: oneOf('instance', 'class'),
  instanceKey: callback,
  share: flag,
  maxItems: count(1),
  limit: functionLimit,
  codec,
  negativeTtl: duration,
}

/** @throws TypeError that names an unknown or wrong option, its value, and the cure. */
export function readFunctionOptions(given: unknown): FunctionOptions {
  const {
    name,
    v = '',
    key,
    scope = 'instance',
    instanceKey,
    share = false,
    codec: chosen = 'structured',
    maxItems = Number.POSITIVE_INFINITY,
    limit,
    negativeTtl = 0,
    ...layer
  } = readObject(given, READERS, 'buffered')
  const read = { name, v, key, scope, instanceKey, share, codec: chosen, maxItems, limit, negativeTtl, layer }
  return read as FunctionOptions
}

/** Of a function there is no retry unless it was asked for: whether it may run twice, only its author knows. */
function retryOf(under: Settings['retry'], said: Layer['retry']): Settings['retry'] {
  return { ...under, ...said, attempts: said === undefined ? 0 : (said.attempts ?? under.attempts) }
}

/**
 * The settings of a function's calls: its own options over the instance's. For how long a result is fresh the function says itself
 * (`setTtl`), else `ttl`, else the instance's own `ttl`, else it is for ever, as with lru_cache. What is about bytes on the wire is off;
 * and so is `mode`, for a function that asks a server does so through a fetch which obeys it.
 */
export function functionSettings(under: Settings, { ttl, retry, ...layer }: Layer, check: Settings['check']): Settings {
  const said = [ttl, under.ttl, under.defaultTtl || undefined].find((one) => typeof one === 'number')
  return {
    ...overlay(under, layer),
    retry: retryOf(under.retry, retry),
    ttl: 'http',
    ttlIsSpecific: false,
    defaultTtl: said ?? Number.POSITIVE_INFINITY,
    delivery: 'whole',
    mode: 'online',
    key: undefined,
    safe: false,
    meta: undefined,
    schema: undefined,
    check,
    guards: { format: 'off', shrink: 'off', shape: 'off' },
    expect: undefined,
    sources: [],
    resume: false,
    prefer: undefined,
    require: undefined,
    unpack: undefined,
    refresh: undefined,
    onProgress: undefined,
  }
}
