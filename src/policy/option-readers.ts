import { parseDuration } from '../model/duration.ts'
import { parseSize } from '../model/size.ts'

/** Reads one option: what was given → its one spelling inside. Throws a TypeError that names the option, the value and the cure. */
export type Reader<T = unknown> = (value: unknown, path: string) => T
export type Readers = Readonly<Record<string, Reader>>

/** Names from other libraries, and what they are here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    staleIfError: 'fallback',
    staleOnError: 'fallback',
    grace: 'fallback',
    maxAge: 'ttl',
    maxStale: 'fallback.maxStale',
    softTimeout: 'fallback.after',
    timeout: 'timeouts',
    store: 'tiers',
    stores: 'tiers',
    cache: "init.cache, for the Fetch standard's modes",
    swr: 'staleWhileRevalidate',
    concurrency: 'limits.concurrency',
    namespace: 'group',
  }),
)

/** The same, of names inside `retry`. */
const ELSEWHERE_IN_RETRY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    retries: 'attempts',
    limit: 'attempts',
    maxRetries: 'attempts',
    minTimeout: 'minDelay',
    maxTimeout: 'maxDelay',
    backoffLimit: 'maxDelay',
  }),
)

/** In a URL a user name and password may stand, or beside its parts; and messages end up in logs. */
const USER = /\/\/[^\s"]*@/g
const SECRET = /pass|secret|token|auth|cookie|credential/i

export function shown(value: unknown): string {
  if (typeof value === 'function') return `a function${value.name ? ` (${value.name})` : ''}`
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'undefined') return String(value)
  if (typeof value === 'number') return String(value)
  try {
    const clear = JSON.stringify(value, (name, part: unknown) => (SECRET.test(name) ? '…' : part))
    return clear.slice(0, 2_000).replace(USER, '//…@').slice(0, 80)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

export function wrong(path: string, value: unknown, cure: string): TypeError {
  return new TypeError(`${path}: ${shown(value)} is not right. ${cure}`)
}

/** Levenshtein distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? a.length
}

function elsewhere(name: string, path: string): string | undefined {
  if (path === '' || path === 'holdfast' || /^rules\[\d+\]$/.test(path)) return name === 'retries' ? 'retry' : ELSEWHERE.get(name)
  return path.endsWith('retry') ? ELSEWHERE_IN_RETRY.get(name) : undefined
}

function nearest(name: string, path: string, known: readonly string[]): string | undefined {
  const other = elsewhere(name, path)
  if (other !== undefined) return other
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(2, name.length / 3) ? best.candidate : undefined
}

/**
 * Reads an object of options by its readers. An absent or undefined option stays absent; own enumerable keys only,
 * so that options that came out of JSON.parse cannot reach a prototype.
 */
export function readObject(given: unknown, readers: Readers, path: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong(path || 'options', given, `Give an object with ${Object.keys(readers).join(', ')}.`)
  }
  const read: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    const full = path ? `${path}.${name}` : name
    if (reader === undefined) {
      const known = Object.keys(readers)
      const near = nearest(name, path, known)
      throw new TypeError(
        `Unknown option "${full}" (given: ${shown(value)}). ${near ? `Did you mean "${near}"?` : `Known here: ${known.join(', ')}.`}`,
      )
    }
    if (value !== undefined) read[name] = reader(value, full)
  }
  return read
}

export const duration: Reader<number> = (value, path) => {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw wrong(path, value, "Give milliseconds, or text such as '30s'.")
  return parseDuration(value, path)
}

export const size: Reader<number> = (value, path) => {
  if (typeof value !== 'number' && typeof value !== 'string') throw wrong(path, value, "Give bytes, or text such as '64KB'.")
  return parseSize(value, path)
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || value.trim() === '') throw wrong(path, value, 'Give a text that is not empty.')
  return value
}

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, value, 'Give true or false.')
  return value
}

export const callback: Reader = (value, path) => {
  if (typeof value !== 'function') throw wrong(path, value, 'Give a function.')
  return value
}

/** A whole number from `least` up. */
export const count =
  (least: number): Reader<number> =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
      throw wrong(path, value, `Give a whole number from ${least} up.`)
    return value
  }

export const oneOf =
  <T extends string>(...words: T[]): Reader<T> =>
  (value, path) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw wrong(path, value, `Give one of ${words.map((candidate) => `'${candidate}'`).join(', ')}.`)
    return word
  }

export const listOf =
  <T>(item: Reader<T>): Reader<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, value, 'Give a list.')
    return value.map((element, index) => item(element, `${path}[${index}]`))
  }
