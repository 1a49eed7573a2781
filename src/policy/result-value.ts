import { isBytes } from '../model/bytes.ts'
import { homeOf, isPlain } from './realm.ts'

/** How a result becomes bytes: a structured clone, JSON, the bytes that it is, or by the user's own code. */
export type CodecName = 'structured' | 'json' | 'bytes' | 'custom'

const LEAVES: ReadonlySet<object | null> = new Set<object>([
  Date.prototype,
  RegExp.prototype,
  ArrayBuffer.prototype,
  DataView.prototype,
  Buffer.prototype,
  Boolean.prototype,
  Number.prototype,
  String.prototype,
  BigInt.prototype,
])

const ERRORS: ReadonlySet<object | null> = new Set<object>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(({ prototype }) => prototype),
)

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype)

/** What people return out of habit, and what they mean. */
const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Response: 'Return what you read from it, for instance await response.json(); to cache the response itself, use cachedFetch.',
    Request: 'Return what matters of it.',
    ReadableStream: 'A stream can be read once only. Read it to its end, and return what came.',
    Readable: 'A stream can be read once only. Read it to its end, and return what came.',
    Iterator: 'An iterator gives its values once only. Return a list, for instance Array.from(it).',
    AsyncIterator: 'An iterator gives its values once only. Return a list, for instance await Array.fromAsync(it).',
    Blob: 'Return its bytes, for instance await blob.bytes().',
    Promise: 'Await it first.',
    URL: 'Return its href.',
    Headers: 'Return Object.fromEntries(headers).',
  }),
)

const isTypedArray = (prototype: object | null): boolean => prototype !== null && Object.getPrototypeOf(prototype) === TYPED_ARRAY

type Look = (value: unknown, path: string) => void

function refused(path: string, what: string, advice: string): TypeError {
  return new TypeError(`${path}: ${what} cannot be kept. ${advice}`)
}

function nameOf(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'a class'
}

function classes(value: object): string[] {
  const names: string[] = []
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) names.push(nameOf(at))
  return names
}

function refuseInstance(value: object, path: string): never {
  const kind = Symbol.asyncIterator in value ? ['AsyncIterator'] : []
  const advice = [...classes(value), ...kind].map((name) => ADVICE.get(name)).find((known) => known !== undefined)
  throw refused(
    path,
    `an instance of ${nameOf(value)}`,
    advice ?? 'It would come back without its class. Return plain data, or give the option codec.',
  )
}

function refuseCode(value: unknown, path: string): void {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw refused(path, `a ${typeof value}`, 'Return plain data, or give the option codec.')
}

/** @throws TypeError for a member that no codec of ours has a name for. */
function within(value: object, path: string, look: Look): void {
  const symbol = Object.getOwnPropertySymbols(value).find((name) => Object.prototype.propertyIsEnumerable.call(value, name))
  if (symbol !== undefined)
    throw refused(path, `a property named by a symbol (${String(symbol)})`, 'Return plain data, or give the option codec.')
  for (const [name, member] of Object.entries(value)) look(member, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`)
}

/** What a structured clone would lose without a word (a class, its methods, what is private), it must not be given. */
function lookStructured(): Look {
  const seen = new Set<object>()
  const look: Look = (value, path) => {
    refuseCode(value, path)
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const prototype = homeOf(Object.getPrototypeOf(value))
    if (LEAVES.has(prototype) || isTypedArray(prototype)) return
    if (prototype === Map.prototype || prototype === Set.prototype) {
      for (const item of value as Iterable<unknown>) look(item, `${path}.${prototype === Map.prototype ? 'entry' : 'item'}`)
      return
    }
    if (ERRORS.has(prototype) && Object.keys(value).length === 0) return look((value as Error).cause, `${path}.cause`)
    if (prototype !== Array.prototype && !isPlain(prototype)) refuseInstance(value, path)
    within(value, path, look)
  }
  return look
}

/** What JSON would turn into something else. A member that is undefined is left out, as everywhere in JSON. */
function lookJson(): Look {
  const around: object[] = []
  const look: Look = (value, path) => {
    refuseCode(value, path)
    const advice = "JSON has no word for it. Use the codec 'structured', which is the default."
    if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)))
      throw refused(path, typeof value === 'bigint' ? 'a BigInt' : String(value), advice)
    if (typeof value !== 'object' || value === null) return
    if (around.includes(value)) throw refused(path, 'an object that stands in itself', advice)
    const prototype = homeOf(Object.getPrototypeOf(value))
    if (prototype !== Array.prototype && !isPlain(prototype)) throw refused(path, `an instance of ${nameOf(value)}`, advice)
    if (Array.isArray(value) && (value.length !== Object.keys(value).length || value.includes(undefined)))
      throw refused(path, 'a list with an undefined in it', advice)
    around.push(value)
    within(value, path, look)
    around.pop()
  }
  return look
}

/**
 * Refuses at the first call what would not come back as it was.
 *
 * @throws TypeError that names the place in the result, and the cure.
 */
export function refuseResult(value: unknown, codec: CodecName): void {
  if (codec === 'structured') lookStructured()(value, 'result')
  if (codec === 'json') lookJson()(value, 'result')
  if (codec === 'bytes' && !isBytes(value))
    throw refused(
      'result',
      value === null ? 'null' : `what is no Uint8Array (${typeof value})`,
      "With the codec 'bytes' return bytes.",
    )
}

/** Whether nobody can change it: a primitive, or plain data that is frozen to its leaves. It may be handed to everybody. */
export function isImmutable(value: unknown, seen: Set<object> = new Set()): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null || seen.has(value)) return true
  if (!Object.isFrozen(value)) return false
  const prototype = homeOf(Object.getPrototypeOf(value))
  if (prototype !== Array.prototype && !isPlain(prototype)) return false
  seen.add(value)
  // What a getter gives is made anew each time.
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => 'value' in property && isImmutable(property.value, seen),
  )
}

/** Plain data, frozen to its leaves: what was so when it was stored is so again. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const member of Object.values(value)) frozen(member)
  return value
}
