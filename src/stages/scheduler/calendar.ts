import type { Cron } from 'croner'
import type { Schedule } from '../../policy/schedule.ts'

/** The first time of a schedule behind a moment, both in epoch ms; Infinity: never again. What was never done was always due. */
export type Times = (moment: number) => number

/** Knows when schedules fall due. The calendar comes with the first one that needs it. */
export class Calendar {
  #Cron: typeof Cron | undefined

  async open(): Promise<void> {
    this.#Cron ??= (await import('croner')).Cron
  }

  /** undefined: not before it is open. */
  timesOf(schedule: Schedule): Times | undefined {
    if ('every' in schedule) return (moment) => moment + schedule.every
    if (this.#Cron === undefined) return undefined
    // Paused and without a function it sets no timer: times are all that is asked of it.
    const cron = new this.#Cron(schedule.cron, { timezone: schedule.timezone, paused: true })
    return (moment) =>
      Number.isFinite(moment) ? (cron.nextRun(new Date(moment))?.getTime() ?? Number.POSITIVE_INFINITY) : moment
  }
}
