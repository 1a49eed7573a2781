import { sha256 } from '../../policy/cache-key.ts'
import { markKey } from './marks.ts'

interface Known {
  readonly name: string
  readonly key: string
}

/** Under which keys a store has what concerns an entry. What was asked for last is not hashed again: a version follows its entry, and all have one group. */
export class StoreKeys {
  #entry: Known = { name: '', key: sha256('') }
  readonly #marks: Known[] = []

  /** The entry's, then those of marks. */
  ofEntry(key: string, marks: readonly string[]): string[] {
    return [`h1:e:${this.#hash(key)}`, ...marks.map((name, place) => this.#mark(name, place))]
  }

  ofVersion(key: string, id: string): string {
    return `h1:v:${this.#hash(key)}:${id}`
  }

  #hash(name: string): string {
    if (this.#entry.name !== name) this.#entry = { name, key: sha256(name) }
    return this.#entry.key
  }

  #mark(name: string, place: number): string {
    const known = this.#marks[place]
    if (known?.name === name) return known.key
    const key = markKey(name)
    this.#marks[place] = { name, key }
    return key
  }
}
