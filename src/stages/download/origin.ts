import type { Call } from '../../model/call.ts'
import type { Found, Obtained } from '../../model/rooms.ts'
import type { FlightPath, Inherits, WriteRight } from '../../model/stages.ts'
import { headFacts, versionFacts } from '../../policy/candidate.ts'
import { isLive } from '../../policy/keeping.ts'
import { conditionalHeaders, confirms } from '../../policy/validation.ts'
import type { DownloadRooms, Order } from './order.ts'
import { fromAny } from './sources.ts'

/** The room that asks: makes an order of a call and what is stored of it, and obtains it. */
export class Origin {
  readonly #rooms: DownloadRooms

  constructor(rooms: DownloadRooms) {
    this.#rooms = rooms
  }

  obtain(
    call: Call,
    { held }: Found,
    { path, right, inherits }: { path: FlightPath; right: WriteRight | undefined; inherits: Inherits },
  ): Promise<Obtained> {
    const facts = held === undefined || call.cache === 'reload' ? undefined : versionFacts(held.version)
    const order: Order = {
      call,
      stored: held,
      validators: facts === undefined ? [] : conditionalHeaders(facts),
      at: held?.version.url ?? call.url,
      signal: path.signal,
      urgency: path.urgency,
      tier: right?.tier,
      inherits,
      accepted: (head, writer) => path.accepted({ head, writer, call }),
      progress: (progress) => path.progress(progress),
      faltered: () => path.faltered(),
      confirms: (head) =>
        held === undefined || confirms(headFacts(head), versionFacts(held.version), call.settings.respect) === 'confirmed',
      isWanted: () => true,
      isLive: (head) => isLive(call, head),
    }
    return fromAny(this.#rooms, order)
  }
}
