import { createHash, type Hash, hash } from 'node:crypto'
import { INLINE_LIMIT } from '../../model/record.ts'

/** Whether somebody else keeps a piece as it is until the body has ended. */
export type Piece = 'stays' | 'passes'

/** The digests of a body, taken as it comes. What is in hand as a whole is hashed in one go: that is a third of the price. */
export class Digests {
  readonly #names: readonly string[]
  #hashes: ReadonlyMap<string, Hash> | undefined
  /** All that came, as long as it is one small piece that stays. */
  #only: Uint8Array | undefined

  /** `algorithms`: those beside SHA-256, by node:crypto's names. */
  constructor(algorithms: readonly string[]) {
    this.#names = ['sha256', ...algorithms]
  }

  add(bytes: Uint8Array, piece: Piece): void {
    const isFirst = this.#hashes === undefined && this.#only === undefined
    if (isFirst && piece === 'stays' && bytes.length <= INLINE_LIMIT) this.#only = bytes
    else this.#feed(bytes)
  }

  #feed(bytes: Uint8Array): void {
    this.#hashes ??= this.#begun()
    for (const each of this.#hashes.values()) each.update(bytes)
  }

  #begun(): ReadonlyMap<string, Hash> {
    const hashes = new Map(this.#names.map((name) => [name, createHash(name)]))
    if (this.#only !== undefined) for (const each of hashes.values()) each.update(this.#only)
    this.#only = undefined
    return hashes
  }

  /** Of what has come so far. */
  of(algorithm: string, encoding: 'base64' | 'hex'): string {
    if (!this.#names.includes(algorithm)) throw new Error(`no ${algorithm} was asked for when the body began`)
    return this.#hashes?.get(algorithm)?.copy().digest(encoding) ?? hash(algorithm, this.#only ?? '', encoding)
  }
}
