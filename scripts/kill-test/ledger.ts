import type { Fact, Line } from './diary.ts'
import { CURRENT, type Path } from './order.ts'

interface Account {
  /** What may be so. One thing is certain. */
  allowed: Set<string>
  /** What is on its way: by the id of its beginning, how many events there had been. */
  readonly pending: Map<number, number>
  events: number
}

/** What is so of what nothing was ever said. */
const AT_FIRST: readonly (readonly [kind: string, value: string])[] = [
  ['held', 'none'],
  ['fresh', 'no'],
  ['label', 'off'],
  ['pin', 'off'],
  ['policy', '{}'],
  ['copied', 'no'],
  ['partial', 'none'],
]

/**
 * What must be so after a kill: what was acknowledged last. What was begun and not acknowledged may be so, or what was before. Of what
 * overlapped it is open which came last.
 */
export class Ledger {
  readonly #accounts = new Map<string, Account>()
  readonly #current: (path: Path) => string

  constructor(current: (path: Path) => string) {
    this.#current = current
  }

  take(line: Line): void {
    if (line.name === 'begun') for (const fact of line.facts) this.#begin(line.id, fact)
    if (line.name === 'done') for (const fact of line.facts) this.#end(line.id, fact)
  }

  #begin(id: number, fact: Fact): void {
    const account = this.#of(fact.about)
    account.allowed.add(this.#valueOf(fact))
    account.pending.set(id, ++account.events)
  }

  #end(id: number, fact: Fact): void {
    const account = this.#of(fact.about)
    const wasAlone = account.pending.size === 1 && account.pending.get(id) === account.events
    account.pending.delete(id)
    account.events++
    if (wasAlone) account.allowed = new Set([this.#valueOf(fact)])
  }

  /** It is so, for certain, whatever was on its way. */
  set(about: string, value: string): void {
    this.#of(about).allowed = new Set([value])
  }

  /** It may be so from now on. */
  allow(about: string, value: string): void {
    this.#of(about).allowed.add(value)
  }

  /** The process is dead: nothing is on its way any more. */
  buried(): void {
    for (const { pending } of this.#accounts.values()) pending.clear()
  }

  /** What is wrong with what is seen, if anything is. From now on it is certain. */
  see(about: string, value: string): string[] {
    const account = this.#of(about)
    const before = account.allowed
    account.allowed = new Set([value])
    return before.has(value) ? [] : [`${about}: is ${value}, and must be ${[...before].join(' or ')}`]
  }

  sure(about: string): string | undefined {
    const { allowed } = this.#of(about)
    return allowed.size === 1 ? [...allowed][0] : undefined
  }

  /** Everything that was ever said under this beginning. */
  topics(beginning: string): string[] {
    return [...this.#accounts.keys()].filter((about) => about.startsWith(beginning))
  }

  forget(about: string): void {
    this.#accounts.delete(about)
  }

  #valueOf({ about, value }: Fact): string {
    return value === CURRENT ? this.#current(about.split(' ')[1] as Path) : value
  }

  #of(about: string): Account {
    const known = this.#accounts.get(about)
    if (known !== undefined) return known
    const [, value = 'none'] = AT_FIRST.find(([kind]) => about.split(' ')[0] === kind) ?? []
    const account: Account = { allowed: new Set([value]), pending: new Map(), events: 0 }
    this.#accounts.set(about, account)
    return account
  }
}
