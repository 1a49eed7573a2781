import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import { type Duration, parseDuration } from './model/duration.ts'
import type { VersionInfo } from './model/inspection.ts'
import type { EntryRecord } from './model/record.ts'
import type { Held } from './model/rooms.ts'
import type { Selection } from './model/select.ts'
import { type Reader, readObject, wrong } from './policy/option-readers.ts'
import { idsOf } from './policy/removal.ts'
import { label as labelReader, time } from './policy/select-options.ts'
import { chosenBy, currentOf, versionNotFound } from './policy/version-choice.ts'
import { versionInfo } from './policy/version-info.ts'
import { reasonText } from './stages/remarks.ts'
import { foundIn, settled } from './stages/tiers/unheard.ts'

// What is said of an entry, and of its versions.

/** What its history is read from. */
export interface HistoryBasis {
  readonly house: () => House
  readonly call: () => Promise<Call>
}

export const id: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || value === '') throw wrong(path, value, 'Give the id of a version.')
  return value
}

const reason: Reader = (value) => value
const LABELLING = { version: id, reason }
const PINNING = { version: id, until: time, for: (value: unknown, path: string) => parseDuration(value as Duration, path) }

/** The version of this id, or the current one. VERSION_NOT_FOUND where there is none; STORE where nobody can say. */
export async function heldOf({ house, call }: HistoryBasis, which: string | undefined): Promise<Held> {
  const { tiers, clock } = house()
  const asked = await call()
  const wanted: Selection | undefined = which === undefined ? undefined : { name: 'version', id: which }
  const choose = wanted === undefined ? currentOf : chosenBy(wanted, clock.now())
  const held = await foundIn(tiers, () => tiers.pick(asked, choose), { call: asked, whether: 'there is such a version' })
  if (held === undefined) throw versionNotFound(asked, wanted)
  return held
}

export async function labelled(
  basis: HistoryBasis,
  { label, options, on }: { label: unknown; options: unknown; on: 'yes' | 'no' },
): Promise<VersionInfo> {
  const word = labelReader(label, 'label')
  const read = readObject(options, LABELLING, 'label') as { version?: string; reason?: unknown }
  const { remarks, clock } = basis.house()
  const held = await remarks.label(await heldOf(basis, read.version), word, { on, reason: reasonText(read.reason) })
  return versionInfo(held, clock.now())
}

export async function pinned(basis: HistoryBasis, options: unknown): Promise<AsyncDisposable & { unpin(): Promise<void> }> {
  const read = readObject(options, PINNING, 'pin') as { version?: string; until?: number; for?: number }
  if (read.until !== undefined && read.for !== undefined) throw wrong('pin', options, 'Give until or for, not both.')
  const { remarks, clock, walks } = basis.house()
  const until = read.until ?? (read.for === undefined ? null : clock.now() + read.for)
  const { maxPinned } = (await basis.call()).settings.versions
  const held = await heldOf(basis, read.version)
  const taken = await remarks.pin(held, until, { maxPinned, now: clock.now() })
  await broughtToLast(basis.house(), held)
  const unpin = (): Promise<void> => walks.during(taken())
  return { unpin, [Symbol.asyncDispose]: unpin }
}

/** A bounded store may have given up what memory still has: there it would be gone with the process, pinned or not. */
async function broughtToLast({ tiers, care }: House, { entry: { key }, tier: name }: Held): Promise<void> {
  const from = tiers.nearestFirst.find(({ store }) => store.name === name)
  const to = tiers.writable.find(({ store }) => store.durable && !store.remote)
  if (from?.shelf === undefined || to === undefined) return
  // A tier that fails is told of by its guard, and brought it when it is back.
  await care.use(({ upkeep }) => upkeep.bring(key, to)).catch(() => undefined)
}

export async function unpinned(basis: HistoryBasis, options: unknown): Promise<void> {
  const { version } = readObject(options, { version: id }, 'unpin') as { version?: string }
  await basis.house().remarks.unpin(await heldOf(basis, version))
}

/**
 * What is under way for it began before a word of it: nobody joins that any more, and what it brings does not stay. Resolves when what is
 * being written of it is down or has failed.
 */
export function overtaken({ stages, clock, tiers }: Pick<House, 'stages' | 'clock' | 'tiers'>, call: Call): Promise<void> {
  stages.flights.part([call.url])
  return settled(
    tiers,
    stages.flights.overtake(({ key }) => key === call.key, clock.now()),
  )
}

export async function deleted({ house, call }: HistoryBasis): Promise<void> {
  const { tiers, remarks, scheduler, stages, clock } = house()
  const asked = await call()
  scheduler.forget(asked.key)
  await overtaken({ stages, clock, tiers }, asked)
  let known: EntryRecord | undefined
  const look = async (): Promise<string[] | undefined> => {
    known = await tiers.known(asked)
    const ids = idsOf(known)
    // That it failed a moment ago is known here, and says nothing of what a silent tier has.
    return ids.length === 0 ? undefined : ids
  }
  await foundIn(tiers, look, { call: asked, whether: 'there is anything to delete' })
  if (known !== undefined) await remarks.remove(known)
}
