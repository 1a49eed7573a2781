/** Header fields in the order in which they came; names in lower case; a name may stand several times. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** All values of one field joined as RFC 9110 5.3 allows, or undefined where it is absent. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  let joined: string | undefined
  for (const [field, value] of headers) {
    if (field === name) joined = joined === undefined ? value : `${joined}, ${value}`
  }
  return joined
}

export function withoutHeaders(headers: HeaderList, names: ReadonlySet<string>): HeaderList {
  return headers.filter(([name]) => !names.has(name))
}
