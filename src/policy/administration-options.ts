import type { Call } from '../model/call.ts'
import type { EntryRecord } from '../model/record.ts'
import { normalisedUrl } from './cache-key.ts'
import { match } from './instance-options.ts'
import { flag, type Reader, readObject, text, wrong } from './option-readers.ts'
import { tag } from './tag-options.ts'

/** Which entries are meant. */
export type What =
  | { readonly name: 'url'; readonly url: string }
  | { readonly name: 'match'; readonly match: URLPattern }
  | { readonly name: 'tag'; readonly tag: string }
  | { readonly name: 'group'; readonly group: string }

/** As in rules, but text only: what is stored has a URL, and is no request. */
const pattern: Reader<URLPattern> = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, value, "Give URLPattern text such as 'https://api.example.org/*'.")
  return match(value, path) as URLPattern
}

/** A URL, or what has one: a Request. */
const url: Reader<string> = (value, path) => {
  const given = typeof value === 'object' && value !== null && 'url' in value ? value.url : value
  const read = typeof given === 'string' || given instanceof URL ? URL.parse(String(given)) : null
  if (read === null) throw wrong(path, value, "Give a URL such as 'https://api.example.org/rates', or a Request.")
  return normalisedUrl(read)
}

const WHAT = { url, match: pattern, tag, group: text }

/** @throws TypeError unless exactly one of url, match, tag and group says which */
export function readWhat(given: unknown, path: string): What {
  const read = readObject(given, WHAT, path)
  const [name, ...others] = Object.keys(read)
  if (name === undefined || others.length > 0) throw wrong(path, given, 'Give exactly one of url, match, tag and group.')
  return { name, ...read } as What
}

/** What entries are chosen by. */
type Subject = Pick<EntryRecord, 'url' | 'group' | 'tags'>

export function isMeant({ url: its, group, tags = {} }: Subject, what: What): boolean {
  switch (what.name) {
    case 'url':
      return its === what.url
    case 'match':
      return what.match.test(its)
    case 'tag':
      return Object.hasOwn(tags, what.tag)
    case 'group':
      return group === what.group
  }
}

/** Whether it is meant what a call will be kept as. */
export function isAskedBy(what: What): (call: Call) => boolean {
  return ({ url: its, settings: { group, tags } }) =>
    isMeant({ url: its, group, tags: Object.fromEntries(tags.map((one) => [one, 0])) }, what)
}

export interface EntriesFilter {
  readonly group?: string
  readonly tag?: string
  readonly match?: URLPattern
  readonly after?: string
}

const FILTER = { group: text, tag, match: pattern, after: text }

export const readFilter = (given: unknown): EntriesFilter => readObject(given, FILTER, 'entries')

export function passes(entry: EntryRecord, { group, tag: its, match: pattern }: EntriesFilter): boolean {
  return (
    (group === undefined || isMeant(entry, { name: 'group', group })) &&
    (its === undefined || isMeant(entry, { name: 'tag', tag: its })) &&
    (pattern === undefined || isMeant(entry, { name: 'match', match: pattern }))
  )
}

export function readSweep(given: unknown): 'dry' | 'in earnest' {
  const { dryRun = false } = readObject(given, { dryRun: flag }, 'sweep')
  return dryRun === true ? 'dry' : 'in earnest'
}

export function readReady(given: unknown): 'lenient' | 'strict' {
  const { strict = false } = readObject(given, { strict: flag }, 'ready')
  return strict === true ? 'strict' : 'lenient'
}

export function readAudit(given: unknown): 'repair' | 'report' {
  const { repair = true } = readObject(given, { repair: flag }, 'audit')
  return repair === true ? 'repair' : 'report'
}
