import type { RequestFacts } from '../../model/call.ts'

/** What the tiers need to know of a call. */
export type Keyed = RequestFacts & {
  readonly key: string
  readonly credentialHeaders: ReadonlySet<string>
  readonly settings: { readonly group: string }
}
