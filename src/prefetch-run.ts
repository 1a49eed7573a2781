import type { Behind } from './entrance.ts'
import { isRequest } from './init.ts'
import { textOf } from './model/attempt-failure.ts'
import { nextRound } from './model/clock.ts'
import type { Init, Input } from './model/options.ts'
import { wrong } from './policy/option-readers.ts'
import { fetchedAhead } from './prefetch-one.ts'

/** What became of one input. `url` is as it was given. */
export type Prefetched = { url: string } & ({ ok: true; response: Response } | { ok: false; error: Error })

export type Source = Iterator<unknown> | AsyncIterator<unknown>

export interface RunPlan {
  readonly open: () => Source
  readonly concurrency: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((done: number, total?: number) => void) | undefined
  readonly total: number | undefined
}

/** Results after which the event loop goes round. */
const TURN = 100

/** One run through a list. It holds no more results than may be under way at a time. */
export class Prefetching {
  readonly #behind: Behind
  readonly #plan: RunPlan
  readonly #leaving = new AbortController()
  /** Ended, and not taken yet. */
  readonly #waiting: Prefetched[] = []
  #underWay = 0
  #done = 0
  #taken = 0
  #isPulling = false
  #isExhausted = false
  #source: Source | undefined
  #wake: () => void = () => undefined

  constructor(behind: Behind, plan: RunPlan) {
    this.#behind = behind
    this.#plan = plan
  }

  async *results(): AsyncGenerator<Prefetched, void, undefined> {
    const { signal: stop } = this.#plan
    const { closing } = this.#behind.house()
    const leave = (): void => this.#leave(stop?.reason)
    const closed = (): void => this.#wake()
    stop?.addEventListener('abort', leave, { once: true })
    closing.addEventListener('abort', closed, { once: true })
    if (stop?.aborted === true) leave()
    try {
      while (!this.#leaving.signal.aborted) {
        if (closing.aborted) this.#letGo()
        this.#fill()
        const next = this.#waiting.shift()
        if (next === undefined && this.#isOver()) return
        if (next === undefined) await this.#something()
        else yield next
        // A long list of hits would be one turn of the event loop.
        if (this.#done % TURN === 0) await nextRound()
      }
    } finally {
      stop?.removeEventListener('abort', leave)
      closing.removeEventListener('abort', closed)
      this.#leave(undefined)
      this.#letGo()
    }
  }

  #isEnding(): boolean {
    return this.#leaving.signal.aborted || this.#behind.isClosed()
  }

  #isOver(): boolean {
    const isTaken = this.#isExhausted && (!this.#isPulling || this.#behind.isClosed())
    return isTaken && this.#underWay === 0 && this.#waiting.length === 0
  }

  /** Resolves at the next end or input, or when all is over. One promise at a time: a race would gather reactions on those that stay. */
  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #leave(reason: unknown): void {
    this.#leaving.abort(reason)
    this.#wake()
  }

  /** Its inputs may hold a file or a cursor. What it does about being let go of is its own matter. */
  #letGo(): void {
    if (this.#isExhausted) return
    this.#isExhausted = true
    Promise.resolve(this.#source?.return?.()).catch(() => undefined)
  }

  /** Takes inputs for as long as there is room for their results, one at a time. None is taken to be refused: the instance is closed. */
  #fill(): void {
    const { concurrency } = this.#plan
    if (this.#isExhausted || this.#isPulling || this.#isEnding()) return
    if (this.#underWay + this.#waiting.length >= concurrency) return
    this.#isPulling = true
    void this.#pull().finally(() => {
      this.#isPulling = false
      this.#fill()
      this.#wake()
    })
  }

  async #pull(): Promise<void> {
    try {
      this.#source ??= this.#plan.open()
      const { done, value } = await this.#source.next()
      if (done === true) this.#isExhausted = true
      else if (!this.#isEnding()) this.#begin(value)
    } catch (error) {
      // A list that breaks off is told as what it is, and what came of it before is not lost.
      this.#isExhausted = true
      this.#ended({ url: '', ok: false, error: errorOf(error) })
    }
  }

  #begin(given: unknown): void {
    const place = `prefetch[${this.#taken++}]`
    this.#underWay++
    void this.#one(given, place).then((ended) => {
      this.#underWay--
      this.#ended(ended)
      this.#fill()
    })
  }

  async #one(given: unknown, place: string): Promise<Prefetched> {
    const url = urlOf(given)
    try {
      return { url, ok: true, response: await fetchedAhead(this.#behind, asked(given, place), this.#leaving.signal) }
    } catch (error) {
      return { url, ok: false, error: errorOf(error) }
    }
  }

  #ended(ended: Prefetched): void {
    const { onProgress, total } = this.#plan
    this.#waiting.push(ended)
    this.#done++
    try {
      onProgress?.(this.#done, total)
    } catch (error) {
      const warning = `onProgress of prefetch threw: ${textOf(error)}`
      this.#behind.house().emitter.report('warning', () => ({ key: '', url: ended.url, warning }))
    }
    this.#wake()
  }
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(textOf(thrown), { cause: thrown }))

const isInput = (given: unknown): given is Input => typeof given === 'string' || given instanceof URL || isRequest(given)

/** One input as it stands in a list. @throws TypeError */
function asked(given: unknown, place: string): [Input, Init | undefined] {
  const [input, init, ...more] = Array.isArray(given) ? given : [given]
  if (!isInput(input) || more.length > 0) throw wrong(place, given, 'Give a URL, a Request, or [input, init].')
  return [input, init as Init | undefined]
}

/** As it was given, so that whoever made the list knows it again. */
function urlOf(given: unknown): string {
  const input: unknown = Array.isArray(given) ? given[0] : given
  if (typeof input === 'string') return input
  if (input instanceof URL) return input.href
  return isRequest(input) ? input.url : ''
}
