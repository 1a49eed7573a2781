import type { Call } from '../model/call.ts'
import type { Report } from '../model/events.ts'
import { isRenewable } from '../policy/renewal.ts'
import { dueAt, isSame, type Schedule, type Touched } from '../policy/schedule.ts'
import { Calendar } from './scheduler/calendar.ts'
import type { Plan, Wish } from './scheduler/plan.ts'
import { type RefreshingRooms, refreshed } from './scheduler/refreshing.ts'

/** Entries that are refreshed without a caller. */
const MOST = 10_000

/** Refreshes under way at a time: nobody waits for them, and each holds a download. */
const AT_ONCE = 8

/** As long a wait as is trusted, in milliseconds: a clock that was set, or a machine that slept, is noticed by then. */
const LONGEST_WAIT = 3_600_000

export interface SchedulerRooms extends RefreshingRooms {
  readonly report: Report
  /** Work that outlives the call; it does not keep the process alive. */
  readonly background: (work: Promise<unknown>) => void
  readonly failed: (call: Call, error: unknown) => void
}

/**
 * Refreshes what this process has asked for, when its schedule says so and nobody asks. One timer for all, which never keeps the process
 * alive. When an entry was last confirmed stands in the tiers, so a restart goes on from there.
 */
export class Scheduler {
  readonly #rooms: SchedulerRooms
  readonly #calendar = new Calendar()
  /** By variant and key; those asked for last at the end. */
  readonly #plans = new Map<string, Plan>()
  /** Due, and waiting for room. */
  #line: Plan[] = []
  #running = 0
  #timer: { cancel(): void } | undefined
  /** When the timer fires, epoch ms. */
  #armedFor = Number.POSITIVE_INFINITY
  /** The latest time that it reckoned with, epoch ms. */
  #latest = 0

  constructor(rooms: SchedulerRooms) {
    this.#rooms = rooms
    rooms.closing.addEventListener('abort', () => this.#end())
  }

  /** Somebody asked for it, under settings that say something of `refresh`. */
  note(wish: Wish): void {
    const { call, held } = wish
    const { refresh } = call.settings
    if (refresh === undefined || this.#rooms.closing.aborted || !isRenewable(call)) return
    if (refresh === false) {
      this.forget(call.key)
      return
    }
    const id = `${held?.variant.values ?? ''}\n${call.key}`
    const checkedAt = held?.ref.checkedAt
    const known = this.#plans.get(id)
    if (known === undefined) {
      this.#add(this.#planned(id, wish, refresh))
      return
    }
    // In the order of their last use.
    this.#plans.delete(id)
    this.#plans.set(id, known)
    known.call = call
    known.again = wish.again
    const isNews = checkedAt !== undefined && (known.checkedAt === undefined || checkedAt > known.checkedAt)
    if (!isNews && isSame(known.schedule, refresh)) return
    known.schedule = refresh
    if (isNews) known.checkedAt = checkedAt
    this.#await(known, { ...known, failedAt: undefined })
  }

  #planned(id: string, { call, held, again }: Wish, schedule: Schedule): Plan {
    // What never came is tried again when its time is over; what was missed, where nobody wants it made up for, at its next one.
    const isFromNow = held === undefined || ('cron' in schedule && !schedule.runAtStart)
    const triedAt = isFromNow ? this.#rooms.clock.now() : undefined
    const due = Number.POSITIVE_INFINITY
    return { id, call, again, schedule, checkedAt: held?.ref.checkedAt, triedAt, due, isUnderWay: false, isMissing: false }
  }

  #add(plan: Plan): void {
    this.#plans.set(plan.id, plan)
    this.#await(plan, { ...plan, failedAt: undefined })
    const [oldest] = this.#plans
    if (this.#plans.size <= MOST || oldest === undefined) return
    this.#plans.delete(oldest[0])
    const { key, url } = oldest[1].call
    const warning = `more than ${MOST} entries have a refresh: this one goes without until it is asked for again`
    this.#rooms.report('warning', () => ({ key, url, warning }))
  }

  /** All variants of an entry. */
  forget(key: string): void {
    for (const [id, { call }] of this.#plans) if (call.key === key) this.#plans.delete(id)
  }

  #end(): void {
    this.#timer?.cancel()
    this.#plans.clear()
    this.#line = []
  }

  /** Works out when it is due, and sees to it that it is awaited. */
  #await(plan: Plan, facts: Touched): void {
    const times = this.#calendar.timesOf(plan.schedule)
    if (times === undefined) {
      this.#rooms.background(this.#calendar.open().then(() => this.#await(plan, facts)))
      return
    }
    const now = this.#rooms.clock.now()
    this.#latest = Math.max(this.#latest, now)
    plan.due = dueAt(facts, plan.call.settings, { after: times, now })
    if (!plan.isUnderWay && plan.due < this.#armedFor) this.#arm(plan.due)
  }

  #arm(due: number): void {
    this.#timer?.cancel()
    this.#armedFor = due
    if (due === Number.POSITIVE_INFINITY || this.#rooms.closing.aborted) return
    const wait = Math.min(Math.max(due - this.#rooms.clock.now(), 0), LONGEST_WAIT)
    this.#timer = this.#rooms.clock.setTimeout(() => this.#go(), wait)
  }

  /** Looks for what is due, in the order of its times. */
  #go(): void {
    const now = this.#rooms.clock.now()
    this.#reckonAnew(now)
    let next = Number.POSITIVE_INFINITY
    const due: Plan[] = []
    for (const plan of this.#plans.values()) {
      if (plan.isUnderWay) continue
      if (plan.due <= now) due.push(plan)
      else next = Math.min(next, plan.due)
    }
    for (const plan of due.sort((a, b) => a.due - b.due)) {
      plan.isUnderWay = true
      this.#line.push(plan)
    }
    this.#arm(next)
    this.#fill()
  }

  /** Where the clock was set back, what was to come soon would come as much later. */
  #reckonAnew(now: number): void {
    if (now >= this.#latest) return
    this.#latest = now
    for (const plan of this.#plans.values()) this.#await(plan, { ...plan, failedAt: undefined })
  }

  /** Begins as many as there is room for; when one of them ends there is more. */
  #fill(): void {
    while (this.#running < AT_ONCE) {
      const plan = this.#line.shift()
      if (plan === undefined) return
      if (this.#plans.get(plan.id) !== plan) continue
      this.#running++
      this.#rooms.background(this.#run(plan))
    }
  }

  async #run(plan: Plan): Promise<void> {
    const { clock, closing, failed } = this.#rooms
    const facts = await refreshed(this.#rooms, this.#calendar, plan).catch((error: unknown): Touched => {
      if (!closing.aborted) failed(plan.call, error)
      return { checkedAt: undefined, failedAt: clock.now(), triedAt: clock.now() }
    })
    plan.isUnderWay = false
    this.#running--
    if (closing.aborted) return
    if (facts === undefined) this.#plans.delete(plan.id)
    else {
      plan.triedAt = facts.triedAt
      plan.checkedAt = facts.checkedAt ?? plan.checkedAt
      this.#await(plan, facts)
    }
    this.#fill()
  }
}
