import { type AnswerOptions, type At, answerTo, type Body, part, placeIn, sendHead } from './answer.ts'
import type { Exchange, Step } from './exchange.ts'
import { ok, status } from './steps-answer.ts'

/** How fast a trickle is. */
export interface Pace {
  readonly bytes: number
  readonly everyMs: number
}

const SMALLEST_PAUSE = 20

/** The length of the whole is declared, the connection closes after `at` bytes of the body of this answer. */
export function cut(body: Body, at: At, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    await sendUpTo(exchange, { body, at, options })
    exchange.destroy()
  }
}

/** As `cut`, by a TCP reset; without a body, a reset before the first byte of an answer. */
export function reset(body?: Body, at: At = 0, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    if (body !== undefined) await sendUpTo(exchange, { body, at, options })
    exchange.reset()
  }
}

/** The connection closes without a byte of an answer. */
export function hangUp(): Step {
  return (exchange) => exchange.destroy()
}

/** Head and `at` bytes of the body, then silence on an open connection. */
export function stall(body: Body, at: At, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    await sendUpTo(exchange, { body, at, options })
    await exchange.silence()
  }
}

/** Takes the request and never answers. */
export function hang(): Step {
  return (exchange) => exchange.silence()
}

/** Silent for `ms`, then this status. */
export function hangThen(code: number, ms: number): Step {
  return delayed(ms, status(code))
}

/** Silent for `ms`, then the step. */
export function delayed(ms: number, step: Step): Step {
  return async (exchange) => {
    await exchange.wait(ms)
    await step(exchange)
  }
}

/** The whole body, never faster than this. */
export function slow(body: Body, bytesPerSecond: number, options: AnswerOptions = {}): Step {
  const everyMs = Math.max(SMALLEST_PAUSE, 1000 / bytesPerSecond)
  return trickle(body, { bytes: Math.max(1, Math.floor((bytesPerSecond * everyMs) / 1000)), everyMs }, options)
}

/** The whole body, some bytes at a time. */
export function trickle(body: Body, pace: Pace, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    await sendHead(exchange, answer)
    const { length } = answer.body
    for (let start = 0; start < length; start += pace.bytes) {
      await exchange.wait(pace.everyMs)
      const piece = part(answer.body, { start, end: Math.min(start + pace.bytes, length) })
      await (start + pace.bytes < length ? exchange.sendPart(piece) : exchange.sendAll(piece))
    }
  }
}

/** Whatever `step` answers, its head comes some bytes at a time. */
export function trickleHeaders(step: Step, pace: Pace): Step {
  return async (exchange) => {
    exchange.sendHead = async (head) => {
      for (let start = 0; start < head.length; start += pace.bytes) {
        await exchange.wait(pace.everyMs)
        await exchange.write(head.subarray(start, start + pace.bytes))
      }
    }
    await step(exchange)
  }
}

/** Whatever `step` answers, only the first `at` bytes of its head come, then silence. */
export function stallHeaders(step: Step, at: number): Step {
  return async (exchange) => {
    exchange.sendHead = async (head) => {
      await exchange.write(head.subarray(0, at))
      await exchange.silence()
    }
    await step(exchange)
  }
}

/** 404 to each nth request, else the body. */
export function vanish(nth: number, body: Body, options: AnswerOptions = {}): Step {
  return eachNth(nth, status(404), ok(body, options))
}

/** `step` for each nth request of the path, else `otherwise`. */
export function eachNth(nth: number, step: Step, otherwise: Step): Step {
  return (exchange) => (exchange.hit % nth === 0 ? step : otherwise)(exchange)
}

async function sendUpTo(exchange: Exchange, what: { body: Body; at: At; options: AnswerOptions }): Promise<void> {
  const answer = answerTo(exchange.request, what.body, what.options)
  await sendHead(exchange, answer)
  const end = placeIn(answer.body, what.at)
  // Not sendAll: the answer is not complete, so the request stays in flight until the break.
  await exchange.sendPart(part(answer.body, { start: 0, end }))
}
