// A crawl: so many hosts, each asked once, so many at a time, through the governor alone: node --expose-gc crowd.ts HOSTS AT-ONCE STATUS.
// Says how many bytes it held at most, and in the end.
import { systemClock } from '../../../../src/model/clock.ts'
import { Urgency } from '../../../../src/model/urgency.ts'
import { DEFAULT_LIMITS } from '../../../../src/policy/limit-options.ts'
import { HostGovernor } from '../../../../src/stages/governor/governor.ts'

const [hosts = 0, atOnce = 0, status = 200] = process.argv.slice(2).map(Number)
const governor = new HostGovernor(DEFAULT_LIMITS, { clock: systemClock, report: () => undefined, durable: undefined })
const standIn = (): 'there is none' => 'there is none'

function held(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function round(from: number): Promise<number> {
  const { signal } = new AbortController()
  const wish = { url: '', signal, urgency: new Urgency(10), standIn }
  const wishes = Array.from({ length: atOnce }, async (_, n) => governor.ticket({ ...wish, host: `h${from + n}.example:443` }))
  const tickets = await Promise.all(wishes)
  const most = held()
  for (const ticket of tickets) {
    ticket.answered(status, undefined)
    ticket.release()
  }
  return most
}

await round(hosts)
const before = held()
let most = 0
for (let from = 0; from < hosts; from += atOnce) most = Math.max(most, await round(from))
process.send?.({ most: most - before, after: held() - before, known: governor.hosts().length })
