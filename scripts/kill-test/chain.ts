import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Origin, startOrigin } from '../../test/helpers/origin/index.ts'
import type { Aim, Usual } from './aims.ts'
import { type Line, readDiary } from './diary.ts'
import { Ledger } from './ledger.ts'
import { Library } from './library.ts'
import { type Lifetime, live } from './lifetime.ts'
import { type Order, PATHS, type Path, type Place, type Seen, type StoreName, type Work } from './order.ts'
import { notePartials } from './partials.ts'
import { faultsOf } from './soundness.ts'
import type { Tally } from './tally.ts'
import { verdict } from './verdict.ts'

const HOUR = 3_600_000

/** A life that comes to its end. */
const UNHARMED: Aim = { from: 'scenario', strands: 'one', work: 'daily', next: 'an hour later', content: 'changes' }

export interface ChainPlan {
  readonly name: string
  readonly seed: number
  readonly store: StoreName
  readonly folder: string
  /** Where Node keeps what it compiled, for all lives of a run. */
  readonly cache: string
}

/** One store and its lives, each killed, each looking first at what the one before left. */
export class Chain implements AsyncDisposable {
  readonly #plan: ChainPlan
  readonly #tally: Tally
  readonly #origin: Origin
  readonly #library: Library
  readonly #ledger: Ledger
  /** Milliseconds by which the clocks of the next life and of the origin are ahead. */
  readonly #time: { ahead: number }
  #lives = 0
  #places: readonly Place[] = ['cache', 'copy']
  /** Where bodies broke, and the origin still has them. */
  #broken: Path[] = []

  private constructor(plan: ChainPlan, { tally, origin, time }: { tally: Tally; origin: Origin; time: { ahead: number } }) {
    this.#plan = plan
    this.#tally = tally
    this.#origin = origin
    this.#time = time
    const library = new Library(origin, plan.seed)
    this.#library = library
    this.#ledger = new Ledger((path) => library.current(path))
    library.publish()
  }

  static async begin(plan: ChainPlan, tally: Tally): Promise<Chain> {
    await mkdir(plan.folder, { recursive: true })
    const time = { ahead: 0 }
    const origin = await startOrigin({ clock: { now: () => Date.now() + time.ahead } })
    return new Chain(plan, { tally, origin, time })
  }

  /** A life that is killed as it was told. */
  async kill(aim: Aim): Promise<void> {
    const { lines } = await this.#live(aim)
    this.#tally.killed(lines, aim)
    this.#bury(aim)
  }

  /** A life that nobody kills before its end. */
  async measure(work: Work): Promise<Usual> {
    const { counts, recoveryMs, scenarioMs } = await this.#live({ ...UNHARMED, work })
    if (counts === undefined) throw new Error(`the scenario does not come to its end:\n${this.#tally.violations.join('\n')}`)
    this.#bury(UNHARMED)
    return { counts, recoveryMs, scenarioMs }
  }

  /** The last life, more than a day later: what broke and was not gone on with is dead by then. */
  async end(): Promise<void> {
    this.#time.ahead += 25 * HOUR
    this.#broken = []
    this.#places = ['cache', 'copy']
    await this.#live({ ...UNHARMED, afterMs: 0 })
    for (const place of this.#places)
      for (const fault of faultsOf(this.#plan.store, this.#plan.folder, place)) this.#complain(`${place}: ${fault}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#origin.kill()
    await this.#origin.close()
  }

  async #live(aim: Aim): Promise<Lifetime & { lines: readonly Line[] }> {
    const asked = this.#origin.hits()
    const order = this.#order(aim)
    let said = 0
    const listen = (): Line[] => {
      const lines = readDiary(order.diary)
      this.#take(lines.slice(said))
      said = lines.length
      return lines
    }
    const recovered = (seen: Seen): void => {
      this.#judge(seen)
      listen()
      this.#library.publish()
    }
    const life = await live(order, { aim, cache: this.#plan.cache, recovered })
    const lines = listen()
    for (const what of [...life.faults, ...this.#resumed(asked)]) this.#complain(what)
    this.#ledger.buried()
    this.#places = lines.some(isOfCopy) ? ['cache', 'copy'] : ['cache']
    return { ...life, lines }
  }

  #order(aim: Aim): Order {
    const life = ++this.#lives
    const { store, folder } = this.#plan
    return {
      store,
      folder,
      life,
      diary: join(folder, `diary-${life}.jsonl`),
      origin: this.#origin.url(''),
      ahead: this.#time.ahead,
      from: aim.from,
      strands: aim.strands,
      work: aim.work,
      places: this.#places,
      ...(aim.point !== undefined && { point: aim.point }),
    }
  }

  #judge(seen: Seen): void {
    const wrong = verdict(seen, { library: this.#library, ledger: this.#ledger })
    for (const what of wrong) this.#complain(what)
    for (const { ms } of seen.fetched) this.#tally.took(ms)
    this.#tally.count('times that a new process looked at everything')
  }

  #take(lines: readonly Line[]): void {
    for (const line of lines) {
      this.#ledger.take(line)
      if (line.name === 'heard') this.#complain(line.what)
      if (line.name === 'hop') this.#time.ahead = line.ahead
    }
    notePartials(lines, this.#ledger)
  }

  /** A body that broke is gone on with by a Range in the first request for it, where the origin still has it. */
  #resumed(asked: number): string[] {
    const requests = this.#origin.requests().slice(asked)
    return this.#broken.flatMap((path) => {
      const first = requests.find((request) => request.path === path)
      if (first === undefined) return []
      this.#tally.count('broken bodies')
      this.#tally.count('broken bodies resumed', first.headers.range === undefined ? 0 : 1)
      return first.headers.range === undefined ? [`${path}: was there in part, and was asked for from its start`] : []
    })
  }

  #bury({ next, content }: Pick<Aim, 'next' | 'content'>): void {
    const partial = (state: string): Path[] => PATHS.filter((path) => this.#ledger.sure(`partial ${path}`) === state)
    const there = partial('there')
    this.#tally.count('bodies that were all there, and no version yet', partial('all there').length)
    this.#broken = content === 'stays' ? there : []
    if (content === 'changes') this.#library.publish(there)
    if (next === 'an hour later') this.#time.ahead += HOUR
  }

  #complain(what: string): void {
    this.#tally.violations.push(`${this.#plan.name}, life ${this.#lives}: ${what}`)
  }
}

const isOfCopy = (line: Line): boolean => line.name === 'step' && line.step.name === 'copy'
