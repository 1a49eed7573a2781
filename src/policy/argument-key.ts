import { asBuffer } from '../model/as-buffer.ts'
import { homeOf, isPlain } from './realm.ts'

/**
 * Arguments of a function as one text: typed, canonical, and injective, so that two lists have one text exactly where they are equal in
 * type and structure. Each value is a letter for its type and what it is, preceded by its length where that could be anything, so no text in
 * one of them can pass for another. Equal in every process.
 *
 * The order of an object's properties says nothing; that of a Map or a Set does, for a function that goes through them sees it.
 */

/** Where a value stands among the arguments, for whoever is told of it. */
type Path = () => string

/** The objects around a value: one that stands in itself has no end. */
type Around = readonly object[]

/** Deeper than any data, and well before the call stack ends. */
const DEEPEST = 500

const CURE = 'Say what matters of the arguments with the option key, for instance key: (user) => user.id.'

function refused(path: Path, what: string): TypeError {
  return new TypeError(`${path()}: ${what} cannot be part of a key. ${CURE}`)
}

/** UTF-8 has no half of a surrogate pair: all of them would be one and the same in a digest. */
function text(value: string): string {
  if (value.isWellFormed()) return `s${value.length}:${value}`
  const escaped = JSON.stringify(value)
  return `S${escaped.length}:${escaped}`
}

function numeral(value: number): string {
  return Object.is(value, -0) ? 'n-0;' : `n${value};`
}

const memberPath =
  (path: Path, name: string): Path =>
  () =>
    /^[A-Za-z_$][\w$]*$/.test(name) ? `${path()}.${name}` : `${path()}[${JSON.stringify(name)}]`

const itemPath =
  (path: Path, index: number): Path =>
  () =>
    `${path()}[${index}]`

function members(value: object, names: readonly string[], path: Path, around: Around): string {
  const symbol = Object.getOwnPropertySymbols(value).find((name) => Object.prototype.propertyIsEnumerable.call(value, name))
  if (symbol !== undefined) throw refused(path, `a property named by a symbol (${String(symbol)})`)
  const told = [...names]
    .sort()
    .map((name) => text(name) + valueText((value as Record<string, unknown>)[name], memberPath(path, name), around))
  return `${told.length}{${told.join('')}`
}

function listText(list: readonly unknown[], path: Path, around: Around): string {
  let items = ''
  for (let index = 0; index < list.length; index++)
    // A hole is not an undefined: `forEach` passes it by.
    items += index in list ? valueText(list[index], itemPath(path, index), around) : '_'
  const names = Object.keys(list)
  const further = names.length === 0 ? [] : names.filter((name) => String(Number(name) >>> 0) !== name)
  return `a${list.length}[${items}${further.length === 0 ? '' : members(list, further, path, around)}]`
}

function mapText(map: ReadonlyMap<unknown, unknown>, path: Path, around: Around): string {
  let entries = ''
  let index = 0
  for (const [key, value] of map) {
    const at = index++
    entries += valueText(key, () => `${path()}.key(${at})`, around)
    entries += valueText(value, () => `${path()}.value(${at})`, around)
  }
  return `M${map.size}[${entries}`
}

function setText(set: ReadonlySet<unknown>, path: Path, around: Around): string {
  let items = ''
  let index = 0
  for (const item of set) {
    const at = index++
    items += valueText(item, () => `${path()}.item(${at})`, around)
  }
  return `W${set.size}[${items}`
}

function octets(name: string, bytes: Uint8Array): string {
  return `B${name}:${bytes.length}:${asBuffer(bytes).toString('base64')}`
}

const viewed = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** What a Request would send. Its body cannot be read at once, and reading it would take it from the function. */
function requestText(request: Request, path: Path): string {
  if (request.body !== null) throw refused(path, 'a Request with a body, which can be read only once,')
  const { method, url, cache, credentials, integrity, mode, redirect, referrer, referrerPolicy, keepalive } = request
  const facts = [method, url, cache, credentials, integrity, mode, redirect, referrer, referrerPolicy, String(keepalive)]
  return `q${facts.map(text).join('')}${pairsText(request.headers)}`
}

