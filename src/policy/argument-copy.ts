import { homeOf, isPlain } from './realm.ts'

/** What a text can be made of, and can be changed by whoever has it; a Request is as its caller leaves it. */
const COPIES: ReadonlyMap<object | null, (value: never) => object> = new Map<object | null, (value: never) => object>([
  [Array.prototype, (list: unknown[]) => withMembers(list, list.slice())],
  [Map.prototype, (map: Map<unknown, unknown>) => new Map([...map].map(([key, value]) => [copyOf(key), copyOf(value)]))],
  [Set.prototype, (set: Set<unknown>) => new Set([...set].map(copyOf))],
  [Date.prototype, (date: Date) => new Date(date)],
  [RegExp.prototype, (pattern: RegExp) => Object.assign(new RegExp(pattern), { lastIndex: pattern.lastIndex })],
  [URL.prototype, (url: URL) => new URL(url)],
  [URLSearchParams.prototype, (params: URLSearchParams) => new URLSearchParams(params)],
  [ArrayBuffer.prototype, (buffer: ArrayBuffer) => buffer.slice()],
  [DataView.prototype, (view: DataView) => new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))],
  [Buffer.prototype, (buffer: Buffer) => Buffer.from(buffer)],
])

/** Int8Array to BigUint64Array have it in common. */
const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype)

function withMembers(from: object, to: object): object {
  for (const name of Object.keys(from)) {
    const value = copyOf((from as Record<string, unknown>)[name])
    Object.defineProperty(to, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return to
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const given: object | null = Object.getPrototypeOf(value)
  const prototype = COPIES.has(given) ? given : homeOf(given)
  const copy = COPIES.get(prototype)
  if (copy !== undefined) return copy(value as never)
  if (prototype !== null && Object.getPrototypeOf(prototype) === TYPED_ARRAY) return (value as Uint8Array).slice()
  if (isPlain(prototype)) return withMembers(value, Object.create(prototype))
  return prototype?.constructor?.name === 'Headers' ? new Headers(value as Headers) : value
}

/** Arguments that have a text, as they are now: of a function that runs later, or again, nobody else changes these. */
export function copiedArguments(args: readonly unknown[]): unknown[] {
  return args.map(copyOf)
}
