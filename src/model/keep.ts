import type { Retention } from './settings.ts'

/** Which versions stay when one is written, and whether that one does. */
export interface Keep {
  /** Undefined: all of them. */
  readonly rules: Retention | undefined
  /** When the one that is written was asked for, in epoch milliseconds. */
  readonly askedAt: number
  /** Whether what was asked for at this time has been deleted in this process since. Undefined: nobody asked, it was brought. */
  readonly isOvertaken: ((askedAt: number) => boolean) | undefined
}
