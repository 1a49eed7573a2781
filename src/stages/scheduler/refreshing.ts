import type { Call } from '../../model/call.ts'
import type { Clock } from '../../model/clock.ts'
import type { Found } from '../../model/rooms.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { obeyingAnew } from '../../policy/entry-policy.ts'
import { renewal } from '../../policy/renewal.ts'
import { dueAt, type Touched, touched } from '../../policy/schedule.ts'
import type { Calendar } from './calendar.ts'
import type { Plan } from './plan.ts'

type Taken = { readonly name: 'granted'; end(): Promise<void> } | { readonly name: 'free' } | { readonly name: 'answered' }

export interface RefreshingRooms {
  readonly clock: Clock
  readonly closing: AbortSignal
  /** All that the tiers know of it by now. */
  readonly lookup: (call: Call) => Promise<Found>
  readonly take: (
    storeKey: () => string,
    wish: { look: () => Promise<Seen | undefined>; signal: AbortSignal; patience: number },
  ) => Promise<Taken>
  /** Asks the origin; rejects with what failed. */
  readonly renew: (call: Call, found: Found) => Promise<void>
}

/** 'due': it is to be asked. 'done': by another process, or too soon. 'missing': what was stored is not found. 'unwanted': it is deleted, or has no schedule any more. */
interface Seen {
  readonly name: 'due' | 'done' | 'missing' | 'unwanted'
  readonly call: Call
  readonly found: Found
}

/**
 * One refresh, by one process of several: under a lease of its own, and only if what the tiers say of the entry by then leaves it due. The
 * user's own code may run meanwhile: nobody asks for that lease but who would do the same.
 *
 * Resolves with what is known of the entry then; undefined where it is not to be refreshed any more.
 */
export async function refreshed(rooms: RefreshingRooms, calendar: Calendar, plan: Plan): Promise<Touched | undefined> {
  const asked = plan.again === undefined ? plan.call : plan.again()
  if (asked === undefined) return undefined
  await calendar.open()
  const look = (): Promise<Seen> => seen(rooms, calendar, { plan, asked })
  let last = await look()
  if (last.name === 'due') {
    const taken = await rooms.take(() => `h1:r:${sha256(asked.key)}`, {
      look: async () => {
        last = await look()
        return last.name === 'due' ? undefined : last
      },
      signal: rooms.closing,
      // Nobody waits for it, so a download that takes long is no reason to begin another.
      patience: Number.POSITIVE_INFINITY,
    })
    if (taken.name !== 'answered') return asking(rooms, last, taken)
  }
  plan.isMissing = last.name === 'missing'
  switch (last.name) {
    case 'unwanted':
      return undefined
    case 'missing':
      return { checkedAt: undefined, failedAt: undefined, triedAt: rooms.clock.now() }
    default:
      return touched(last.found, plan.triedAt)
  }
}

async function asking({ renew, clock }: RefreshingRooms, { call, found }: Seen, taken: Taken): Promise<Touched> {
  try {
    await renew(renewal(call), found)
  } finally {
    if (taken.name === 'granted') await taken.end()
  }
  return { checkedAt: undefined, failedAt: undefined, triedAt: clock.now() }
}

async function seen(
  { lookup, clock }: RefreshingRooms,
  calendar: Calendar,
  { plan, asked }: { plan: Plan; asked: Call },
): Promise<Seen> {
  const found = await lookup(asked)
  const call = obeyingAnew(asked, found.entry)
  const { refresh } = call.settings
  if (refresh === undefined || refresh === false) return { name: 'unwanted', call, found }
  plan.schedule = refresh
  if (found.held === undefined && plan.checkedAt !== undefined) {
    // A tier that is away is a miss, too; what was given up to make room is not brought back.
    const isOver = plan.isMissing || found.entry?.removed !== undefined
    return { name: isOver ? 'unwanted' : 'missing', call, found }
  }
  const times = calendar.timesOf(refresh)
  const now = clock.now()
  const due = times === undefined ? 0 : dueAt(touched(found, plan.triedAt), call.settings, { after: times, now })
  return { name: due > now ? 'done' : 'due', call, found }
}
