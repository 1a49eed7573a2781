import { type Behind, openHouse } from './entrance.ts'
import type { House } from './house.ts'
import type { HostState } from './model/limits.ts'
import type { Input } from './model/options.ts'
import type { Store } from './model/store.ts'
import {
  type EntriesFilter,
  isAskedBy,
  isMeant,
  passes,
  readAudit,
  readFilter,
  readReady,
  readSweep,
  readWhat,
  type What,
} from './policy/administration-options.ts'
import { wrong } from './policy/option-readers.ts'
import { isStore } from './policy/store-shape.ts'
import { type Health, readiness } from './readiness.ts'
import { retentionBy } from './retention-rules.ts'
import { groupMark, tagMark } from './stages/tiers/marks.ts'
import { settled } from './stages/tiers/unheard.ts'
import type { AuditReport, CopyReport, EntryInfo, SweepReport } from './stages/tiers/upkeep/upkeep.ts'
import { type Stats, statsOf } from './stats.ts'

/** Which entries: exactly one of these. */
export interface Which {
  /** All partitions, methods and variants of it. */
  url?: Input
  /** URLPattern text, as in rules: 'https://api.example.org/*', or '/path/*' on any host. */
  match?: string
  /** One of an entry's tags. */
  tag?: string
  group?: string
}

/** What can be done to stored entries as a whole. All of it asks no origin; after `close()` it throws or rejects with code CLOSED. */
export interface Administration {
  /**
   * What is stored, in all tiers together: those that fit all of the filter, read in slices, so that nobody is held up by a long list.
   * In order of their keys; `after` is the `key` of an entry, behind which the list goes on. Entries that come or go meanwhile may be in
   * it or not. A tier that fails is left out (event `tier-error`). Deleted entries are not listed.
   *
   * @throws TypeError for an unknown or wrong option. The error of a tier that could not be listed, where no other has any that fit.
   */
  entries(filter?: { group?: string; tag?: string; match?: string; after?: string }): AsyncIterable<EntryInfo>
  /**
   * What was asked for until now is stale: it is asked for anew, and is still there to fall back to. `url` concerns all partitions and
   * variants. By url, tag and group in constant time, also for entries that stand only in tiers that are away now; by match it is a scan
   * in slices. What is being downloaded was asked for before, and is stale when it comes; by match where this instance downloads it.
   * Resolves when the tiers that are here know it; remote ones are told behind.
   *
   * @throws TypeError unless exactly one of url, match, tag, group is given. By match, the error of a store that could not be listed.
   */
  invalidate(what: Which): Promise<void>
  /**
   * Deletes entries with all their versions, labels, pins and policies, in all tiers, by a scan in slices; resolves with how many. A tier
   * that is away learns of it when it comes back within 7 days. What this instance is downloading of them is given to those who wait, and
   * not kept. Bodies that no version names any more go with the sweeps.
   *
   * @throws TypeError unless exactly one of url, match, tag, group is given. The error of a store that failed, all others done.
   */
  delete(what: Which): Promise<number>
  /**
   * What this instance's calls came to since it was made. `oldestFallback` is there to be watched: while it is set, somebody is served a
   * version because the origin gives nothing, and it says when the oldest of these was last confirmed.
   */
  stats(): Stats
  /**
   * The hosts that are asked now, wait, or of which something is remembered: what they have learnt to bear, until when they are left alone
   * or have no quota left, and which do not answer.
   */
  hosts(): HostState[]
  /**
   * Tries each tier now, by a read and a write that mean nothing, and says how it is; at most 5 s for each. A tier that cannot be used is no
   * reason to fail: calls go on without it.
   *
   * @param options `strict` (default false): all tiers, or none.
   * @throws TypeError for an unknown or wrong option. STORE, with `strict`, naming the tiers that cannot be used, and why.
   */
  ready(options?: { strict?: boolean }): Promise<Health>
  /**
   * Removes what is not to be kept (`versions`), what broke off more than a day ago, and bodies that nothing has named in two sweeps at
   * least an hour apart. What is being read in this process stays for the next one. While there are writes it happens by itself, a
   * minute after the first and then hourly, in one process of several. Safe to be killed, and to be done twice at once; a call while another is under way waits
   * for it.
   *
   * @param options `dryRun` (default false) changes nothing, and says what would go now.
   * @throws TypeError for an unknown or wrong option. The error of a store that failed, all others done.
   */
  sweep(options?: { dryRun?: boolean }): Promise<SweepReport>
  /**
   * Holds every stored version against the SHA-256 of its bytes, in every tier that keeps bytes.
   *
   * @param options `repair` (default true): a good copy out of another tier takes the place of a damaged version; where there is none the
   * version goes, so that the next fetch brings it anew.
   * @throws TypeError for an unknown or wrong option. The error of a store that could not be read.
   */
  audit(options?: { repair?: boolean }): Promise<AuditReport>
  /**
   * Copies all entries with their versions, labels, pins, policies and uses into another store, merged into what that has; what is there
   * already is not copied again. Invalidations so far are part of the copies. Goes on while the instance is in use: a version that vanishes
   * meanwhile is not in the copy. A store that others read (`shared`) gets nothing private; what is larger than its `maxEntryBytes` is
   * left out (event `store-skipped`). The store is not closed.
   *
   * @throws TypeError for what is no store, or is one of the tiers. The error of a store that failed.
   */
  copyTo(store: Store): Promise<CopyReport>
}

