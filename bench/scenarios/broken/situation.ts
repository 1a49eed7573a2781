import { type Answer, type Asked, type Edition, good } from './answer.ts'

/** The answer to each request of one client. */
export type Script = (asked: Asked) => Answer

export interface Situation {
  /** The row of the catalogue of faults from which it is taken. */
  readonly row: string
  readonly name: string
  /** What the server does, once the first answer has broken at half. */
  readonly says: string
  /** The bytes that are the file. All others are wrong. */
  readonly right: Buffer
  /** A new script for each client; dates in it are counted from `now`, in epoch milliseconds. */
  readonly script: (now: number) => Script
}

/** Properly served. */
export function served(edition: Edition): Script {
  return (asked) => good(asked, edition)
}

/** The first answer breaks at half; then comes another script. */
export function cutThen(before: Script, then: Script): Script {
  return (asked) => {
    if (asked.hit > 1) return then(asked)
    const answer = before(asked)
    return { ...answer, cutAt: Math.floor(answer.body.length / 2) }
  }
}

/** `meanwhile` for so many requests after the first one; `otherwise` for that and for those that follow. */
export function forATime(requests: number, { meanwhile, otherwise }: { meanwhile: Script; otherwise: Script }): Script {
  return (asked) => (asked.hit > 1 && asked.hit <= 1 + requests ? meanwhile : otherwise)(asked)
}
