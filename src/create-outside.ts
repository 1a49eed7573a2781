import type { Ground as StorageGround } from './create-storage.ts'
import { type HousePlan, OURS, type OutsideRooms, PLATFORM_FETCH, type Storage } from './house.ts'
import { fly, straight } from './landing.ts'
import { stands } from './model/body-chunks.ts'
import { isBytes } from './model/bytes.ts'
import { homeOf } from './model/home.ts'
import type { EntryRecord } from './model/record.ts'
import type { Served } from './model/rooms.ts'
import type { FlightStages, Stages } from './model/stages.ts'
import { bodyPlan, derivedPlan } from './policy/body-plan.ts'
import { limitsOf } from './policy/limit-options.ts'
import { withoutLate } from './policy/removal.ts'
import { Admission } from './stages/admission.ts'
import { Arrivals } from './stages/bodies/arrivals.ts'
import { copied } from './stages/bodies/copied.ts'
import { proves } from './stages/bodies/proof.ts'
import { Departures } from './stages/departure.ts'
import { Origin } from './stages/download/origin.ts'
import { HostGovernor } from './stages/governor/governor.ts'
import { take } from './stages/leases.ts'
import type { Responses } from './stages/response/response.ts'
import { Retirement } from './stages/retirement.ts'
import type { Traffic } from './stages/traffic.ts'
import { chosenTransport } from './stages/transport/choose.ts'
import { decoded } from './stages/transport/decode.ts'
import { Sending } from './stages/transport/sending.ts'
import { Unpacking } from './stages/unpacking.ts'
import { Versions } from './stages/versions.ts'

interface Ground extends StorageGround, Pick<HousePlan, 'limits' | 'fetch' | 'random'> {
  readonly traffic: Traffic
  readonly responses: Responses
  readonly flights: Stages['flights']
  readonly alone: FlightStages['alone']
  /** Aborts what no flight carries, when the instance is closed. */
  readonly closing: AbortController
}

/** The rooms that they walk through who ask the origin, or bring something in. */
export function buildOutside(ground: Ground, storage: Storage): OutsideRooms {
  const { clock, report, responses, flights, alone } = ground
  const { tiers, bodies } = storage
  const { transport, sending } = countedTransport(ground)
  const governor = buildGovernor(ground, storage, transport)
  const arrivals = new Arrivals(storage.stores, { report, clock, bodies })
  const versions = buildVersions(ground, storage, arrivals)
  const origin = buildOrigin(ground, { transport, governor, arrivals })
  const departures = buildDepartures(ground, storage)
  const unpacking = buildUnpacking(storage, arrivals)
  const respond = (served: Served): Response => responses.respond(served)
  const admission = new Admission({ respond, inside: (served) => unpacking.inside(served), clock, report })
  const stages: FlightStages = {
    clock,
    tiers,
    flights,
    versions,
    takes: (call, size) => size <= call.settings.maxEntryBytes && tiers.takes(size),
    admission,
    depart: (call, before, path) => departures.clear(call, before, path),
    download: (call, found, flight) => origin.obtain(call, found, flight),
    alone,
  }
  return {
    fly: async (call, before, path) => departures.noted(call, await fly(call, before, { stages, path })),
    straight: (call) => straight(call, stages),
    reconsider: (call, found, landing) => admission.reconsider(call, found, landing),
    versions,
    arrivals,
    copy: copied,
    unpacking,
    governor,
    sending: () => sending.url,
    bucket: (limit) => new HostGovernor(limitsOf(limit), { clock, report: () => undefined, durable: undefined }),
    close: async () => {
      await transport.close()
      await governor.close()
    },
  }
}

function countedTransport({ clock, fetch, traffic }: Ground): {
  transport: ReturnType<typeof chosenTransport>
  sending: Sending
} {
  const sending = new Sending()
  const isOurs = (candidate: object): boolean => OURS in candidate
  const chosen = chosenTransport({ clock, ...(fetch !== undefined && { fetch }), isOurs, platform: PLATFORM_FETCH, sending })
  return { transport: traffic.counted(chosen), sending }
}

