import type { Ticket, Wish } from '../../model/rooms.ts'
import { countsAsMiss } from '../../policy/outage.ts'
import type { Line } from './line.ts'
import type { Outages, Probe } from './outages.ts'

/** What a request that has its turn tells of its host, and how it ends. */
export function ticketOf(
  { host, url }: Wish,
  { line, probe, outages, sentAt }: { line: Line; probe: Probe | undefined; outages: Outages; sentAt: number },
  leave: () => void,
): Ticket {
  return {
    release: () => {
      probe?.('given up')
      leave()
    },
    answered: (status, wait) => {
      outages.answered(host)
      probe?.('answered')
      if (wait !== undefined && wait > 0) line.pause(wait)
      line.learn(status, sentAt)
    },
    missed: ({ code, message, transient }) => {
      if (!countsAsMiss(code)) return
      outages.missed(host, { code, message, transient, url })
      probe?.('missed')
    },
  }
}
