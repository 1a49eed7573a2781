import type { Chance } from './chance.ts'

/** A text, and what a parser must make of it, as the parser's `shown` shows it. */
export interface Spelled {
  readonly text: string
  readonly means: string
}

/** One parser of ours under test. */
export interface Subject {
  readonly name: string
  /** What the grammar is made of: hostile input is put together from these. */
  readonly pieces: readonly string[]
  /** What stands before the places in the grammar where a run of anything is read; '' is one of them for every parser. */
  readonly openers: readonly string[]
  /** The parser alone: what the time is measured of. */
  readonly parse: (text: string) => unknown
  /**
   * What the parser makes of a text, in one line.
   *
   * @throws Unsound where the result is none that the parser's own description allows.
   */
  readonly read: (text: string) => string
  readonly valid: (chance: Chance) => Spelled
  /** What of the result remains the same when the input's letters change their case; undefined where case has a meaning throughout. */
  readonly fold: ((shown: string) => string) | undefined
}

interface Description<T> {
  readonly name: string
  readonly pieces: readonly string[]
  readonly openers?: readonly string[]
  readonly parse: (text: string) => T
  /** What is wrong with a result, whatever the text was. */
  readonly fault: (value: T, text: string) => string | undefined
  readonly shown: (value: T) => string
  /** A value of the grammar in one of its spellings. */
  readonly valid: (chance: Chance) => { readonly text: string; readonly means: T }
  readonly fold?: (shown: string) => string
}

export class Unsound extends Error {}

export function subject<T>({ parse, fault, shown, valid, fold, openers = [], ...named }: Description<T>): Subject {
  return {
    ...named,
    openers,
    parse,
    read(text) {
      const value = parse(text)
      const says = fault(value, text)
      if (says !== undefined) throw new Unsound(says)
      return shown(value)
    },
    valid(chance) {
      const { text, means } = valid(chance)
      return { text, means: shown(means) }
    },
    fold,
  }
}

/** For a parser whose result does not depend on the case of letters at all. */
export const same = (shown: string): string => shown

/** For a parser that keeps texts as they were written. */
export const lowered = (shown: string): string => shown.toLowerCase()

/** RFC 9111 1.2.2: no span is longer than 2^31 seconds. */
export const MOST_MS: number = 2 ** 31 * 1000

export function spanFault(name: string, ms: number | undefined): string | undefined {
  return ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= MOST_MS) ? undefined : `${name} is ${ms}`
}
