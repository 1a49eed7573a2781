import { counted } from './counted.ts'
import type { EntryStats } from './entry-account.ts'
import { deleted, type HistoryBasis, heldOf, id, labelled, pinned, unpinned } from './entry-remarks.ts'
import { nextRound } from './model/clock.ts'
import type { Difference } from './model/difference.ts'
import type { Duration } from './model/duration.ts'
import type { Attempt } from './model/errors.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { CallOptions } from './model/options.ts'
import type { Held } from './model/rooms.ts'
import type { Selection } from './model/select.ts'
import { judgeHeld } from './policy/candidate.ts'
import { count as countFrom, flag, readObject } from './policy/option-readers.ts'
import { label as labelReader, selection } from './policy/select-options.ts'
import { hasLabel, isPinned } from './policy/selection.ts'
import { answered } from './policy/served.ts'
import { allVersions, besideNeighbours, type Chooser, chosenBy } from './policy/version-choice.ts'
import { versionInfo } from './policy/version-info.ts'
import { foundIn } from './stages/tiers/unheard.ts'

/**
 * A handle on one entry: what is stored of one request identity. Nothing happens until it is asked. Where nothing is found and a tier could
 * not be asked meanwhile, nobody can say that there is nothing: it rejects with HoldfastError STORE. To `fetch` and `refresh` such a tier is
 * a miss, `setPolicy` brings it the policy when it is back, and `explain` says so.
 */
export interface Entry {
  fetch(): Promise<Response>
  /** Asks the origin, whatever is fresh; the last good version where that fails. */
  refresh(): Promise<Response>
  /** Newest first: those that fit all of the filter (`pinned: false`: those that are not). `limit` 10; 0 for all. */
  versions(filter?: { label?: string; pinned?: boolean; skip?: number; limit?: number }): Promise<VersionInfo[]>
  /** An id, 'latest' (the newest, whatever its labels), 'valid' (the newest with that label), a label, or what was current at a time. */
  version(
    which: string | 'latest' | 'valid' | { label: string } | { asOf: Date | string },
  ): Promise<(VersionInfo & { response(): Promise<Response> }) | undefined>
  /** Default: the current version. A label has 2 to 64 of letters, digits, '-', '_', '.'. */
  label(label: string, options?: { version?: string; reason?: unknown }): Promise<VersionInfo>
  unlabel(label: string, options?: { version?: string }): Promise<VersionInfo>
  /** A pinned version is never collected: for ever, until a time, or for a while. */
  pin(options?: { version?: string; until?: Date; for?: Duration }): Promise<AsyncDisposable & { unpin(): Promise<void> }>
  unpin(options?: { version?: string }): Promise<void>
  /**
   * What changed from one version to another: for JSON by pointer (RFC 6901), for CSV by row, for text by line; for all else, and beyond
   * 8 MB, sizes and digests. HoldfastError VERSION_NOT_FOUND for an id that is not there.
   */
  diff(from: string, to: string): Promise<Difference>
  /** Obtains that gave up, newest first, as many as `versions.keepFailed` (at most 10). They are not versions. */
  failures(): Promise<Attempt[][]>
  /** The options stored for this entry; {} where there are none. */
  policy(): Promise<CallOptions>
  /**
   * Stores options for this entry, in place of those before: over rules and instance, under what a call says itself; obeyed by other
   * processes too. undefined: none any more. TypeError for what is part of its identity (key, partition, group, safe), and for code.
   */
  setPolicy(policy: Partial<CallOptions> | undefined): Promise<void>
  stats(): Promise<EntryStats>
  /** A readable account: what is stored, which version answers and why, and what became of the last calls. Not for parsing. */
  explain(): Promise<string>
  /**
   * From every tier, with all versions, pins, labels and its policy; what is being downloaded of it is given to those who wait, and not
   * kept.
   */
  delete(): Promise<void>
}

/** What is stored of an entry, and was: without the asking, and without options of its own. */
export type EntryHistory = Omit<Entry, 'fetch' | 'refresh' | 'policy' | 'setPolicy'>

/** What an entry handle stands on. */
export interface EntryBasis extends HistoryBasis {
  readonly fetch: (over: { refresh: 'yes' | 'no' }) => Promise<Response>
}

/** Seldom asked for: it takes as much text to tell how two bodies differ, or what became of an entry, as to answer with it. */
const telling = (): Promise<typeof import('./entry-account.ts')> => import('./entry-account.ts')

