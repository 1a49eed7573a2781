import type { Selection } from '../model/select.ts'
import { type Reader, shown, wrong } from './option-readers.ts'

const CURE = "Give { version }, { label }, { pinned: true } or { asOf }, for instance { label: 'app-1.4' }."

const LABEL = /^[\w.-]{2,64}$/

/** A user's word on a version. */
export const label: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || !LABEL.test(value)) throw wrong(path, value, "Give 2 to 64 letters, digits, '-', '_' or '.'.")
  if (value === 'latest') throw wrong(path, value, 'It is the word for the newest version, and no label.')
  if (value === 'unproven') throw wrong(path, value, 'It says how a version came, and is set by holdfast alone.')
  return value
}

/** A point in time → epoch milliseconds. */
export const time: Reader<number> = (value, path) => {
  const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw wrong(path, value, "Give a Date, or text such as '2026-11-21T08:00:00Z'.")
  return at
}

/** Which version: exactly one way of saying it. */
export const selection: Reader<Selection> = (value, path) => {
  const given = typeof value === 'object' && value !== null ? Object.entries(value).filter(([, part]) => part !== undefined) : []
  const [[name, part] = ['', undefined]] = given
  if (given.length !== 1) throw wrong(path, value, CURE)
  switch (name) {
    case 'version':
      if (typeof part !== 'string' || part === '') throw wrong(`${path}.version`, part, 'Give the id of a version.')
      return { name: 'version', id: part }
    case 'label':
      return { name: 'label', label: label(part, `${path}.label`) }
    case 'pinned':
      if (part !== true) throw wrong(`${path}.pinned`, part, 'Give true.')
      return { name: 'pinned' }
    case 'asOf':
      return { name: 'asOf', at: time(part, `${path}.asOf`) }
    default:
      throw new TypeError(`Unknown option "${path}.${name}" (given: ${shown(part)}). ${CURE}`)
  }
}
