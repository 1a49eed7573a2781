import type { HeaderList } from '../../model/headers.ts'

type Field = HeaderList[number]

/** Bytes of the fields that are looked for, in each of two generations; one that nobody has for so long is forgotten. */
const ROOM = 64 * 1024

/** What a field takes beside its text: a pair, and a place in a Map. */
const FIELD_COST = 120

/**
 * Header fields of many answers, each kept once: most of a server's are the same in all of its answers, and as objects they take more than
 * a small body does.
 */
export class SharedFields {
  #recent = new Map<string, Map<string, Field>>()
  #before = new Map<string, Map<string, Field>>()
  #room = ROOM

  /** The same list, of fields that others may have too. */
  of(headers: HeaderList): HeaderList {
    return headers.map((field) => this.#shared(field))
  }

  #shared(field: Field): Field {
    const [name, value] = field
    const known = this.#recent.get(name)?.get(value)
    if (known !== undefined) return known
    const shared = this.#before.get(name)?.get(value) ?? field
    this.#remember(shared)
    return shared
  }

  #remember(field: Field): void {
    const [name, value] = field
    this.#room -= FIELD_COST + value.length
    if (this.#room < 0) {
      this.#before = this.#recent
      this.#recent = new Map()
      this.#room = ROOM
    }
    const values = this.#recent.get(name)
    if (values === undefined) this.#recent.set(name, new Map([[value, field]]))
    else values.set(value, field)
  }
}
