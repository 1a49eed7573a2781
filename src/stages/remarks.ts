import type { EntryRecord, Stamp, VersionRef } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import type { Settings } from '../model/settings.ts'
import { described } from '../policy/description.ts'
import { shown } from '../policy/option-readers.ts'
import { pinnedVersions } from '../policy/retention.ts'
import { newestId } from '../policy/selection.ts'

export interface RemarkRooms {
  readonly write: (entry: EntryRecord) => Promise<{ readonly entry: EntryRecord }>
  readonly stamps: { next(known?: Stamp): Stamp }
}

export type EntryIdentity = Pick<EntryRecord, 'key' | 'method' | 'url' | 'group'>

type Remark = Pick<VersionRef, 'labels' | 'pin'>

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
  async policy(
    { key, method, url, group, policy }: EntryIdentity & Pick<EntryRecord, 'policy'>,
    options: Readonly<Record<string, unknown>> | null,
  ): Promise<void> {
    await this.#rooms.write({ key, method, url, group, variants: [], policy: { ...this.#rooms.stamps.next(policy), options } })
  }

  /** Of what is known of the entry until now nothing counts any more. */
  async remove(known: EntryRecord): Promise<void> {
    const { key, method, url, group } = known
    const removed = { ...this.#rooms.stamps.next(), upTo: newestId(known) ?? '' }
    await this.#rooms.write({ key, method, url, group, variants: [], removed })
  }

  /** What a call says of the entry that answered it: its tags, its meta. */
  async describe({ key, method, url, group }: EntryRecord, settings: Settings): Promise<void> {
    await this.#rooms.write(described({ key, method, url, group, variants: [] }, settings, this.#rooms.stamps.next()))
  }

  /**
   * `until` in epoch milliseconds; null for ever. A pin is a promise, so there is room for it or it is not given: who comes too late, by
   * what all processes have written, takes it back.
   *
   * @throws TypeError where more than `maxPinned` versions of the entry would be pinned.
   */
  async pin(held: Held, until: number | null, { maxPinned, now }: { maxPinned: number; now: number }): Promise<Held> {
    const pinned = await this.#pin(held, until)
    const inOrder = pinnedVersions(pinned.entry, now)
    if (inOrder.length <= maxPinned || inOrder.slice(0, maxPinned).some(({ id }) => id === held.ref.id)) return pinned
    await this.unpin(pinned)
    throw new TypeError(
      `versions.maxPinned: ${maxPinned} versions of this entry may be pinned, and so many are. Unpin one, or raise it.`,
    )
  }

  unpin(held: Held): Promise<Held> {
    return this.#pin(held, 0)
  }

  #pin(held: Held, until: number | null): Promise<Held> {
    return this.#say(held, { pin: { ...this.#rooms.stamps.next(held.ref.pin), until } })
  }

  async #say(held: Held, remark: Remark): Promise<Held> {
    const { entry, variant, ref } = held
    const { id, digest, storedAt, checkedAt } = ref
    const said: VersionRef = { id, digest, storedAt, checkedAt, ...remark }
    const variants = [{ vary: variant.vary, values: variant.values, versions: [said] }]
    const { key, method, url, group } = entry
    const { entry: written } = await this.#rooms.write({ key, method, url, group, variants })
    const known = written.variants.flatMap(({ versions }) => versions).find((candidate) => candidate.id === id)
    return { ...held, entry: written, ref: known ?? ref }
  }
}

/** A reason as it is kept: short, and text. */
export function reasonText(reason: unknown): string | undefined {
  if (reason === undefined) return undefined
  const text = typeof reason === 'string' ? reason : shown(reason)
  return (reason instanceof Error ? reason.message : text).slice(0, 500)
}
