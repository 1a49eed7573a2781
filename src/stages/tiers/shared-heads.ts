import type { HeaderList } from '../../model/headers.ts'
import type { VersionRecord } from '../../model/record.ts'
import { COMMON_FIELDS, type CommonFacts, commonFactsOf } from '../../policy/shared-facts.ts'

type Field = HeaderList[number]

/** What many answers have in common. Of a field that differs its name stands here alone, and each answer has the value itself. */
export interface Head {
  readonly status: number
  readonly statusText: string
  readonly redirected: boolean
  readonly proven: boolean
  readonly fields: readonly (Field | string)[]
  /** Read when somebody asks first: see {@link commonOf}. */
  common?: CommonFacts | 'own'
}

/** The facts that all answers of this head have; undefined where one of the fields that they follow from differs. */
export function commonOf(head: Head): CommonFacts | undefined {
  const { fields } = head
  head.common ??= COMMON_FIELDS.some((name) => fields.includes(name))
    ? 'own'
    : commonFactsOf(fields.filter((field) => typeof field !== 'string'))
  return head.common === 'own' ? undefined : head.common
}

/** A head, and the values that are an answer's own, in their order, as one text: as objects they would take as much as a small body. */
export interface Parted {
  readonly head: Head
  readonly own: string
}

/** No value of a field has it (RFC 9110 5.5). */
const BREAK = '\n'

/** So often a field has to come before it is taken for one that many answers have: a Date that few of them share is no reason for another head. */
const OFTEN = 8

/** Bytes of the fields that are counted, in each of two generations; one that nobody has for so long is forgotten. */
const ROOM = 64 * 1024

/** What a field takes beside its text: a pair, its count, and a place in a Map. */
const FIELD_COST = 160

/** Heads that are looked for. What is forgotten here stays with the answers that have it. */
const MOST_HEADS = 256

interface Counted {
  readonly field: Field
  times: number
}

/** Heads of many answers, each kept once: most of what a server says is the same in all of its answers. */
export class SharedHeads {
  #recent = new Map<string, Map<string, Counted>>()
  #before = new Map<string, Map<string, Counted>>()
  #room = ROOM
  readonly #heads = new Map<string, Head>()
  /** Most likely the next one's too: found by a glance, where a text would have to be made. */
  #latest: Head | undefined

  of({ status, statusText, redirected, proven, headers }: VersionRecord): Parted {
    const fields = headers.map((field) => this.#shared(field))
    const own = headers.filter((_, place) => typeof fields[place] === 'string').map(([, value]) => value)
    return { head: this.#known({ status, statusText, redirected, proven, fields }), own: own.join(BREAK) }
  }

  #known(head: Head): Head {
    if (this.#latest === undefined || !isSame(this.#latest, head)) this.#latest = this.#found(head)
    return this.#latest
  }

  #found(head: Head): Head {
    const text = JSON.stringify(head)
    const known = this.#heads.get(text)
    if (known !== undefined) return known
    if (this.#heads.size >= MOST_HEADS) this.#heads.clear()
    this.#heads.set(text, head)
    return head
  }

  /** The name alone where the value is the answer's own. */
  #shared(field: Field): Field | string {
    const [name, value] = field
    const counted = this.#counted(field)
    counted.times++
    return counted.times > OFTEN || value.includes(BREAK) ? counted.field : name
  }

  #counted(field: Field): Counted {
    const [name, value] = field
    const recent = this.#recent.get(name)?.get(value)
    if (recent !== undefined) return recent
    const counted = this.#before.get(name)?.get(value) ?? { field, times: 0 }
    this.#remember(counted)
    return counted
  }

  #remember(counted: Counted): void {
    const [name, value] = counted.field
    this.#room -= FIELD_COST + value.length
    if (this.#room < 0) {
      this.#before = this.#recent
      this.#recent = new Map()
      this.#room = ROOM
    }
    const values = this.#recent.get(name)
    if (values === undefined) this.#recent.set(name, new Map([[value, counted]]))
    else values.set(value, counted)
  }
}

/** Of fields that many answers have there is one object. */
const isSame = (one: Head, other: Head): boolean =>
  one.status === other.status &&
  one.statusText === other.statusText &&
  one.redirected === other.redirected &&
  one.proven === other.proven &&
  one.fields.length === other.fields.length &&
  one.fields.every((field, place) => field === other.fields[place])

/** The fields as they came. */
export function headersOf({ head: { fields }, own }: Parted): HeaderList {
  const values = own.split(BREAK)
  let place = 0
  return fields.map((field) => (typeof field === 'string' ? [field, values[place++] ?? ''] : field))
}
