import type { HeaderList } from '../model/headers.ts'
import { CALL_READERS, type Layer } from './call-options.ts'
import { limits } from './limit-options.ts'
import {
  callback,
  count,
  duration,
  listOf,
  oneOf,
  type Reader,
  type Readers,
  readObject,
  shown,
  text,
  wrong,
} from './option-readers.ts'

/** A rule, read: which requests it is for, and what it says. */
export interface RuleLayer {
  readonly match: string | URLPattern | ((request: Request) => boolean)
  readonly layer: Layer
}

export const match: Reader<RuleLayer['match']> = (value, path) => {
  if (typeof value === 'function') return value as (request: Request) => boolean
  if (typeof value === 'object' && value !== null && 'exec' in value) return value as URLPattern
  if (typeof value !== 'string')
    throw wrong(path, value, "Give a URLPattern text such as 'https://api.example.org/*', a URLPattern, or a predicate.")
  try {
    return new URLPattern(value.startsWith('/') ? { pathname: value } : value)
  } catch {
    throw wrong(path, value, "It is not URLPattern syntax. Give for instance 'https://api.example.org/*'.")
  }
}

const VERSIONS: Readers = { keep: count(1), keepFor: duration, keepFailed: count(0), maxPinned: count(0) }

const versions: Reader = (value, path) => readObject(value, VERSIONS, path)

const { onProgress: _perCallOnly, ...RULE_OPTIONS } = CALL_READERS
const RULE: Readers = { ...RULE_OPTIONS, match, versions, respect: oneOf('resilient', 'standard') }

const rule: Reader<RuleLayer> = (value, path) => {
  const { match: pattern, ...layer } = readObject(value, RULE, path)
  if (pattern === undefined)
    throw wrong(`${path}.match`, undefined, "Say which requests the rule is for, for instance 'https://api.example.org/*'.")
  return { match: pattern as RuleLayer['match'], layer }
}

const headers: Reader<HeaderList> = (value, path) => {
  try {
    return [...new Headers(value as NonNullable<RequestInit['headers']>)]
  } catch (error) {
    // The message of Headers may quote the value, which may be a credential.
    const given = typeof value === 'object' || typeof value === 'string' ? '' : ` (${shown(value)})`
    throw new TypeError(`${path}: these are not headers${given}. Give an object, a list of pairs, or Headers.`, {
      cause: (error as Error).name,
    })
  }
}

const headerName: Reader<string> = (value, path) => {
  const name = text(value, path)
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw wrong(path, value, "Give a header's name.")
  return name.toLowerCase()
}

const tiers: Reader<object[]> = (value, path) => {
  if (!Array.isArray(value))
    throw wrong(path, value, 'Give a list of stores, nearest first, for instance [memory(), sqlite(file)].')
  return value.map((store, index) => {
    if (typeof store !== 'object' || store === null)
      throw wrong(`${path}[${index}]`, store, "Give a store such as memory() from 'holdfast/memory', or a Keyv.")
    if (value.indexOf(store) < index)
      throw wrong(`${path}[${index}]`, store, 'This store is in the list already. Give each once.')
    return store as object
  })
}

const clock: Reader = (value, path) => {
  const complete =
    typeof value === 'object' && value !== null && ['now', 'monotonic', 'setTimeout'].every((name) => name in value)
  if (!complete) throw wrong(path, value, 'Give an object with now(), monotonic() and setTimeout(fn, ms).')
  return value
}

/** Readers of what only an instance takes. */
export const INSTANCE_READERS: Readers = {
  ...CALL_READERS,
  tiers,
  versions,
  respect: oneOf('resilient', 'standard'),
  mode: oneOf('online', 'prefer-offline', 'offline'),
  headers,
  credentialHeaders: listOf(headerName),
  limits,
  rules: listOf(rule),
  storeTimeout: duration,
  fetch: callback,
  clock,
  random: callback,
  waitUntil: callback,
}

/** What is fixed when the rooms are built, so a child that shares them cannot set it. */
export const SHARED_OPTIONS: readonly string[] = ['tiers', 'limits', 'storeTimeout', 'fetch', 'clock', 'random', 'waitUntil']

/** The options of one instance, read: its own layer, its rules, and what its rooms are built from. */
export interface InstanceOptions {
  readonly layer: Layer
  /** undefined: nothing was said of rules; an empty list replaces a parent's. */
  readonly rules: readonly RuleLayer[] | undefined
  readonly headers: HeaderList
  readonly credentialHeaders: ReadonlySet<string> | undefined
  readonly rooms: Readonly<Record<string, unknown>>
}

/** @throws TypeError that names the wrong option, its value, and the cure. */
export function readInstanceOptions(given: unknown): InstanceOptions {
  const read = readObject(given, INSTANCE_READERS, '')
  const rooms: Record<string, unknown> = {}
  for (const name of SHARED_OPTIONS) {
    if (name in read) rooms[name] = read[name]
    delete read[name]
  }
  const { rules, headers: list = [], credentialHeaders, ...layer } = read
  return {
    layer: layer as Layer,
    rules: rules as RuleLayer[] | undefined,
    headers: list as HeaderList,
    credentialHeaders: credentialHeaders === undefined ? undefined : new Set(credentialHeaders as string[]),
    rooms,
  }
}
