import { randomUUID } from 'node:crypto'
import { close, idle, openFlights, pathOf } from './closing.ts'
import { buildScheduler, refreshFailed } from './create-scheduler.ts'
import { buildAside, buildStorage, buildVersions, type Storage } from './create-storage.ts'
import { buildUpkeep } from './create-upkeep.ts'
import { type House, type HousePlan, OURS } from './house.ts'
import type { Clock } from './model/clock.ts'
import type { Report } from './model/events.ts'
import type { EntryRecord } from './model/record.ts'
import type { Stages } from './model/stages.ts'
import { Urgency } from './model/urgency.ts'
import { type FunctionLimit, limitsOf } from './policy/limit-options.ts'
import { Admission } from './stages/admission.ts'
import { Background } from './stages/background.ts'
import { proves } from './stages/bodies/proof.ts'
import { Chronicle } from './stages/chronicle.ts'
import { DeadEnds } from './stages/dead-ends.ts'
import { Departures } from './stages/departure.ts'
import type { DownloadRooms } from './stages/download/order.ts'
import type { Origin } from './stages/download/origin.ts'
import { Emitter } from './stages/emitter.ts'
import { Flights } from './stages/flights.ts'
import { Runs } from './stages/function/run.ts'
import { HostGovernor } from './stages/governor/governor.ts'
import { LastGood } from './stages/last-good.ts'
import { take } from './stages/leases.ts'
import { Parties } from './stages/parties.ts'
import { waitFor } from './stages/patience.ts'
import { Presence, Walks } from './stages/presence.ts'
import { Responses } from './stages/response/response.ts'
import { Stamps } from './stages/stamps.ts'
import { Traffic } from './stages/traffic.ts'
import { chosenTransport } from './stages/transport/choose.ts'
import type { Versions } from './stages/versions.ts'

interface Basis extends HousePlan {
  readonly report: Report
  readonly presence: Presence
  readonly walks: Walks
  readonly background: Background
  readonly stamps: Stamps
  readonly transport: DownloadRooms['transport']
  readonly flights: Flights
  readonly parties: Parties
  readonly runs: Runs
  readonly traffic: Traffic
  /** Aborts what no flight carries, when the instance is closed. */
  readonly closing: AbortController
}

interface Governed {
  readonly governor: HostGovernor
}

/** Builds the rooms. The only place that constructs stages. */
export function buildHouse(plan: HousePlan): House {
  const emitter = new Emitter()
  const basis = buildBasis(plan, emitter)
  const { presence, transport } = basis
  const storage = buildStorage(basis, {
    wrote: () => schedule.begin(),
    missed: (tier, what) => ('key' in what ? catchUp.missed(tier, what.key) : catchUp.missedMarks(tier, what.marks)),
  })
  const governor = buildGovernor(plan, basis, storage)
  const { schedule, catchUp, ...upkeep } = buildUpkeep(basis, storage)
  const versions = buildVersions(basis, storage)
  const responses = buildResponses(basis, storage)
  const stages = buildStages({ ...basis, governor, responses }, storage, versions)
  let closing: Promise<void> | undefined
  return {
    ...storage,
    ...upkeep,
    versions,
    emitter,
    ...underWay(basis),
    traffic: basis.traffic,
    responses,
    ...buildAside(basis, storage),
    ...buildMemories(),
    runs: basis.runs,
    clock: plan.clock,
    governor,
    turns: (limit) => turnsBy(limit, plan.clock),
    stages,
    scheduler: buildScheduler({ ...basis, responses }, storage, stages),
    idle: () => presence.during(idle({ ...basis, ...storage, catchUp })),
    close: () => {
      storage.standing.end()
      closing ??= presence.during(close({ ...basis, ...storage, catchUp, governor, transport: transport() }))
      return closing
    },
    isClosed: () => closing !== undefined,
    closing: basis.closing.signal,
  }
}

const underWay = ({ walks, parties }: Basis): Pick<House, 'walks' | 'parties'> => ({ walks, parties })

/** What one process remembers of its walks. */
function buildMemories(): Pick<House, 'chronicle' | 'deadEnds'> {
  return { chronicle: new Chronicle(), deadEnds: new DeadEnds() }
}

