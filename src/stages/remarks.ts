import type { EntryRecord, Stamp, VersionRef } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import type { Settings } from '../model/settings.ts'
import { described } from '../policy/description.ts'
import { merge } from '../policy/merge.ts'
import { shown } from '../policy/option-readers.ts'
import { afterAll, withoutAll } from '../policy/removal.ts'
import { pinnedVersions } from '../policy/retention.ts'
import { refsOf } from '../policy/selection.ts'
import { versionNotFound } from '../policy/version-choice.ts'

export interface RemarkRooms {
  readonly write: (
    entry: EntryRecord,
    how?: { readonly known?: EntryRecord; readonly removes?: 'what is there' },
  ) => Promise<{ readonly entry: EntryRecord }>
  readonly stamps: { next(known?: Stamp): Stamp }
}

type Remark = Pick<VersionRef, 'labels' | 'pins'>

/** Fewer than an entry tells of those that have ended (policy/merge.ts): all tiers are to hear of each. */
const UNPINNED_AT_ONCE = 32

/** What users say of versions: labels and pins. Stamped, so that what two processes say is brought together without loss. */
export class Remarks {
  readonly #rooms: RemarkRooms

  constructor(rooms: RemarkRooms) {
    this.#rooms = rooms
  }

  label(held: Held, label: string, said: { on: 'yes' | 'no'; reason?: string | undefined }): Promise<Held> {
    const record = {
      ...this.#rooms.stamps.next(held.ref.labels?.[label]),
      on: said.on === 'yes',
      ...(said.reason !== undefined && { reason: said.reason }),
    }
    return this.#say(held, { labels: Object.fromEntries([[label, record]]) })
  }

  /** Options for the entry; null: none any more. */
  async policy(known: EntryRecord, options: Readonly<Record<string, unknown>> | null): Promise<void> {
    const policy = { ...afterAll(this.#rooms.stamps.next(), known), options }
    await this.#rooms.write({ ...about(known), policy })
  }

  /** Of what is known of the entry until now nothing counts any more. */
  async remove(known: EntryRecord): Promise<void> {
    await this.#rooms.write(withoutAll(known, this.#rooms.stamps.next()), { removes: 'what is there' })
  }

  /** What a call says of the entry that answered it: its tags, its meta. */
  async describe(known: EntryRecord, settings: Settings): Promise<void> {
    const stamp = afterAll(this.#rooms.stamps.next(), known)
    await this.#rooms.write(described(about(known), settings, stamp))
  }

  /**
   * `until` in epoch milliseconds; null for ever. Resolves to what takes this pin back, and no other. A pin is a promise, so there is
   * room for it or it is not given: who comes too late, by what all processes have written, has none.
   *
   * @throws TypeError where more than `maxPinned` versions of the entry would be pinned.
   */
  async pin(held: Held, until: number | null, room: { maxPinned: number; now: number }): Promise<() => Promise<void>> {
    const stamp = this.#rooms.stamps.next()
    const who = `${stamp.by} ${stamp.at}`
    const pinned = await this.#say(held, { pins: { [who]: { ...stamp, until } } })
    const unpin = async (): Promise<void> => {
      await this.#say(held, { pins: { [who]: { ...this.#rooms.stamps.next(stamp), until: 0 } } })
    }
    const inOrder = pinnedVersions(pinned.entry, room.now)
    if (inOrder.length <= room.maxPinned || inOrder.slice(0, room.maxPinned).some(({ id }) => id === held.ref.id)) return unpin
    await unpin()
    throw new TypeError(
      `versions.maxPinned: ${room.maxPinned} versions of this entry may be pinned, and so many are. Unpin one, or raise it.`,
    )
  }

  /** All pins of the version, whoever holds them. */
  async unpin(held: Held): Promise<void> {
    const holding = Object.entries(held.ref.pins ?? {}).filter(([, { until }]) => until !== 0)
    const pins = holding.map(([who, pin]) => [who, { ...this.#rooms.stamps.next(pin), until: 0 }] as const)
    do await this.#say(held, { pins: Object.fromEntries(pins.splice(0, UNPINNED_AT_ONCE)) })
    while (pins.length > 0)
  }

  async #say(held: Held, remark: Remark): Promise<Held> {
    const { entry, variant, ref } = held
    const { id, digest, storedAt, checkedAt } = ref
    const said: VersionRef = { id, digest, storedAt, checkedAt, ...remark }
    const variants = [{ vary: variant.vary, values: variant.values, versions: [said] }]
    const written = merge(entry, (await this.#rooms.write({ ...about(entry), variants }, { known: entry })).entry)
    const known = refsOf(written).find((candidate) => candidate.id === id)
    // It was collected between the look and the word.
    if (known === undefined || known.removed !== undefined) throw versionNotFound(entry, { name: 'version', id })
    return { ...held, entry: written, ref: known }
  }
}

/**
 * What a word is said of. With what an invalidation did to it: memory may know no more of the entry than this word, and would take what a
 * farther tier has of it for fresh.
 */
function about({ key, method, url, group, invalidatedAt }: EntryRecord): EntryRecord {
  return { key, method, url, group, variants: [], ...(invalidatedAt !== undefined && { invalidatedAt }) }
}

/** A reason as it is kept: short, and text. */
export function reasonText(reason: unknown): string | undefined {
  if (reason === undefined) return undefined
  const text = typeof reason === 'string' ? reason : shown(reason)
  return (reason instanceof Error ? reason.message : text).slice(0, 500)
}
