/** A body that stands in a store, named or not. */
export interface StandingBody {
  readonly id: string
  /** The keys of its chunks, in order; undefined where it is a file. */
  readonly chunks: readonly string[] | undefined
}

/** What a store says of bodies beside its versions. */
export interface BodyWord {
  /** Where it says so. */
  readonly key: string
  readonly bodyId: string | undefined
  /** Nothing will come of it any more. */
  readonly isDead: boolean
}
