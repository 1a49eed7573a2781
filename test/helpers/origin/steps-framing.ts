import { type AnswerOptions, type At, answerTo, type Body, part, placeIn, sendAnswer } from './answer.ts'
import type { Exchange, Step } from './exchange.ts'
import { mergeFields } from './fields.ts'
import { ok } from './steps-answer.ts'

/** Exactly these bytes instead of an answer; then the connection is kept, closed properly, or reset. */
export function raw(bytes: Uint8Array | string, then: 'keep' | 'close' | 'reset' = 'close'): Step {
  return async (exchange) => {
    await exchange.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    if (then === 'close') exchange.closeAfter()
    if (then === 'reset') exchange.reset()
  }
}

/** Bytes that are no HTTP at all. */
export function garbage(): Step {
  return raw(Buffer.from('00ff1503010002022a0d0a0d0a6e6f7420687474700d0a', 'hex'))
}

/**
 * A wrong Content-Length. Too large: the connection closes after the body. Too small: it stays open, and the surplus
 * lies on it, where it may be taken for the next answer.
 */
export function shortLength(body: Body, declared: number, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    await exchange.head(answer.status, mergeFields(answer.fields, { 'Content-Length': String(declared) }))
    await exchange.sendAll(answer.body)
    if (declared > answer.body.length) exchange.closeAfter()
  }
}

/** Content-Length in these very words, one line each: '12abc', '-5', '99999999999999999999', or two that differ. */
export function badLength(body: Body, lines: readonly string[], options: AnswerOptions = {}): Step {
  return async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    await exchange.head(answer.status, mergeFields(answer.fields, { 'Content-Length': lines }))
    await exchange.sendAll(answer.body)
    exchange.closeAfter()
  }
}

/** No length at all: the end of the connection is the end of the body, also when it comes after `cutAt` bytes. */
export function closeDelimited(body: Body, { cutAt = '100%', ...options }: AnswerOptions & { cutAt?: At } = {}): Step {
  return async (exchange) => {
    const answer = answerTo(exchange.request, body, options)
    await exchange.head(answer.status, mergeFields(answer.fields, { Connection: 'close' }))
    await exchange.sendAll(part(answer.body, { start: 0, end: placeIn(answer.body, cutAt) }))
    exchange.closeAfter()
  }
}

/** A proper answer with bytes behind its end, on a connection that stays open. */
export function surplus(body: Body, extra: Uint8Array | string, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    await sendAnswer(exchange, answerTo(exchange.request, body, options))
    await exchange.write(Buffer.from(extra))
  }
}

/** A proper answer and, `afterMs` later, a second one that nobody asked for, with the body 'poisoned'. */
export function poison(body: Body, { afterMs = 0, ...options }: AnswerOptions & { afterMs?: number } = {}): Step {
  const second = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nCache-Control: max-age=600\r\n\r\npoisoned'
  return async (exchange) => {
    await sendAnswer(exchange, answerTo(exchange.request, body, options))
    if (afterMs > 0) await exchange.wait(afterMs)
    await exchange.write(Buffer.from(second))
  }
}

/** Says that the connection is kept, and closes it after the answer. */
export function lyingKeepAlive(body: Body, options: AnswerOptions = {}): Step {
  return async (exchange) => {
    await ok(body, { ...options, headers: mergeFields(options.headers ?? {}, { Connection: 'keep-alive' }) })(exchange)
    exchange.closeAfter()
  }
}

/** So many informational answers before the real one. */
export function early(count: number, step: Step, code = 103): Step {
  const one = `HTTP/1.1 ${code} Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n`
  return async (exchange) => {
    for (let left = count; left > 0; left -= EARLY_BATCH) {
      await exchange.write(Buffer.from(one.repeat(Math.min(left, EARLY_BATCH))))
    }
    await step(exchange)
  }
}

const EARLY_BATCH = 1000

/** Never ends: the block again and again, chunked or until the connection closes, until the client has had enough. */
export function endless(block: Uint8Array, framing: 'chunked' | 'close' = 'chunked'): Step {
  const open = framing === 'chunked' ? Buffer.from(`${block.length.toString(16)}\r\n`) : Buffer.alloc(0)
  const close = framing === 'chunked' ? Buffer.from('\r\n') : Buffer.alloc(0)
  return async (exchange) => {
    await exchange.head(200, framing === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { Connection: 'close' })
    while (!exchange.bodiless) await sendBlock(exchange, [open, block, close])
  }
}

async function sendBlock(exchange: Exchange, [open, block, close]: [Buffer, Uint8Array, Buffer]): Promise<void> {
  if (open.length > 0) await exchange.write(open)
  await exchange.send(block)
  if (close.length > 0) await exchange.write(close)
}
