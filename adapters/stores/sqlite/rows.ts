export interface StoredValue {
  readonly value: Uint8Array
  readonly sum: number
  readonly expires: number | undefined
}

export interface LeaseRow {
  readonly generation: number
  /** Epoch milliseconds. */
  readonly since: number
  readonly until: number
}

export interface Given {
  readonly key: string
  readonly bytes: number
}
