import { isBytes } from '../model/bytes.ts'
import type { HeaderList } from '../model/headers.ts'
import type {
  AttemptRecord,
  EntryRecord,
  FailureRecord,
  MarkRecord,
  Stamp,
  UseRecord,
  VariantRecord,
  VersionRecord,
  VersionRef,
} from '../model/record.ts'
import type { ResponseHead } from '../model/rooms.ts'

/**
 * Whether what stands in a store is what its kind of record is. A checksum shows that nothing was damaged, not who wrote it: a store that
 * others write to may hold anything, and a record with a list too few must be a miss, not an error in the middle of a call.
 */
export type Shape<T> = (record: object) => record is T & object

type Loose<T> = { readonly [name in keyof T]?: unknown }

const isText = (given: unknown): given is string => typeof given === 'string'
/** A time, or a count: what is beyond any `Date` is neither. */
const isNumber = (given: unknown): given is number => typeof given === 'number' && Math.abs(given) <= 8.64e15
const isObject = (given: unknown): given is object => typeof given === 'object' && given !== null && !Array.isArray(given)
const isSize = (given: unknown): boolean => Number.isSafeInteger(given) && (given as number) >= 0

const isAbsentOr = (is: (given: unknown) => boolean, given: unknown): boolean => given === undefined || is(given)
const isList = (is: (given: unknown) => boolean, given: unknown): boolean => Array.isArray(given) && given.every(is)
const isTable = (is: (given: unknown) => boolean, given: unknown): boolean => isObject(given) && Object.values(given).every(is)

const isStamp = (given: unknown): boolean => {
  if (!isObject(given)) return false
  const { at, by }: Loose<Stamp> = given
  return isNumber(at) && isText(by)
}

const isLabel = (given: unknown): boolean => isStamp(given) && isAbsentOr(isText, (given as { reason?: unknown }).reason)

const isRef = (given: unknown): boolean => {
  if (!isObject(given)) return false
  const { id, digest, size, storedAt, checkedAt, date, labels, pins, removed }: Loose<VersionRef> = given
  return (
    isText(id) &&
    isText(digest) &&
    isAbsentOr(isSize, size) &&
    [storedAt, checkedAt].every(isNumber) &&
    isAbsentOr(isNumber, date) &&
    isAbsentOr((said) => isTable(isLabel, said), labels) &&
    isAbsentOr((said) => isTable(isStamp, said), pins) &&
    isAbsentOr(isStamp, removed)
  )
}

const isVariant = (given: unknown): boolean => {
  if (!isObject(given)) return false
  const { vary, values, versions }: Loose<VariantRecord> = given
  return isList(isText, vary) && isText(values) && isList(isRef, versions)
}

const isError = (given: unknown): given is { attempts?: unknown } => {
  if (!isObject(given)) return false
  const { code, message }: Loose<FailureRecord> = given
  return isText(code) && isText(message)
}

const isAttempt = (given: unknown): boolean => {
  if (!isObject(given)) return false
  const { at, url, error }: Loose<AttemptRecord> = given
  return isNumber(at) && isText(url) && isAbsentOr(isError, error)
}

const isFailure = (given: unknown): boolean => isStamp(given) && isError(given) && isList(isAttempt, given.attempts)

const isPolicy = (given: unknown): boolean => {
  if (!isStamp(given)) return false
  const { options } = given as { options?: unknown }
  return options === null || isObject(options)
}

const isRemoval = (given: unknown): boolean => isStamp(given) && isText((given as { upTo?: unknown }).upTo)

export const isEntryRecord: Shape<EntryRecord> = (record): record is EntryRecord => {
  const { method, url, group, variants, invalidatedAt, failures, policy, tags, meta, removed }: Loose<EntryRecord> = record
  return (
    [method, url, group].every(isText) &&
    isList(isVariant, variants) &&
    isAbsentOr(isNumber, invalidatedAt) &&
    isAbsentOr((given) => isList(isFailure, given), failures) &&
    isAbsentOr(isPolicy, policy) &&
    isAbsentOr((given) => isTable(isNumber, given), tags) &&
    isAbsentOr(isStamp, meta) &&
    isAbsentOr(isRemoval, removed)
  )
}

/** As `Headers` takes them: names are tokens, and a value ends no line (RFC 9110 5.5, 5.6.2). */
const isHeaders = (given: unknown): given is HeaderList =>
  isList((field) => {
    if (!Array.isArray(field) || field.length !== 2) return false
    const [name, value] = field as readonly unknown[]
    return isText(name) && /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && isText(value) && !/[\0\r\n]|[^\0-\xff]/.test(value)
  }, given)

const isRedirects = (given: unknown): boolean => {
  if (!isObject(given)) return false
  const { urls, vary, lifetime } = given as { urls?: unknown; vary?: unknown; lifetime?: unknown }
  return isList(isText, urls) && isList(isText, vary) && isAbsentOr(isNumber, lifetime)
}

/** What a `Response` takes for a status that has an answer of its own (Fetch, 5.5). */
const isStatus = (given: unknown): boolean => Number.isInteger(given) && (given as number) >= 200 && (given as number) <= 599

/** What a `Response` can be made of. */
export const isHead = (given: unknown): given is ResponseHead => {
  if (!isObject(given)) return false
  const { status, statusText, url, headers, requestedAt, receivedAt, redirects }: Loose<ResponseHead> = given
  return (
    isStatus(status) &&
    isText(statusText) &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(statusText) &&
    isText(url) &&
    isHeaders(headers) &&
    isNumber(requestedAt) &&
    isAbsentOr(isNumber, receivedAt) &&
    isAbsentOr(isRedirects, redirects) &&
    // What only a head in memory carries is never written.
    !('facts' in given)
  )
}

export const isVersionRecord: Shape<VersionRecord> = (record): record is VersionRecord => {
  const { id, variant, size, digest, body, bodyId, storedAt, checkedAt }: Loose<VersionRecord> = record
  return (
    isHead(record) &&
    [id, variant, digest].every(isText) &&
    isSize(size) &&
    [storedAt, checkedAt].every(isNumber) &&
    isAbsentOr(isText, bodyId) &&
    isAbsentOr(isBytes, body) &&
    !('home' in record)
  )
}

export const isMarkRecord: Shape<MarkRecord> = (record): record is MarkRecord => isNumber((record as Loose<MarkRecord>).at)

export const isUseRecord: Shape<UseRecord> = (record): record is UseRecord => {
  const { requests, hits, fallbacks, firstRequestedAt, lastRequestedAt }: Loose<UseRecord> = record
  return [requests, hits, fallbacks, firstRequestedAt, lastRequestedAt].every(isNumber)
}
