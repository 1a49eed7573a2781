import type { EntryRecord, Stamp, VersionRef } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import type { Settings } from '../model/settings.ts'
import { described } from '../policy/description.ts'
import { shown } from '../policy/option-readers.ts'
import { newestId } from '../policy/selection.ts'

export interface RemarkRooms {
  readonly write: (entry: EntryRecord) => Promise<{ readonly entry: EntryRecord }>
  readonly stamps: { next(): Stamp }
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
      ...this.#rooms.stamps.next(),
      on: said.on === 'yes',
      ...(said.reason !== undefined && { reason: said.reason }),
    }
    return this.#say(held, { labels: Object.fromEntries([[label, record]]) })
  }

  /** Options for the entry; null: none any more. */
  async policy(identity: EntryIdentity, options: Readonly<Record<string, unknown>> | null): Promise<void> {
    await this.#rooms.write({ ...identity, variants: [], policy: { ...this.#rooms.stamps.next(), options } })
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

  /** `until` in epoch milliseconds; null for ever; 0 ends a pin. */
  pin(held: Held, until: number | null): Promise<Held> {
    return this.#say(held, { pin: { ...this.#rooms.stamps.next(), until } })
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
