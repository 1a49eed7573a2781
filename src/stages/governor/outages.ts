import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Clock } from '../../model/clock.ts'
import { MOST_IDLE } from '../../model/limits.ts'
import { Recollection } from '../../model/recollection.ts'
import type { Wish } from '../../model/rooms.ts'
import { TransportFailure } from '../../model/transport.ts'
import { atOutage, isDown, type Miss, missed, type Outage } from '../../policy/outage.ts'

type Outcome = 'answered' | 'missed' | 'given up'

interface Seen {
  outage: Outage
  probe: PromiseWithResolvers<Outcome> | undefined
  /** For what becomes of the probe. */
  waiting: number
}

/** What the one that was sent to look says of it. */
export type Probe = (outcome: Outcome) => void

/**
 * Hosts that do not answer. One request at a time goes to look whether such a host is back; for the others it speaks, or what is stored
 * does: a dead host costs its callers one series of attempts, and not one each.
 */
export class Outages {
  readonly #seen = new Recollection<string, Seen>(MOST_IDLE)
  readonly #clock: Clock
  readonly #told: (host: string) => void

  constructor(clock: Clock, told: (host: string) => void) {
    this.#clock = clock
    this.#told = told
  }

  /** The time of the next probe (monotonic milliseconds), where the host is down. */
  downUntil(host: string): number | undefined {
    const outage = this.#seen.get(host)?.outage
    return isDown(outage) ? outage.probeAt : undefined
  }

  /** How many wait for what becomes of a probe. */
  waiting(host: string): number {
    return this.#seen.get(host)?.waiting ?? 0
  }

  get down(): string[] {
    return [...this.#seen.entries()].flatMap(([host, { outage }]) => (isDown(outage) ? [host] : []))
  }

  /** Whether anything is remembered of a host that did not answer. */
  concern(host: string): boolean {
    return this.#seen.get(host) !== undefined
  }

  /** Resolves when this one may go on: with a probe, where it is the one that goes to look. Rejects with why the host is down. */
  async pass({ host, signal, standIn }: Wish): Promise<Probe | undefined> {
    for (;;) {
      const seen = this.#seen.get(host)
      if (seen === undefined) return undefined
      const { last } = seen.outage
      const what = atOutage(seen.outage, {
        standIn: standIn(last.code),
        probe: seen.probe === undefined ? 'none' : 'sent',
        now: this.#clock.monotonic(),
      })
      if (what === 'go') return undefined
      if (what === 'fail') throw new AttemptFailure(last.code, `${host} is down: ${last.message}`, { retry: 'never' })
      if (what === 'probe') return send(seen)
      if ((await outcomeOf(seen, signal)) === 'missed') {
        const { code, message, transient } = seen.outage.last
        throw new TransportFailure(code, `${host} is down: ${message}`, { transient })
      }
    }
  }

  answered(host: string): void {
    const wasDown = this.downUntil(host) !== undefined
    // Another than the probe may have found out, which hangs perhaps: nobody need wait for that one any more.
    this.#seen.get(host)?.probe?.resolve('answered')
    this.#seen.delete(host)
    if (wasDown) this.#told(host)
  }

  missed(host: string, miss: Miss): void {
    const seen = this.#seen.get(host)
    const outage = missed(seen?.outage, miss, this.#clock.monotonic())
    const wasDown = isDown(seen?.outage)
    if (seen === undefined) this.#seen.set(host, { outage, probe: undefined, waiting: 0 })
    else seen.outage = outage
    if (!wasDown && isDown(outage)) this.#told(host)
  }
}

function send(seen: Seen): Probe {
  const probe = Promise.withResolvers<Outcome>()
  seen.probe = probe
  return (outcome) => {
    if (seen.probe === probe) seen.probe = undefined
    probe.resolve(outcome)
  }
}

async function outcomeOf(seen: Seen, signal: AbortSignal): Promise<Outcome> {
  signal.throwIfAborted()
  const { promise: left, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  seen.waiting += 1
  try {
    return await Promise.race([left, seen.probe?.promise ?? Promise.resolve('given up' as const)])
  } finally {
    seen.waiting -= 1
    signal.removeEventListener('abort', leave)
  }
}
