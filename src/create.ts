import { randomUUID } from 'node:crypto'
import { close, idle, openFlights, pathOf } from './closing.ts'
import { buildBehind } from './create-behind.ts'
import { buildScheduler, refreshFailed } from './create-scheduler.ts'
import { buildStorage } from './create-storage.ts'
import type { Care, House, HousePlan, OutsideRooms, Storage } from './house.ts'
import { AtFirstUse } from './model/at-first-use.ts'
import type { Call } from './model/call.ts'
import type { Report } from './model/events.ts'
import type { EntryRecord } from './model/record.ts'
import type { FlightPath, Stages } from './model/stages.ts'
import { Urgency } from './model/urgency.ts'
import type { FunctionLimit } from './policy/limit-options.ts'
import { Background } from './stages/background.ts'
import { proves } from './stages/bodies/proof.ts'
import { Chronicle } from './stages/chronicle.ts'
import { DeadEnds } from './stages/dead-ends.ts'
import { Emitter } from './stages/emitter.ts'
import { Flights } from './stages/flights/flights.ts'
import { Runs } from './stages/function/run.ts'
import type { HostGovernor } from './stages/governor/governor.ts'
import { LastGood } from './stages/last-good.ts'
import { Parties } from './stages/parties.ts'
import { waitFor } from './stages/patience.ts'
import { Presence, Walks } from './stages/presence.ts'
import { Remarks } from './stages/remarks.ts'
import { Responses } from './stages/response/response.ts'
import { Stamps } from './stages/stamps.ts'
import type { Change } from './stages/tiers/change.ts'
import type { Tiers } from './stages/tiers/tiers.ts'
import { Traffic } from './stages/traffic.ts'

interface Basis extends HousePlan {
  readonly report: Report
  readonly presence: Presence
  readonly walks: Walks
  readonly background: Background
  readonly stamps: Stamps
  readonly flights: Flights
  readonly parties: Parties
  readonly runs: Runs
  readonly traffic: Traffic
  /** The flights, as a call may join them. */
  readonly joined: Stages['flights']
  /** Aborts what no flight carries, when the instance is closed. */
  readonly closing: AbortController
}

/** What is loaded when it is first needed: most of the house, and a program that starts may find all that it asks for in memory. */
interface LateRooms {
  readonly outside: AtFirstUse<OutsideRooms>
  readonly care: AtFirstUse<Care>
}

/** Builds the rooms. With what it loads late, the only place that constructs stages. */
export function buildHouse(plan: HousePlan): House {
  const emitter = new Emitter()
  const basis = buildBasis(plan, emitter)
  const { presence } = basis
  const storage = buildStorage(basis, {
    wrote: () => schedule.begin(),
    missed: (tier, what) => ('key' in what ? catchUp.missed(tier, what.key) : catchUp.missedMarks(tier, what.marks)),
    copy: (body, to) => late.outside.use((rooms) => rooms.copy(body, to)),
  })
  const responses = buildResponses(basis, storage)
  const late = lateRooms({ ...basis, responses }, storage)
  const { schedule, catchUp } = buildBehind({ ...basis, ...late }, storage)
  const stages = buildStages({ ...basis, ...late, responses }, storage)
  let closing: Promise<void> | undefined
  return {
    ...storage,
    ...late,
    emitter,
    ...underWay(basis),
    traffic: basis.traffic,
    responses,
    remarks: buildRemarks(basis, storage),
    ...buildMemories(),
    runs: basis.runs,
    clock: plan.clock,
    turns: (limit) => turnsBy(limit, late.outside),
    stages,
    scheduler: buildScheduler({ ...basis, responses }, storage, stages),
    idle: () => presence.during(idle({ ...basis, ...storage, catchUp })),
    close: () => {
      storage.standing.end()
      closing ??= presence.during(close({ ...basis, ...storage, catchUp, outside: late.outside }))
      return closing
    },
    isClosed: () => closing !== undefined,
    closing: basis.closing.signal,
  }
}

