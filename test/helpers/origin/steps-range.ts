import type { ByteSource } from '../digest.ts'
import {
  type Answer,
  type AnswerOptions,
  answerTo,
  type Body,
  contentRange,
  describe,
  part,
  sendAnswer,
  sourceOf,
  unsatisfiable,
} from './answer.ts'
import { askedSpan, type Span } from './conditions.ts'
import type { Step } from './exchange.ts'
import { mergeFields } from './fields.ts'

/**
 * What is wrong with the answer to a Range. A request without a Range is answered properly.
 *
 * `ignore`: 200 and the whole. `if-range-ignored`: 206 whatever If-Range says. `if-range-never`: 200 to each If-Range.
 * `no-content-range`: 206 without the field. `multipart`: one part inside multipart/byteranges.
 * `no-total`: `bytes a-b/*`. `status-200`: the part and its Content-Range under status 200. `416`: 416, though the range is there.
 * `shift`: part and Content-Range both start so many bytes later (earlier when negative).
 * `says`: Content-Range claims so many bytes later, the bytes are those asked for. `data`: the other way round.
 * `short`, `long`: so many bytes less (truthfully labelled) or more (than Content-Range says) than asked for.
 * `total`: Content-Range claims a whole that is so many bytes longer.
 */
export type RangeFault =
  | 'ignore'
  | 'if-range-ignored'
  | 'if-range-never'
  | 'no-content-range'
  | 'multipart'
  | 'no-total'
  | 'status-200'
  | '416'
  | { readonly shift: number }
  | { readonly says: number }
  | { readonly data: number }
  | { readonly short: number }
  | { readonly long: number }
  | { readonly total: number }

interface Asked {
  readonly whole: ByteSource
  readonly span: Span
  readonly options: AnswerOptions
}

/** Ranges, answered wrongly. */
export function badRange(body: Body, fault: RangeFault, given: AnswerOptions = {}): Step {
  const options = { ...given, ranges: true }
  return (exchange) => {
    const { request } = exchange
    const whole = sourceOf(body, request)
    const span = askedSpan(request, whole.length)
    if (span === undefined || span === 'unsatisfiable') return sendAnswer(exchange, answerTo(request, whole, options))
    if (fault === 'if-range-never' && request.headers['if-range'] === undefined) {
      return sendAnswer(exchange, answerTo(request, whole, options))
    }
    return sendAnswer(exchange, wrongly(fault, { whole, span, options }))
  }
}

function wrongly(fault: RangeFault, asked: Asked): Answer {
  const { whole, span, options } = asked
  if (typeof fault === 'object') return misplaced(fault, asked)
  switch (fault) {
    case 'ignore':
    case 'if-range-never':
      return { status: 200, fields: describe(options), body: whole }
    case 'if-range-ignored':
      return labelled(asked, span)
    case 'no-content-range':
      return { ...labelled(asked, span), fields: describe(options) }
    case 'no-total':
      return { ...labelled(asked, span), fields: mergeFields(describe(options), contentRange(span, '*')) }
    case 'status-200':
      return { ...labelled(asked, span), status: 200 }
    case '416':
      return unsatisfiable(whole.length, describe(options))
    case 'multipart':
      return multipart(asked)
  }
}

function misplaced(fault: Exclude<RangeFault, string>, asked: Asked): Answer {
  const { whole, span } = asked
  if ('shift' in fault) return labelled(asked, { ...span, start: Math.max(span.start + fault.shift, 0) })
  if ('says' in fault) return { ...labelled(asked, moved(span, fault.says)), body: part(whole, span) }
  if ('data' in fault) return { ...labelled(asked, span), body: rotated(whole, moved(span, fault.data)) }
  if ('short' in fault) return labelled(asked, { ...span, end: Math.max(span.end - fault.short, span.start + 1) })
  if ('long' in fault) return { ...labelled(asked, span), body: rotated(whole, { ...span, end: span.end + fault.long }) }
  return labelled(asked, span, whole.length + fault.total)
}

/** A 206 that brings the span and says so. */
function labelled({ whole, options }: Asked, span: Span, total: number = whole.length): Answer {
  return { status: 206, fields: mergeFields(describe(options), contentRange(span, total)), body: part(whole, span) }
}

function moved({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by }
}

/** A span that may reach over either end of the whole, which is then taken as a ring. */
function rotated(whole: ByteSource, { start, end }: Span): ByteSource {
  const pieces: Uint8Array[] = []
  for (let at = start; at < end; ) {
    const place = ((at % whole.length) + whole.length) % whole.length
    const piece = whole.slice(place, Math.min(place + end - at, whole.length))
    pieces.push(piece)
    at += piece.length
  }
  return Buffer.concat(pieces)
}

function multipart({ whole, span, options }: Asked): Answer {
  const boundary = 'part-of-the-test-origin'
  const head = `--${boundary}\r\nContent-Range: bytes ${span.start}-${span.end - 1}/${whole.length}\r\n\r\n`
  const body = Buffer.concat([Buffer.from(head), whole.slice(span.start, span.end), Buffer.from(`\r\n--${boundary}--\r\n`)])
  const fields = mergeFields(describe(options), { 'Content-Type': `multipart/byteranges; boundary=${boundary}` })
  return { status: 206, fields, body }
}
