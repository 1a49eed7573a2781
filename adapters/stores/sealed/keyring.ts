import { isBytes } from '../../../src/model/bytes.ts'
/** A key of 32 bytes, or several, of which the first seals and all open; or what gives them, asked once. */
export type KeySource = Uint8Array | readonly Uint8Array[] | (() => Keys | Promise<Keys>)

type Keys = Uint8Array | readonly Uint8Array[]

const KEY_BYTES = 32

/** The keys, once they are there. */
export class Keyring {
  readonly #option: string
  readonly #source: KeySource
  #keys: Promise<readonly Uint8Array[]> | undefined

  constructor(option: string, source: KeySource) {
    this.#option = option
    this.#source = source
    // What is given at once is looked at at once.
    if (typeof source !== 'function') this.#read(source)
  }

  /** @throws TypeError where one is not of 32 bytes. What the source rejects with; it is asked again by the next call. */
  all(): Promise<readonly Uint8Array[]> {
    this.#keys ??= this.#ask()
    return this.#keys
  }

  async #ask(): Promise<readonly Uint8Array[]> {
    try {
      return this.#read(typeof this.#source === 'function' ? await this.#source() : this.#source)
    } catch (error) {
      this.#keys = undefined
      throw error
    }
  }

  /** The message tells of no byte of a key. */
  #read(given: Keys): readonly Uint8Array[] {
    const keys = Array.isArray(given) ? given : [given]
    const isKey = (key: unknown): boolean => isBytes(key) && key.length === KEY_BYTES
    if (keys.length > 0 && keys.every(isKey)) return keys
    const found = keys.map((key) => (isBytes(key) ? `${key.length} bytes` : typeof key)).join(', ') || 'no key'
    throw new TypeError(
      `sealed.${this.#option}: ${found} where ${KEY_BYTES} bytes are needed. Give crypto.randomBytes(${KEY_BYTES}), kept in a safe place.`,
    )
  }
}
