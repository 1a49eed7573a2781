/** What was written through the wrapper, so that a read can give something that was once true. */
export class Past {
  readonly #written = new Map<string, { last: Uint8Array | undefined; before: Uint8Array | undefined }>()

  wrote(key: string, value: Uint8Array | undefined): void {
    this.#written.set(key, { last: value && new Uint8Array(value), before: this.#written.get(key)?.last })
  }

  before(key: string): Uint8Array | undefined {
    return this.#written.get(key)?.before?.slice()
  }

  ofAnother(key: string): Uint8Array | undefined {
    for (const [name, { last }] of this.#written) {
      if (name !== key && last !== undefined) return last.slice()
    }
    return undefined
  }
}

/** A copy with the middle bit turned. Of nothing, one byte too many: there is no bit to turn. */
export function flipped(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return new Uint8Array(1)
  const copy = new Uint8Array(bytes)
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] ?? 0) ^ 0b1000
  return copy
}

/** The first half. */
export function halved(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.subarray(0, bytes.length >> 1))
}
