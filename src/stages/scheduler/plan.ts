import type { Call } from '../../model/call.ts'
import type { Held } from '../../model/rooms.ts'
import type { Schedule } from '../../policy/schedule.ts'

/** What was asked for, and is to stay fresh without being asked for. */
export interface Wish {
  readonly call: Call
  /** undefined: nothing came of it. */
  readonly held: Held | undefined
  /** The call to be made when it is due; undefined: there is nobody any more whom it would serve. Absent: the call itself. */
  readonly again?: () => Call | undefined
}

export interface Plan {
  /** Its entry and variant. */
  readonly id: string
  call: Call
  again: (() => Call | undefined) | undefined
  schedule: Schedule
  /** When the origin last confirmed what is stored, as far as this process knows; undefined: nothing was stored. Epoch ms, as all here. */
  checkedAt: number | undefined
  /** When this process last did what was due, whatever came of it; or from when it counts. */
  triedAt: number | undefined
  /** Infinity: not known yet, or never. */
  due: number
  /** Running, or in the line for it. */
  isUnderWay: boolean
  /** What was stored was not found the last time. */
  isMissing: boolean
}
