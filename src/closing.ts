import type { Call } from './model/call.ts'
import type { Clock } from './model/clock.ts'
import { HoldfastError } from './model/errors.ts'
import type { Report } from './model/events.ts'
import type { FlightPath, Stages } from './model/stages.ts'
import type { Store } from './model/store.ts'
import { Urgency } from './model/urgency.ts'
import { urgencyOf } from './policy/urgency.ts'
import type { Background } from './stages/background.ts'
import type { Flights } from './stages/flights/flights.ts'
import type { Parties } from './stages/parties.ts'
import type { Walks } from './stages/presence.ts'
import type { CatchUp } from './stages/tiers/catch-up.ts'
import type { Holds } from './stages/tiers/holds.ts'

/** Milliseconds that a tier has, once the instance is closed, to come up and to take what it has missed. */
const LAST = 2_000

interface Busy {
  readonly walks: Walks
  readonly flights: Flights
  readonly background: Background
  readonly uses: { flushAll(): Promise<void> }
  readonly catchUp: Pick<CatchUp, 'started' | 'last' | 'stop' | 'end'>
}

interface Open extends Busy {
  readonly closing: AbortController
  readonly parties: Parties
  readonly stores: readonly Store[]
  readonly holds: Holds
  readonly outside: { readonly begun: Promise<{ close(): Promise<void> }> | undefined }
  readonly clock: Clock
  readonly report: Report
}

/** Resolves when no call is under way, no flight aloft, and all writes behind are down. A store that is only starting is waited for. */
export async function idle(busy: Busy): Promise<void> {
  await quiet(busy)
  await busy.catchUp.started()
  await quiet(busy)
}

async function quiet({ walks, flights, background, uses }: Busy): Promise<void> {
  await walks.idle()
  await flights.idle()
  await uses.flushAll()
  await background.idle()
}

/** Ends what is under way, flushes, and closes: the stores last, and each with its last reader. */
export async function close(open: Open): Promise<void> {
  const { closing, flights, parties, outside, stores, holds, clock, report } = open
  const reason = new HoldfastError('CLOSED', 'the instance was closed')
  closing.abort(reason)
  parties.part('all')
  flights.abortAll(reason)
  await flushed(open)
  // What nobody needed is not loaded to be closed.
  const rooms = await outside.begun?.catch(() => undefined)
  await rooms?.close()
  await holds.close(stores, clock, ({ name }, error) =>
    report('tier-error', () => ({ tier: name, operation: 'close', error: error as Error })),
  )
}

/** What no tier has taken by then is told, and given up. */
async function flushed(open: Open): Promise<void> {
  const { catchUp, background, clock } = open
  const late = clock.setTimeout(() => catchUp.stop(), LAST)
  await idle(open)
  await catchUp.last()
  await background.idle()
  late.cancel()
  catchUp.end()
}

/** A call that was still looking when the instance was closed must not take off any more. */
export function openFlights(
  { flights, parties }: { flights: Flights; parties: Parties },
  closing: AbortController,
): Stages['flights'] {
  return {
    join: (which, start) => {
      closing.signal.throwIfAborted()
      return flights.join(which, start)
    },
    part: (urls) => {
      parties.part(urls)
      flights.part(urls)
    },
    overtake: (isMeant, at) => flights.overtake(isMeant, at),
    urls: (isMeant) => flights.urls(isMeant),
  }
}

/** The path of a call that no flight carries: it ends with its caller, or with the instance. */
export function pathOf({ signal, settings }: Call, closing: AbortController): FlightPath {
  const ends = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
  return {
    signal: ends,
    accepted: () => undefined,
    faltered: () => undefined,
    judging: () => undefined,
    progress: (progress) => settings.onProgress?.(progress),
    urgency: new Urgency(urgencyOf({ settings })),
    isOvertaken: () => false,
  }
}
