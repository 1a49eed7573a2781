import type { AtFirstUse } from './model/at-first-use.ts'
import type { Call } from './model/call.ts'
import { type Clock, systemClock } from './model/clock.ts'
import type { Limits } from './model/limits.ts'
import type { EntryRecord } from './model/record.ts'
import type { Retention } from './model/settings.ts'
import type { Outside, Stages } from './model/stages.ts'
import type { Store } from './model/store.ts'
import { DEFAULT_LIMITS, type FunctionLimit } from './policy/limit-options.ts'
import type { Arrivals } from './stages/bodies/arrivals.ts'
import type { Bodies } from './stages/bodies/bodies.ts'
import type { Chronicle } from './stages/chronicle.ts'
import type { DeadEnds } from './stages/dead-ends.ts'
import type { Emitter } from './stages/emitter.ts'
import type { Runs } from './stages/function/run.ts'
import type { HostGovernor } from './stages/governor/governor.ts'
import type { Parties } from './stages/parties.ts'
import type { Presence, Walks } from './stages/presence.ts'
import type { Recent } from './stages/recent.ts'
import type { Remarks } from './stages/remarks.ts'
import type { Responses } from './stages/response/response.ts'
import type { Scheduler } from './stages/scheduler.ts'
import type { Guarded } from './stages/tiers/guard.ts'
import type { Holds } from './stages/tiers/holds.ts'
import type { BodyRoom } from './stages/tiers/placed.ts'
import type { Standing } from './stages/tiers/standing.ts'
import type { Tier } from './stages/tiers/tier.ts'
import type { Tiers } from './stages/tiers/tiers.ts'
import type { Upkeep } from './stages/tiers/upkeep/upkeep.ts'
import type { Traffic } from './stages/traffic.ts'
import type { Unpacking } from './stages/unpacking.ts'
import type { Uses } from './stages/uses.ts'
import type { Versions } from './stages/versions.ts'

/** What the rooms are built from: read options, and the stores nearest first. */
export interface HousePlan {
  readonly stores: readonly Store[]
  readonly limits: Limits
  readonly storeTimeout: number | undefined
  readonly fetch: typeof globalThis.fetch | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
  /** What the sweeps that happen by themselves leave of an entry. */
  readonly retention: (entry: EntryRecord) => Retention
}

/** The rooms of what is stored. */
export interface Storage {
  readonly stores: readonly Guarded[]
  readonly holds: Holds
  readonly bodies: Bodies
  readonly tiers: Tiers
  readonly uses: Uses
  readonly recent: Recent
  readonly standing: Standing
}

/** The rooms outside, for those too who bring something in by another way than a call. */
export interface OutsideRooms extends Outside {
  readonly versions: Versions
  readonly arrivals: Arrivals
  /** Copies a body into another store, under an id of its own there. */
  readonly copy: BodyRoom['copy']
  readonly unpacking: Unpacking
  readonly governor: HostGovernor
  /** To who asks out of another fetch: which URL that one is being asked for by us. */
  readonly sending: () => string | undefined
  /** A bucket for one function. */
  readonly bucket: (limit: FunctionLimit) => HostGovernor
  close(): Promise<void>
}

/** The rooms that look after the whole of what is stored. */
export interface Care {
  readonly upkeep: Upkeep
  /** A store that is no tier, to be copied to. */
  readonly target: (store: Store) => Tier
}

/** The rooms of one instance, shared by its children. */
export interface House {
  readonly stages: Stages
  readonly stores: readonly Guarded[]
  readonly tiers: Tiers
  readonly outside: AtFirstUse<OutsideRooms>
  readonly emitter: Emitter
  readonly presence: Presence
  readonly walks: Walks
  /** Walks that others may go along with. */
  readonly parties: Parties
  readonly responses: Responses
  readonly remarks: Remarks
  readonly uses: Uses
  /** Hits that may be given again without a look. */
  readonly standing: Standing
  readonly traffic: Traffic
  /** Loaded when somebody asks for it, or a sweep is due. */
  readonly care: AtFirstUse<Care>
  readonly chronicle: Chronicle
  readonly deadEnds: DeadEnds
  readonly scheduler: Scheduler
  readonly runs: Runs
  /** A bucket for one function: resolves when it may run. */
  readonly turns: (limit: FunctionLimit) => NonNullable<Call['turn']>
  readonly clock: Clock
  idle(): Promise<void>
  close(): Promise<void>
  isClosed(): boolean
  /** Aborted when the instance is closed. */
  readonly closing: AbortSignal
}

export const DEFAULT_PLAN: Pick<HousePlan, 'limits' | 'clock' | 'random'> = {
  limits: DEFAULT_LIMITS,
  clock: systemClock,
  random: Math.random,
}

/** A fetch of ours that stands in for the global one: to send through it would be to call ourselves for ever. */
export const OURS: symbol = Symbol.for('holdfast.fetch')

/** As it was before anybody put ours in its place: it answers data: and blob:, which have no server, and sends where a dispatcher guides it. */
export const PLATFORM_FETCH: typeof globalThis.fetch = globalThis.fetch
