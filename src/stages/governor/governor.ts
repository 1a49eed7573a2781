import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { HostRules, HostState, Limits } from '../../model/limits.ts'
import type { Governor, Ticket, Watching, Wish } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import { hostOf } from '../../policy/host.ts'
import { rulesFor } from '../../policy/host-limits.ts'
import { perSecond } from '../../policy/pace.ts'
import { Bandwidths } from './bandwidth.ts'
import { Lines } from './lines.ts'
import { Outages } from './outages.ts'
import { Pacers } from './pacers.ts'
import { Quotas } from './quotas.ts'
import { Robots, type RobotsHouse } from './robots.ts'
import type { Distance } from './spacing.ts'
import { ticketOf } from './ticket.ts'

export interface GovernorRooms {
  readonly clock: Clock
  readonly report: Report
  /** Where counts outlive the process. */
  readonly durable: Pick<Store, 'get' | 'set' | 'lease'> | undefined
  /** By what a robots.txt is asked for. Absent: no limit wants one. */
  readonly outside?: Pick<RobotsHouse, 'transport' | 'closing'>
}

/** Decides when a host may be asked: by what it was told to keep to, and by what the host says of itself. */
export class HostGovernor implements Governor {
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #report: Report
  readonly #pacers: Pacers
  readonly #lines: Lines
  readonly #outages: Outages
  readonly #quotas: Quotas
  readonly #bandwidths: Bandwidths
  readonly #robots: Robots | undefined

  constructor(limits: Limits, { clock, report, durable, outside }: GovernorRooms) {
    this.#limits = limits
    this.#clock = clock
    this.#report = report
    this.#pacers = new Pacers(limits.shared, { clock, report })
    this.#lines = new Lines({
      clock,
      total: limits.total,
      open: (bucket, pace) => this.#pacers.open(bucket, pace),
      refuse: (waiting, bucket) => this.#refuseBeyond(waiting, bucket),
      told: (bucket) => this.#tell(bucket),
    })
    this.#outages = new Outages(clock, (host) => this.#tell(host))
    this.#quotas = new Quotas(durable, clock)
    this.#bandwidths = new Bandwidths(limits.bytesPerSecond, clock)
    const admit = (wish: Wish): Promise<Ticket> => this.#admit(rulesFor(wish.host, limits), wish)
    if (outside !== undefined) this.#robots = new Robots({ ...outside, clock, admit })
  }

  ticket(wish: Wish): Ticket | Promise<Ticket> {
    const rules = rulesFor(wish.host, this.#limits)
    this.#lines.get(rules.bucket)?.refuse(wish)
    this.#quotas.refuse(rules)
    this.#refuseTooMany(rules, wish)
    if (rules.robots) return this.#distance(rules, wish).then((distance) => this.#admit(rules, wish, distance))
    return this.#atOnce(rules, wish) ?? this.#admit(rules, wish)
  }

  /** Most requests: to a host that is well known to be up, and has room. */
  #atOnce(rules: HostRules, wish: Wish): Ticket | undefined {
    if (rules.quota !== undefined || this.#outages.concern(wish.host)) return undefined
    const entered = this.#lines.enterAtOnce(rules, wish)
    const sentAt = this.#clock.monotonic()
    return entered && ticketOf(wish, { line: entered.line, probe: undefined, outages: this.#outages, sentAt }, entered.leave)
  }

  /** A host that is down is not asked for its robots.txt: what goes to look for it must not wait, nor who has something stored. */
  async #distance({ bucket }: HostRules, wish: Wish): Promise<Distance | undefined> {
    const isDown = this.#outages.downUntil(wish.host) !== undefined
    return isDown ? this.#robots?.known(wish.url) : this.#robots?.distance(bucket, wish)
  }

  async #admit(rules: HostRules, wish: Wish, distance?: Distance): Promise<Ticket> {
    const probe = await this.#outages.pass(wish)
    try {
      const { line, leave } = await this.#lines.enter(rules, wish, distance)
      await this.#quotas.take(rules, wish.signal).catch((error: unknown) => {
        leave()
        throw error
      })
      return ticketOf(wish, { line, probe, outages: this.#outages, sentAt: this.#clock.monotonic() }, leave)
    } catch (error) {
      probe?.('given up')
      throw error
    }
  }

  slowed(
    body: AsyncIterable<Uint8Array>,
    { url, ...how }: { url: string; signal: AbortSignal; watch: Watching | undefined },
  ): AsyncIterable<Uint8Array> {
    if (!Number.isFinite(this.#limits.bytesPerSecond)) return body
    return this.#bandwidths.flow(rulesFor(hostOf(new URL(url)), this.#limits).bucket, body, how)
  }

  /** Hosts that are in use, or of which something is remembered. */
  hosts(): HostState[] {
    const buckets = this.#lines.all.map(({ rules }) => rules.bucket)
    const usedUp = this.#quotas.usedUp
    return [...new Set([...buckets, ...this.#outages.down, ...usedUp.keys()])].map((host) => {
      const state = this.#stateOf(host)
      const until = usedUp.get(host)
      return until === undefined || state.state === 'down' ? state : { ...state, state: 'waiting', until: new Date(until) }
    })
  }

  async close(): Promise<void> {
    await this.#lines.close()
    await this.#pacers.close()
  }

  #refuseTooMany({ bucket, concurrency }: HostRules, { host }: Wish): void {
    // Of those who wait for a robots.txt as many might be in flight by now: it is to make no call fail.
    const held = Math.max(0, (this.#robots?.waiting(bucket) ?? 0) - concurrency)
    this.#refuseBeyond((this.#lines.get(bucket)?.queued ?? 0) + this.#outages.waiting(host) + held, bucket)
  }

  #refuseBeyond(waiting: number, bucket: string): void {
    const { queue } = this.#limits
    if (waiting < queue) return
    throw new AttemptFailure('RETRY_AFTER', `${queue} requests wait for ${bucket} already (limits.queue)`, { retry: 'never' })
  }

  #stateOf(host: string): HostState {
    const line = this.#lines.get(host)
    const { concurrency, pace } = rulesFor(host, this.#limits)
    const state: HostState = line?.state ?? {
      host,
      running: 0,
      queued: 0,
      concurrency,
      ...(pace !== undefined && { rate: perSecond(pace) }),
      state: 'open',
    }
    const queued = state.queued + this.#outages.waiting(host) + (this.#robots?.waiting(host) ?? 0)
    const probeAt = this.#outages.downUntil(host)
    if (probeAt === undefined) return { ...state, queued }
    const until = new Date(this.#clock.now() + Math.max(0, probeAt - this.#clock.monotonic()))
    return { ...state, queued, state: 'down', until }
  }

  #tell(host: string): void {
    this.#report('host', () => {
      const { state, until, concurrency } = this.#stateOf(host)
      return { host, state, ...(until !== undefined && { until }), concurrency }
    })
  }
}
