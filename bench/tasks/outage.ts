import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Cache } from '../caches/cache.ts'
import { openCache } from '../caches/roster.ts'
import type { Facts, Job } from '../measure/job.ts'
import { bodyAt } from '../origin/body.ts'

/** So many before it counts: the code is compiled, and who was found to be gone is left alone. */
const WARM_UP = 300

/**
 * Downloads, in turns, by one cache without Redis and by one whose Redis is gone, in one process: what is added is the difference, whoever
 * else is on the machine. Setting: `count`, and `how` it is gone: 'refuses', or 'silent': it takes connections and says nothing.
 */
export async function outage({ setting, origin, folder }: Job): Promise<Facts> {
  const gone = await goneServer(String(setting.how))
  await using without = await openCache('holdfast:memory', { folder, redis: undefined })
  await using beside = await openCache('holdfast:memory+redis', { folder, redis: gone.url })
  // What is loaded at the first download has nothing to do with Redis.
  await lap(without, { origin, name: 'warm-without', count: WARM_UP })
  const [first] = await lap(beside, { origin, name: 'first', count: 1 })
  await lap(beside, { origin, name: 'warm-beside', count: WARM_UP })
  const times: { without: Time[]; beside: Time[] } = { without: [], beside: [] }
  for (let n = 0; n < Number(setting.count); n++) {
    times.without.push(...(await lap(without, { origin, name: `without-${n}`, count: 1 })))
    times.beside.push(...(await lap(beside, { origin, name: `beside-${n}`, count: 1 })))
  }
  gone.close()
  const of = (kind: keyof Time, share: number): { alone: number; added: number } => {
    const alone = at(times.without, kind, share)
    return { alone, added: at(times.beside, kind, share) - alone }
  }
  const [p50, p99, work] = [of('wall', 0.5), of('wall', 0.99), of('work', 0.99)]
  const waits = { alone50: p50.alone, added50: p50.added, alone99: p99.alone, added99: p99.added }
  return { first: first?.wall ?? Number.NaN, ...waits, work99: work.added, body: 'exact' }
}

/** Milliseconds: by the clock, and on the processor of the event loop's thread, which no neighbour has a part in. */
interface Time {
  readonly wall: number
  readonly work: number
}

const at = (times: readonly Time[], kind: keyof Time, share: number): number =>
  times.map((time) => time[kind]).sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN

function work(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Milliseconds of each; throws where a body is not what the origin has. */
async function lap(cache: Cache, { origin, name, count }: { origin: string; name: string; count: number }): Promise<Time[]> {
  const times: Time[] = []
  for (let n = 0; n < count; n++) {
    const path = `/json/1024/${name}-${n}`
    const right = bodyAt(path)
    const [worked, since] = [work(), performance.now()]
    const bytes = await cache.bytes(`${origin}${path}`)
    times.push({ wall: performance.now() - since, work: work() - worked })
    if (!right.equals(bytes)) throw new Error(`${path}: other bytes`)
  }
  return times
}

async function goneServer(how: string): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  if (how === 'refuses') close()
  return { url: `redis://127.0.0.1:${port}`, close }
}
