import { type AnswerOptions, type At, answerTo, type Body, part, placeIn, sendHead } from './answer.ts'
import type { Step } from './exchange.ts'
import type { RecordedRequest } from './journal.ts'
import { ok } from './steps-answer.ts'

/** Chooses the step by the request, when it has come. */
export function byRequest(choose: (request: RecordedRequest, hit: number) => Step | Promise<Step>): Step {
  return async (exchange) => {
    const step = await exchange.until(Promise.resolve(choose(exchange.request, exchange.hit)))
    await step(exchange)
  }
}

/** One step for each request that reaches this value, the last one repeating: a script inside a script. */
export function inOrder(...steps: [Step, ...Step[]]): Step {
  let reached = 0
  return async (exchange) => {
    const step = steps[Math.min(reached, steps.length - 1)]
    reached += 1
    await step?.(exchange)
  }
}

/** `bad` in so many of 100 cases, else `good`; which ones, the seed decides, the same in each run. */
export function flaky(percent: number, steps: { bad: Step; good: Step }, seed = 1): Step {
  let state = seed
  return (exchange) => {
    // A step of a linear congruential generator (the constants of Numerical Recipes): good enough to scatter faults.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32 < percent / 100 ? steps.bad : steps.good)(exchange)
  }
}

/** A step that waits for the test. */
export interface Gate extends Step {
  /** The first request that came to the gate. */
  readonly arrived: Promise<RecordedRequest>
  /** How many have come so far, those that were let through included. */
  readonly arrivals: number
  /** Resolves when so many have come. */
  atLeast(count: number): Promise<void>
  /** Opens the gate for good. */
  release(): void
}

/** Nothing is answered until the test releases the gate. */
export function gate(step: Step = ok('')): Gate {
  const latch = new Latch()
  return latch.guard(async (exchange) => {
    await latch.pass(exchange.request, (opened) => exchange.until(opened))
    await step(exchange)
  })
}

/** Head and `at` bytes of the body go out; the rest waits for the test. `arrived` means that those bytes have left. */
export function gatedBody(body: Body, at: At, options: AnswerOptions = {}): Gate {
  const latch = new Latch()
  return latch.guard(async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    const middle = placeIn(answer.body, at)
    await sendHead(exchange, answer)
    await exchange.sendPart(part(answer.body, { start: 0, end: middle }))
    await latch.pass(exchange.request, (opened) => exchange.until(opened))
    await exchange.sendAll(part(answer.body, { start: middle, end: answer.body.length }))
  })
}

class Latch {
  readonly #first = Promise.withResolvers<RecordedRequest>()
  readonly #opened = Promise.withResolvers<void>()
  readonly #watchers = new Set<() => void>()
  #arrivals = 0

  guard(step: Step): Gate {
    return Object.defineProperties(step, {
      arrived: { value: this.#first.promise },
      arrivals: { get: () => this.#arrivals },
      atLeast: { value: (count: number) => this.#atLeast(count) },
      release: { value: () => this.#opened.resolve() },
    }) as Gate
  }

  async pass(request: RecordedRequest, wait: (opened: Promise<void>) => Promise<void>): Promise<void> {
    this.#arrivals += 1
    this.#first.resolve(request)
    for (const look of this.#watchers) look()
    await wait(this.#opened.promise)
  }

  #atLeast(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#arrivals < count) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }
}
