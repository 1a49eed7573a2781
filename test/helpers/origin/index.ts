/**
 * A web server that is bad on purpose, on 127.0.0.1 and inside the test:
 *
 *     await using origin = await startOrigin()
 *     origin.script('/f', cut(body, 600, { etag: '"v1"', ranges: true }), ok(body, { etag: '"v1"', ranges: true }))
 *     … fetch origin.url('/f') …
 *     origin.requests('/f')[1]?.headers.range
 *
 * A step is a function of one exchange, so steps can be chosen (`byRequest`, `eachNth`, `flaky`), wrapped (`gate`,
 * `early`, `trickleHeaders`) or written on the spot. Where a test needs a moment in the middle of a download, it takes
 * `gate` or `gatedBody` and waits for `arrived`, rather than a time.
 */
export type { AnswerOptions, At, Body, FixedBody } from './answer.ts'
export type { Coding, Damage } from './coding.ts'
export { ClientGone, type Exchange, type Step } from './exchange.ts'
export { type Fields, httpDate } from './fields.ts'
export type { Ending, RecordedRequest } from './journal.ts'
export type { Certificate } from './listener.ts'
export { startOrigin } from './server.ts'
export {
  counting,
  type DigestField,
  digestField,
  echo,
  flip,
  newTagEachTime,
  notModified,
  ok,
  type Reflection,
  redirect,
  reflect,
  retryAtDate,
  retryLater,
  sameTagEachTime,
  status,
} from './steps-answer.ts'
export {
  cut,
  delayed,
  eachNth,
  hang,
  hangThen,
  hangUp,
  type Pace,
  reset,
  slow,
  stall,
  stallHeaders,
  trickle,
  trickleHeaders,
  vanish,
} from './steps-broken.ts'
export { type ChunkedOptions, type ChunkFault, chunked } from './steps-chunked.ts'
export { bomb, type CodedOptions, codingLie, gz } from './steps-coding.ts'
export { byRequest, flaky, type Gate, gate, gatedBody, inOrder } from './steps-control.ts'
export {
  badLength,
  closeDelimited,
  early,
  endless,
  garbage,
  lyingKeepAlive,
  poison,
  raw,
  shortLength,
  surplus,
} from './steps-framing.ts'
export { badRange, type RangeFault } from './steps-range.ts'
export type { Origin, OriginOptions } from './types.ts'