/** Quotas are counted where they outlive the process. */
function buildGovernor({ limits }: HousePlan, { clock, report, transport, closing }: Basis, { stores }: Storage): HostGovernor {
  const durable = stores.find((store) => store.durable && store.readOnly !== true)
  return new HostGovernor(limits, { clock, report, durable, outside: { transport, closing: closing.signal } })
}

function buildBasis(plan: HousePlan, emitter: Emitter): Basis {
  const { clock, fetch } = plan
  const presence = new Presence()
  const traffic = new Traffic()
  const chosen = chosenTransport({ clock, ...(fetch !== undefined && { fetch }), isOurs: (candidate) => OURS in candidate })
  const transport = traffic.counted(chosen)
  return {
    ...plan,
    report: emitter.report,
    presence,
    walks: new Walks(presence),
    background: new Background(plan.waitUntil),
    transport: () => transport,
    stamps: new Stamps(clock, randomUUID()),
    flights: new Flights(),
    parties: new Parties({ clock, isWatched: emitter.isHeard('lookup', 'verdict') }),
    runs: new Runs(),
    traffic,
    closing: new AbortController(),
  }
}

function buildResponses({ clock, presence }: Basis, { tiers, recent }: Storage): Responses {
  const known = (key: string): EntryRecord | undefined =>
    tiers.nearestFirst.map((tier) => tier.peekEntry(key)).find((seen) => seen !== undefined) ?? recent.of(key)
  return new Responses({ clock, presence, entry: ({ entry }) => known(entry.key) ?? entry })
}

function turnsBy(limit: FunctionLimit, clock: Clock): ReturnType<House['turns']> {
  const bucket = new HostGovernor(limitsOf(limit), { clock, report: () => undefined, durable: undefined })
  return async (signal) =>
    bucket.ticket({ host: 'function:0', url: '', urgency: new Urgency(0), signal, standIn: () => 'there is none' })
}

/** Built at the first miss: what downloads is a third of the whole, and a program that starts may find all that it asks for. */
function lateOrigin(basis: Basis & Governed, { bodies }: Storage): () => Promise<Origin> {
  let origin: Promise<Origin> | undefined
  return () => {
    origin ??= import('./create-origin.ts').then(({ buildOrigin }) => buildOrigin({ ...basis, bodies }))
    return origin
  }
}

function buildStages(basis: Basis & Governed & { responses: Responses }, storage: Storage, versions: Versions): Stages {
  const { clock, report, background, flights, parties, runs, closing, responses } = basis
  const { tiers } = storage
  const origin = lateOrigin(basis, storage)
  const departures = new Departures({
    peek: (call) => tiers.peek(call),
    lookup: (call, enough) => tiers.lookup(call, enough),
    take: (storeKey, wish) => take({ ask: (ms) => tiers.lease(storeKey, ms), ...wish }, clock),
    clock,
  })
  const fallback = new LastGood({
    find: (call, found) => tiers.lastGood(call, found),
    known: (call) => tiers.known(call),
    proves,
    clock,
    report,
    told: (failure, call) => responses.told(failure, call),
  })
  const admission = new Admission({ respond: (served) => responses.respond(served), clock, report })
  return {
    clock,
    tiers,
    flights: openFlights({ flights, parties }, closing),
    fallback,
    versions,
    takes: (call, size) => size <= call.settings.maxEntryBytes && tiers.takes(size),
    admission,
    depart: (call, before, path) => departures.clear(call, before, path),
    download: async (call, found, flight) => (await origin()).obtain(call, found, flight),
    alone: (call) => pathOf(call, closing),
    wait: (flight, call, spare) => runs.waiting(call, () => waitFor(flight, call, { spare, clock })),
    proves,
    tell: tellLookup(report),
    background: (work, call) => background.run(work, (error) => refreshFailed(basis, call, error)),
  }
}

function tellLookup(report: Report): Stages['tell'] {
  return ({ key, url }, held, verdict) => {
    report('lookup', () => ({ key, url, ...(held?.tier !== undefined && { tier: held.tier }) }))
    report('verdict', () => ({ key, url, verdict }))
  }
}
