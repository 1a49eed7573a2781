import { asBuffer } from '../../../src/model/as-buffer.ts'
import { crc32 } from '../crc.ts'
import { wholeEnd } from '../options.ts'

/** Format 1: this word, the CRC-32 of key, end and text in hex, the end in epoch milliseconds or nothing, the bytes in base64. */
const WORD = 'holdfast1'
const SHAPE = /^holdfast1:([0-9a-f]{8}):(\d*:.*)$/s

/**
 * As JSON, for an adapter that stands alone: where it parses what it reads, as that of memcached does in the handler of its socket, anything else
 * would end the program. Nothing in the text needs an escape.
 */
export const quoted = (text: string): string => `"${text}"`

/** The text again, whether the adapter parsed it or not. */
export const unquoted = (text: unknown): unknown =>
  typeof text === 'string' && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text

export interface Opened {
  readonly value: Uint8Array
  readonly expires: number | undefined
}

export function sumOf(key: string, rest: string): string {
  return crc32(`${key}\n${rest}`).toString(16).padStart(8, '0')
}

/** Bytes as text, for back ends that only keep strings. */
export function seal(key: string, value: Uint8Array, expires: number | undefined): string {
  const base64 = asBuffer(value).toString('base64')
  const rest = `${wholeEnd(expires) ?? ''}:${base64}`
  return `${WORD}:${sumOf(key, rest)}:${rest}`
}

/** Undefined: not ours, of another format, of another key, or damaged: a miss. */
export function unseal(key: string, text: unknown): Opened | undefined {
  if (typeof text !== 'string') return undefined
  const [, sum, rest] = SHAPE.exec(text) ?? []
  if (rest === undefined || sum !== sumOf(key, rest)) return undefined
  const colon = rest.indexOf(':')
  const expires = colon === 0 ? undefined : Number(rest.slice(0, colon))
  // Not out of Node's pool of buffers: the bytes are handed to the caller for good.
  return { value: new Uint8Array(Buffer.from(rest.slice(colon + 1), 'base64')), expires }
}