const count = countFrom(0)

/** Versions told between two rounds of the event loop. */
const SLICE = 100

const FILTER = { label: labelReader, pinned: flag, skip: count, limit: count }

export function entryOf(basis: EntryBasis): Entry {
  return {
    ...historyOf(basis),
    ...counted(basis, policies),
    fetch: () => basis.fetch({ refresh: 'no' }),
    refresh: () => basis.fetch({ refresh: 'yes' }),
  }
}

const policies = ({ house, call }: HistoryBasis): Pick<Entry, 'policy' | 'setPolicy'> => ({
  policy: async () => (await telling()).policyOf(house(), await call()),
  setPolicy: async (policy) => (await telling()).setPolicyOf(house(), await call(), policy),
})

export function historyOf(basis: HistoryBasis): EntryHistory {
  return counted(basis, history)
}

function history(basis: HistoryBasis): EntryHistory {
  return {
    versions: (filter = {}) => versions(basis, readObject(filter, FILTER, 'versions') as Filter),
    version: (which) => version(basis, which),
    label: (label, options = {}) => labelled(basis, { label, options, on: 'yes' }),
    unlabel: (label, options = {}) => labelled(basis, { label, options, on: 'no' }),
    pin: (options = {}) => pinned(basis, options),
    unpin: (options = {}) => unpinned(basis, options),
    diff: async (from, to) =>
      (await telling()).compared(await heldOf(basis, id(from, 'diff.from')), await heldOf(basis, id(to, 'diff.to'))),
    failures: async () => (await telling()).failuresOf(basis.house(), await basis.call()),
    stats: async () => (await telling()).statsOf(basis.house(), await basis.call()),
    explain: async () => (await telling()).explained(basis.house(), await basis.call()),
    delete: () => deleted(basis),
  }
}

interface Filter {
  label?: string
  pinned?: boolean
  skip?: number
  limit?: number
}

async function versions(
  { house, call }: HistoryBasis,
  { label, pinned: whichPinned, skip = 0, limit = 10 }: Filter,
): Promise<VersionInfo[]> {
  const { tiers, clock } = house()
  const asked = await call()
  const now = clock.now()
  const about = { call: asked, whether: 'there is such a version' }
  const listed = async (): Promise<VersionInfo[] | undefined> => {
    const entry = await tiers.known(asked)
    if (entry === undefined) return undefined
    const fitting = besideNeighbours(entry.variants).filter(
      ({ ref }) =>
        (label === undefined || hasLabel(ref, label)) && (whichPinned === undefined || isPinned(ref, now) === whichPinned),
    )
    const told: VersionInfo[] = []
    for (const { variant, ref } of fitting.slice(skip)) {
      if (limit !== 0 && told.length === limit) break
      const pick = (): Promise<Held | undefined> =>
        tiers.pick(asked, chosenBy({ name: 'version', id: ref.id }, now), { ...entry, variants: [variant] })
      // One that the entry names, and only a silent tier has: the list would look whole without it.
      const held = await foundIn(tiers, pick, about)
      if (held !== undefined) told.push(versionInfo(held, now))
      if (told.length % SLICE === 0) await nextRound()
    }
    return told.length > 0 ? told : undefined
  }
  return (await foundIn(tiers, listed, about)) ?? []
}

const newest: Chooser = (entry) => allVersions(entry.variants)[0]

function chooserOf(which: unknown, now: number): Chooser {
  if (which === 'latest') return newest
  if (which === 'valid') return chosenBy({ name: 'label', label: 'valid' }, now)
  const wanted: Selection = typeof which === 'string' ? { name: 'version', id: which } : selection(which, 'version')
  return chosenBy(wanted, now)
}

async function version({ house, call }: HistoryBasis, which: unknown): ReturnType<Entry['version']> {
  const { tiers, clock, responses } = house()
  const asked = await call()
  const look = (): Promise<Held | undefined> => tiers.pick(asked, chooserOf(which, clock.now()))
  const held = await foundIn(tiers, look, { call: asked, whether: 'there is such a version' })
  if (held === undefined) return undefined
  const response = async (): Promise<Response> => responses.respond(answered(asked, held, judgeHeld(held, asked, clock.now())))
  return Object.assign(versionInfo(held, clock.now()), { response })
}
