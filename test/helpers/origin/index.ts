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
