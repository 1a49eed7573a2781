import type { Clock } from '../../../model/clock.ts'
import type { Report } from '../../../model/events.ts'
import type { BodyWord, StandingBody } from '../../../model/inventory.ts'
import type { EntryRecord, Stamp } from '../../../model/record.ts'
import type { Retention } from '../../../model/settings.ts'
import type { Store } from '../../../model/store.ts'
import type { BodyRoom } from '../placed.ts'
import type { Tiers } from '../tiers.ts'
import type { Pace } from './pace.ts'

/** What stands in a store, named or not. */
export interface BodyInventory {
  bodies(store: Store): AsyncIterable<StandingBody>
  size(store: Store, body: StandingBody): Promise<number>
  remove(store: Store, body: StandingBody): Promise<void>
  words(store: Store): AsyncIterable<BodyWord>
  partials(store: Store, now: number): AsyncIterable<BodyWord>
  /** The body that already holds these bytes. */
  holding(store: Store, bytes: { digest: string; size: number }): Promise<string | undefined>
  say(store: Store, digest: string, bodyId: string): Promise<void>
  unsay(store: Store, digest: string): Promise<void>
  /** By its last chunk. */
  stands(store: Store, place: { bodyId: string; size: number }): Promise<boolean>
}

/** What the upkeep of stored entries stands on. */
export interface UpkeepRooms {
  readonly tiers: Tiers
  readonly inventory: BodyInventory
  readonly open: BodyRoom['open']
  readonly copy: BodyRoom['copy']
  /** Whether anybody in this process reads the body. */
  readonly isRead: (bodyId: string) => boolean
  /** What is to be kept of an entry. */
  readonly retention: (entry: EntryRecord) => Retention
  /** When an entry was last asked for, as far as that is not written down yet. Epoch ms. */
  readonly lastRequestedAt: (key: string) => number | undefined
  /** The entries of these keys are deleted now. */
  readonly overtake: (keys: ReadonlySet<string>) => void
  readonly stamps: { next(): Stamp }
  readonly clock: Clock
  readonly report: Report
  readonly pace: Pace
}