type Transport = ReturnType<typeof chosenTransport>

/** Quotas are counted where they outlive the process. */
function buildGovernor({ clock, report, limits, closing }: Ground, { stores }: Storage, transport: Transport): HostGovernor {
  const durable = stores.find((store) => store.durable && store.readOnly !== true)
  return new HostGovernor(limits, { clock, report, durable, outside: { transport: () => transport, closing: closing.signal } })
}

function buildDepartures({ clock }: Ground, { tiers }: Storage): Departures {
  return new Departures({
    peek: (call) => tiers.peek(call),
    lookup: (call, enough) => tiers.lookup(call, enough),
    take: (storeKey, wish) => take({ ask: (ms) => tiers.lease(storeKey, ms), ...wish }, clock),
    proves,
    clock,
  })
}

function buildOrigin(
  { clock, random, report, traffic }: Ground,
  { transport, governor, arrivals }: { transport: Transport; governor: HostGovernor; arrivals: Arrivals },
): Origin {
  return new Origin({
    transport: () => transport,
    governor,
    clock,
    random,
    report,
    ended: (attempt) => traffic.ended(attempt),
    decoded,
    repetition: {},
    writer: ({ call }, head, expected) => arrivals.writer(bodyPlan(call, head, expected)),
    transient: ({ call }) => arrivals.transient(call),
    adopt: (call, tier) =>
      arrivals.adopt(call.key, tier, ({ head, values, total }) => {
        const plan = bodyPlan(call, head, total)
        return plan.partial?.values === values ? plan : undefined
      }),
  })
}

/** A body inside its record is in the hands of who reads it: only one that stands by itself can be taken away. */
function isRead({ tiers, bodies }: Storage) {
  return async ({ key }: EntryRecord, id: string): Promise<boolean> => {
    const copies = await Promise.all(tiers.nearestFirst.map((tier) => tier.version(key, id)))
    return copies.some((placed) => placed?.version.home !== undefined && bodies.isRead(placed.version.home.bodyId))
  }
}

function buildVersions({ clock, report, background, stamps }: Ground, storage: Storage, arrivals: Arrivals): Versions {
  const { tiers } = storage
  const retirement = new Retirement({ isRead: isRead(storage), stamps, clock, report })
  return new Versions({
    write: async ({ keep, ...change }, right) => {
      const { placed } = change
      const retiring = keep === undefined ? undefined : retirement.by(keep)
      const written = await tiers.write({ ...change, known: keep?.known, retiring }, right)
      if (retiring !== undefined) retirement.tell(written.entry, retiring, written.tier)
      if (placed === undefined) return written
      // The body is named by its version now; a partial that outlives this is told apart by its size.
      background.run(arrivals.became(change.entry.key), () => undefined)
      if (written.saved === undefined || retiring?.isLate(written.saved) !== true) return written
      // It may have been deleted while it was being written.
      const word = withoutLate(written.saved, placed.version.id, retiring.stamp)
      return word === undefined ? written : tiers.write({ entry: word, placed: undefined, shareable: true }, undefined)
    },
    settled: (written) => arrivals.settled(written),
    stands: async (held) => isBytes(held.body) || (!arrivals.avoids(homeOf(held)) && (await stands(held.body))),
    drop: (written) => arrivals.drop(written),
    clock,
    report,
    stamps,
  })
}

function buildUnpacking({ tiers }: Storage, arrivals: Arrivals): Unpacking {
  return new Unpacking({
    beside: (held, id) => tiers.beside(held, id),
    keep: ({ entry }, placed, sharing) => tiers.write({ entry, placed, shareable: sharing === 'shareable' }, undefined),
    writer: (call, held) => arrivals.writer(derivedPlan(call, held)),
    decoded,
  })
}