const underWay = ({ presence, walks, parties }: Basis): Pick<House, 'presence' | 'walks' | 'parties'> => ({
  presence,
  walks,
  parties,
})

/** What is said of versions that are stored already. */
function buildRemarks({ stamps }: Basis, { tiers }: Storage): Remarks {
  const write = async (entry: EntryRecord, how?: Pick<Change, 'known' | 'removes'>): ReturnType<Tiers['write']> => {
    tiers.saving.assertWritable()
    return tiers.write({ entry, placed: undefined, shareable: true, isAwaited: true, ...how }, undefined)
  }
  return new Remarks({ write, stamps })
}

/** What one process remembers of its walks. */
function buildMemories(): Pick<House, 'chronicle' | 'deadEnds'> {
  return { chronicle: new Chronicle(), deadEnds: new DeadEnds() }
}

function buildBasis(plan: HousePlan, emitter: Emitter): Basis {
  const { clock } = plan
  const presence = new Presence()
  const flights = new Flights()
  const parties = new Parties({ clock, isWatched: emitter.isHeard('lookup', 'verdict') })
  const closing = new AbortController()
  return {
    ...plan,
    report: emitter.report,
    presence,
    walks: new Walks(presence),
    background: new Background(plan.waitUntil),
    stamps: new Stamps(clock, randomUUID()),
    flights,
    parties,
    joined: openFlights({ flights, parties }, closing),
    runs: new Runs(),
    traffic: new Traffic(),
    closing,
  }
}

function buildResponses({ clock, presence }: Basis, { tiers, recent }: Storage): Responses {
  const known = (key: string): EntryRecord | undefined =>
    tiers.nearestFirst.map((tier) => tier.peekEntry(key)).find((seen) => seen !== undefined) ?? recent.of(key)
  return new Responses({ clock, presence, entry: ({ entry }) => known(entry.key) ?? entry })
}

function lateRooms(basis: Basis & { responses: Responses }, storage: Storage): LateRooms {
  const { closing } = basis
  const alone = (call: Call): FlightPath => pathOf(call, closing)
  return {
    outside: new AtFirstUse(async () => {
      const { buildOutside } = await import('./create-outside.ts')
      return buildOutside({ ...basis, flights: basis.joined, alone }, storage)
    }),
    care: new AtFirstUse(async () => {
      const { buildCare } = await import('./create-upkeep.ts')
      return buildCare(basis, storage)
    }),
  }
}

function turnsBy(limit: FunctionLimit, outside: AtFirstUse<OutsideRooms>): ReturnType<House['turns']> {
  let bucket: HostGovernor | undefined
  return async (signal) => {
    const rooms = outside.here ?? (await outside.get())
    bucket ??= rooms.bucket(limit)
    return bucket.ticket({ host: 'function:0', url: '', urgency: new Urgency(0), signal, standIn: () => 'there is none' })
  }
}

function buildStages(
  { clock, report, background, joined, runs, responses, outside }: Basis & LateRooms & { responses: Responses },
  { tiers }: Storage,
): Stages {
  const fallback = new LastGood({
    find: (call, found) => tiers.lastGood(call, found),
    known: (call) => tiers.known(call),
    proves,
    clock,
    report,
    told: (failure, call) => responses.told(failure, call),
  })
  return {
    clock,
    tiers,
    flights: joined,
    outside,
    fallback,
    wait: (flight, call, spare) => runs.waiting(call, () => waitFor(flight, call, { spare, clock })),
    proves,
    tell: tellLookup(report),
    background: (work, call) => background.run(work, (error) => refreshFailed({ report, responses }, call, error)),
  }
}

function tellLookup(report: Report): Stages['tell'] {
  return ({ key, url }, held, verdict) => {
    report('lookup', () => ({ key, url, ...(held?.tier !== undefined && { tier: held.tier }) }))
    report('verdict', () => ({ key, url, verdict }))
  }
}