function pairsText(pairs: Iterable<[string, string]>): string {
  const told = [...pairs].map(([name, value]) => text(name) + text(value))
  return `${told.length}[${told.join('')}`
}

type Writer = (value: never, path: Path, around: Around) => string

/** Int8Array to BigUint64Array have it in common, and it gives each its name. */
const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype)

/**
 * By prototype, so that a subclass is none of these: it may hold more than can be seen of it. What is no plain object and is not here is
 * refused: two instances with other private fields look alike, and one user would get what another asked for.
 */
const WRITERS: ReadonlyMap<object | null, Writer> = new Map<object | null, Writer>([
  [Array.prototype, listText],
  [Map.prototype, mapText],
  [Set.prototype, setText],
  [Date.prototype, (date: Date) => `D${date.getTime()};`],
  [RegExp.prototype, (pattern: RegExp) => `R${text(pattern.source)}${text(pattern.flags)}${pattern.lastIndex};`],
  [URL.prototype, (url: URL) => `U${text(url.href)}`],
  [URLSearchParams.prototype, (params: URLSearchParams) => `P${pairsText(params)}`],
  [ArrayBuffer.prototype, (buffer: ArrayBuffer) => octets('ArrayBuffer', new Uint8Array(buffer))],
  [DataView.prototype, (view: DataView) => octets('DataView', viewed(view))],
  [Buffer.prototype, (buffer: Buffer) => octets('Buffer', buffer)],
])

/** By name first: to name the platform's own loads the whole of its fetch, which is half of what an import of ours would cost. */
function platformWriter(prototype: object | null): Writer | undefined {
  const name: unknown = prototype?.constructor?.name
  if (name === 'Headers' && prototype === Headers.prototype) return (headers: Headers) => `H${pairsText(headers)}`
  return name === 'Request' && prototype === Request.prototype ? requestText : undefined
}

function objectText(value: object, path: Path, around: Around): string {
  if (around.includes(value)) throw refused(path, 'an object that stands in itself')
  if (around.length >= DEEPEST) throw refused(path, `what is nested more than ${DEEPEST} deep`)
  const given: object | null = Object.getPrototypeOf(value)
  const prototype = WRITERS.has(given) ? given : homeOf(given)
  const within = [...around, value]
  if (prototype !== null && Object.getPrototypeOf(prototype) === TYPED_ARRAY) {
    const view = value as Uint8Array
    return octets(view[Symbol.toStringTag], viewed(view))
  }
  const writer = WRITERS.get(prototype) ?? (isPlain(prototype) ? undefined : platformWriter(prototype))
  if (writer !== undefined) return writer(value as never, path, within)
  if (isPlain(prototype)) return `o${members(value, Object.keys(value), path, within)}`
  const name: unknown = prototype?.constructor?.name
  throw refused(path, typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class')
}

function valueText(value: unknown, path: Path, around: Around): string {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'number':
      return numeral(value)
    case 'boolean':
      return value ? 't' : 'f'
    case 'undefined':
      return 'u'
    case 'bigint':
      return `b${value};`
    case 'object':
      return value === null ? '0' : objectText(value, path, around)
    case 'function':
      throw refused(path, `a function${value.name === '' ? '' : ` (${value.name})`}`)
    default:
      throw refused(path, `a symbol (${String(value)})`)
  }
}

/**
 * The text of an argument list; `f()` and `f(undefined)` are two.
 *
 * @throws TypeError that names the argument which has no text, as in `args[1].a.b`, and the cure.
 */
export function argumentsText(args: readonly unknown[]): string {
  let told = `${args.length}(`
  for (let index = 0; index < args.length; index++) told += valueText(args[index], () => `args[${index}]`, [])
  return told
}

/** The same of what the option `key` returned. */
export function keyValueText(value: unknown): string {
  return `k${valueText(value, () => 'key(...)', [])}`
}

/** The same of what a method is called on, or of the name that `instanceKey` gave it. */
export function selfText(self: unknown): string {
  return `k${valueText(self, () => 'this', [])}`
}
