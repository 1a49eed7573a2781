/** What a client says about one address. */
export interface Told {
  /** 'at rest': answered without a request. */
  readonly kind: 'at rest' | 'fetched'
  readonly url: string
  readonly status?: number
  readonly digest?: string
  readonly outcome?: string | undefined
  /** The code of what it was thrown. */
  readonly error?: string
  /** The attempt that asked by Range for the rest of a body: in the first one, of a body that another process left. */
  readonly resumed?: 'first attempt' | 'later attempt' | 'never'
}
