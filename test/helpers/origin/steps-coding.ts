import { gzipSync } from 'node:zlib'
import { type AnswerOptions, type Body, bytesOf, sourceOf } from './answer.ts'
import { type Coding, type Damage, encode } from './coding.ts'
import type { Step } from './exchange.ts'
import { mergeFields } from './fields.ts'
import { ok } from './steps-answer.ts'
import { chunked } from './steps-chunked.ts'
import { closeDelimited } from './steps-framing.ts'

export interface CodedOptions extends AnswerOptions, Damage {
  /** How the body is coded; a list is applied from left to right. Default gzip. */
  coding?: Coding | readonly Coding[]
  /** What Content-Encoding claims, where that is not the truth. */
  label?: string
  framing?: 'length' | 'chunked' | 'close'
  /** The same as `framing: 'chunked'`. */
  chunked?: boolean
}

/** A coded body, whole or damaged. Ranges and validators, if any, are those of the coded bytes. */
export function gz(body: Body, options: CodedOptions = {}): Step {
  const codings = [options.coding ?? 'gzip'].flat()
  const headers = mergeFields({ 'Content-Encoding': options.label ?? codings.join(', ') }, options.headers ?? {})
  const frame = { length: ok, chunked, close: closeDelimited }[options.chunked ? 'chunked' : (options.framing ?? 'length')]
  const { status, etag, lastModified, ranges, conditional } = options
  const answer = withoutUndefined({ status, etag, lastModified, ranges, conditional })
  return (exchange) => {
    const coded = encode(bytesOf(sourceOf(body, exchange.request)), codings, options)
    return frame(coded, { ...answer, headers })(exchange)
  }
}

/** Says that a plain body is coded. */
export function codingLie(body: Body, label: string = 'gzip', options: AnswerOptions = {}): Step {
  return ok(body, { ...options, headers: mergeFields({ 'Content-Encoding': label }, options.headers ?? {}) })
}

const BOMB_MEMBER = 16 * 1024 * 1024

/** Valid gzip, about a thousandth as long as the zeros (at least `decodedBytes` of them) that it decodes to. */
export function bomb(decodedBytes: number): Step {
  return async (exchange) => {
    const member = gzipSync(Buffer.alloc(BOMB_MEMBER))
    const count = Math.ceil(decodedBytes / BOMB_MEMBER)
    const body = {
      length: member.length * count,
      slice: (start: number, end: number) => repeated(member, start, end),
    }
    await ok(body, { headers: { 'Content-Encoding': 'gzip' } })(exchange)
  }
}

function repeated(member: Buffer, start: number, end: number): Buffer {
  const first = Math.floor(start / member.length)
  const last = Math.ceil(end / member.length)
  const all = Buffer.concat(Array.from({ length: last - first }, () => member))
  return all.subarray(start - first * member.length, end - first * member.length)
}

function withoutUndefined<T extends object>(given: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
}