/** @throws TypeError */
function refuseOthers(store: Store): void {
  if (!isStore(store)) throw wrong('copyTo', store, "Give a store such as sqlite('./copy.db').")
}

/** The same behind a door. */
export function administrationOf(behind: Behind): Administration {
  const during = async <T>(work: (house: House) => Promise<T>): Promise<T> => {
    const house = openHouse(behind)
    return house.walks.during(work(house))
  }
  return {
    entries: (given = {}) => {
      const filter = readFilter(given)
      return oneByOne(openHouse(behind), filter)
    },
    invalidate: async (given) => {
      const what = readWhat(given, 'invalidate')
      await during((house) => invalidate(house, what))
    },
    delete: async (given) => {
      const what = readWhat(given, 'delete')
      return during((house) => remove(house, what))
    },
    stats: () => statsOf(openHouse(behind)),
    hosts: () => openHouse(behind).outside.here?.governor.hosts() ?? [],
    ready: (given = {}) => during((house) => readiness(house.stores, readReady(given))),
    sweep: (given = {}) =>
      during(({ care }) => {
        const how = readSweep(given)
        return care.use(({ upkeep }) => upkeep.sweep(how, retentionBy(behind.basis())))
      }),
    audit: (given = {}) =>
      during(({ care }) => {
        const how = readAudit(given)
        return care.use(({ upkeep }) => upkeep.audit(how))
      }),
    copyTo: async (store) => {
      refuseOthers(store)
      return during((house) => house.care.use(({ upkeep, target }) => upkeep.copyTo(target(store))))
    },
  }
}

async function* slicesOf({ care }: House, filter: EntriesFilter): AsyncGenerator<EntryInfo[]> {
  const { upkeep } = await care.get()
  yield* upkeep.entries((entry) => passes(entry, filter), filter.after)
}

/** Each slice keeps the process alive, and `idle()` waiting, while it is read; who stops in the middle leaves nothing behind. */
async function* oneByOne(house: House, filter: EntriesFilter): AsyncGenerator<EntryInfo> {
  const slices = slicesOf(house, filter)
  try {
    for (;;) {
      const { done, value } = await house.walks.during(slices.next())
      if (done === true) return
      yield* value
    }
  } finally {
    await slices.return(undefined)
  }
}

/** Nobody joins a flight any more whose question is older than the change; one of a tag, a pattern or a group may be any. */
const partsOf = (what: What): readonly string[] | 'all' => (what.name === 'url' ? [what.url] : 'all')

async function invalidate({ stages, care, tiers, clock }: House, what: What): Promise<void> {
  stages.flights.part(partsOf(what))
  switch (what.name) {
    case 'url':
      return tiers.invalidate([what.url], clock.now())
    case 'tag':
      return tiers.mark([tagMark(what.tag)], clock.now())
    case 'group':
      return tiers.mark([groupMark(what.group)], clock.now())
    case 'match':
      await tiers.invalidate(stages.flights.urls(isAskedBy(what)), clock.now())
      return care.use(({ upkeep }) => upkeep.invalidate((entry) => isMeant(entry, what)))
  }
}

async function remove({ stages: { flights }, care, clock, tiers }: House, what: What): Promise<number> {
  flights.part(partsOf(what))
  await settled(tiers, flights.overtake(isAskedBy(what), clock.now()))
  return care.use(({ upkeep }) => upkeep.remove((entry) => isMeant(entry, what)))
}
