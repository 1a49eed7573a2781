/** Which of an entry's stored versions. */
export type Select = { version: string } | { label: string } | { pinned: true } | { asOf: Date | string }

/** The same, read. `at`: epoch milliseconds. */
export type Selection =
  | { readonly name: 'version'; readonly id: string }
  | { readonly name: 'label'; readonly label: string }
  | { readonly name: 'pinned' }
  | { readonly name: 'asOf'; readonly at: number }
