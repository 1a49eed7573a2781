/** One mistake that somebody could make: the place, what stands there, what the mistake would write instead. */
export interface Mutant {
  readonly name: string
  readonly file: string
  /** Must stand in the file once. */
  readonly find: string
  readonly replace: string
  /** The test files that are to notice: few, so that a run takes seconds. */
  readonly tests: readonly string[]
  /** The test that noticed when the mutant was written. */
  readonly killer: string
}
