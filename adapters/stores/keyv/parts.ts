import { randomUUID } from 'node:crypto'
import type { StoreEntry } from '../../../src/model/store.ts'
import { isEntry } from '../key-group.ts'
import { wholeEnd } from '../options.ts'
import { type Opened, seal, sumOf, unseal } from './envelope.ts'

/**
 * Bytes of a value that stand under one key. A chunk of a body has 1 MiB and is a third longer in base64, and there are back ends that take
 * no value above 1 MB (memcached, unless it is told otherwise): so it goes in two.
 */
const PART = 576 * 1024

/** Of a value in parts this stands under its key: the sum of all that follows, the end, who wrote them, how many there are. */
const HEAD = /^holdfast1-parts:([0-9a-f]{8}):(\d*:[0-9a-f]{32}:(\d{1,4}))$/

/** Parts read side by side. Who can write there may name any number of them, and have none. */
const AT_ONCE = 8

/** What is to be written for one value, the last one last: until then what stood there is what counts. */
export interface Text {
  readonly key: string
  readonly text: string
}

const partKey = (key: string, n: number): string => `~${n}~${key}`

/** A part by its own name is of no writer: two that write one value at once must not be put together. */
const sealName = (key: string, n: number, writer: string): string => `${partKey(key, n)}~${writer}`

function texts(key: string, value: Uint8Array, expires: number | undefined): Text[] {
  if (value.length <= PART) return [{ key, text: seal(key, value, expires) }]
  const writer = randomUUID().replaceAll('-', '')
  const count = Math.ceil(value.length / PART)
  const rest = `${wholeEnd(expires) ?? ''}:${writer}:${count}`
  const parts = Array.from({ length: count }, (_, n) => ({
    key: partKey(key, n),
    text: seal(sealName(key, n, writer), value.subarray(n * PART, (n + 1) * PART), expires),
  }))
  return [...parts, { key, text: `holdfast1-parts:${sumOf(key, rest)}:${rest}` }]
}

/**
 * All texts, those of an entry after what it names: who is killed in between has named nothing that is not there. They are made at once:
 * the caller may do with its arrays what it likes.
 */
export function inOrder(entries: readonly StoreEntry[]): { parts: Text[]; expires: number | undefined }[][] {
  return [entries.filter(({ key }) => !isEntry(key)), entries.filter(({ key }) => isEntry(key))].map((some) =>
    some.map(({ key, value, expires }) => ({ parts: texts(key, value, expires), expires })),
  )
}

/** Keys of the parts of the value whose text this is; none for any other. */
export function partKeys(key: string, text: unknown): string[] {
  return Array.from({ length: headOf(key, text)?.count ?? 0 }, (_, n) => partKey(key, n))
}

export const isPart = (key: string): boolean => /^~\d+~/.test(key)

/** When it ends, epoch ms, by its own text alone. */
export function endOf(key: string, text: unknown): number | undefined {
  return headOf(key, text)?.expires ?? unseal(key, text)?.expires
}

/** Undefined as with `unseal`, and where a part is missing or somebody else's. */
export async function opened(key: string, text: unknown, read: (key: string) => Promise<unknown>): Promise<Opened | undefined> {
  const head = headOf(key, text)
  if (head === undefined) return unseal(key, text)
  const parts: Uint8Array[] = []
  const names = partKeys(key, text)
  while (parts.length < names.length) {
    const at = parts.length
    const there = await Promise.all(names.slice(at, at + AT_ONCE).map(read))
    const some = there.map((part, n) => unseal(sealName(key, at + n, head.writer), part)?.value)
    if (some.includes(undefined)) return undefined
    parts.push(...(some as Uint8Array[]))
  }
  return { value: new Uint8Array(Buffer.concat(parts)), expires: head.expires }
}

function headOf(key: string, text: unknown): { writer: string; count: number; expires: number | undefined } | undefined {
  const [, sum, rest] = (typeof text === 'string' ? HEAD.exec(text) : null) ?? []
  if (rest === undefined || sum !== sumOf(key, rest)) return undefined
  const [end, writer = '', count] = rest.split(':')
  return { writer, count: Number(count), expires: end === '' ? undefined : Number(end) }
}
