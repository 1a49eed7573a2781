import type { Call } from './model/call.ts'
import type { Found, Held, Served } from './model/rooms.ts'
import type { Flight, FlightPath, Incoming, Stages } from './model/stages.ts'
import { isUnwantedBy, unwanted } from './policy/fallback.ts'
import { asksAlone, flightOf, goesElsewhere, mayShare } from './policy/flight-key.ts'
import { patient } from './policy/rejection.ts'
import { landed, streamed } from './policy/served.ts'

interface Boarding {
  readonly stages: Stages
  /** What there is to fall back to. */
  readonly spare: Held | undefined
  readonly flight?: Flight
}

/**
 * This caller waits for the flight with its own signal and its own patience. A call: what it brought is not for this one, who has to ask
 * anew, with that: it was an answer for other headers, or that caller's time-out.
 */
export async function board(
  call: Call,
  found: Found,
  { stages, spare, flight = joined(call, found, stages) }: Boarding,
): Promise<Served | Call> {
  try {
    const end = await stages.wait(flight, patient(call, flight), spare)
    // Where this one goes nobody was asked: no cool-down keeps him from it who was here before it began.
    if (end.name === 'not ours')
      return spare !== undefined && goesElsewhere(call, flight.first) ? board(call, found, { stages, spare }) : call
    if (end.name === 'landed') {
      if (!mayShare(end.landing, call, flight, stages.clock.now()))
        return asksAlone(call, end.landing) ? { ...call, isAlone: true } : call
      const { head, attempts, held } = end.landing
      if (flight.collapsed && head !== undefined && found.held !== undefined && isUnwantedBy(call, head))
        throw unwanted({ head, attempts }, held.body)
      if (flight.judges !== 'for all') await stages.outside.use((rooms) => rooms.reconsider(call, found, end.landing))
      return landed(call, end.landing, { collapsed: flight.collapsed, found })
    }
    if (end.name !== 'accepted' && spare === undefined) throw end.reason
    detach(flight, call, stages)
    return end.name === 'accepted'
      ? { ...streamed(call, end.headers, { collapsed: flight.collapsed, found }), kept: () => keptAs(flight, end.headers) }
      : stages.fallback.give(spare, call, { reason: end.reason, found })
  } finally {
    flight.leave()
  }
}

/** What became of a body that was handed out while it came; undefined where it was not kept, or another took its place. */
async function keptAs(flight: Flight, { head }: Incoming): Promise<Held | undefined> {
  const landing = await flight.landed
  return landing.name === 'kept' && landing.head === head ? landing.held : undefined
}

/** One flight per key. */
export function joined(call: Call, found: Found, stages: Stages): Flight {
  const flight = stages.flights.join(flightOf(call, found, stages.clock.now()), (path: FlightPath) =>
    stages.outside.use((rooms) => rooms.fly(call, found, path)),
  )
  if (call.settings.onProgress !== undefined) flight.onProgress(call.settings.onProgress)
  return flight
}

/** From here on the flight goes on without this caller, for whoever comes next. One waits for it: of thousands each would weigh. */
function detach(flight: Flight, call: Call, stages: Stages): void {
  if (flight.detach()) stages.background(flight.landed, call)
}

/** Leaves a flight that is to go on. */
export function sendOff(flight: Flight, call: Call, stages: Stages): void {
  detach(flight, call, stages)
  flight.leave()
}
