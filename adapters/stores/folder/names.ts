import { createHash } from 'node:crypto'
import { groupOf } from '../key-group.ts'

/**
 * The keys of the house: their parts are digests, numbers and ids, so they can be read by anybody and are file names on every file
 * system. Any other key may hold anything, also a secret, and is named by its digest.
 */
const HOUSE = /^h\d:[a-z]:[0-9a-f-]{16,128}(?::[0-9a-z~-]{1,80})?$/

/** Code units of such a key that name its folder: `h1:e:` and two digits, so each kind of record has 256 folders. */
const HEAD = 7

const DIGEST = /^[0-9a-f]{64}$/
const HASHED_FOLDER = /^~[0-9a-f]{2}$/
const HOUSE_FOLDER = /^h\d\+[a-z]\+[0-9a-f-]{2}$/

/** Ends the name of a value, and that of the sign beside it which says that it may expire. */
export const VALUE = '.v'
export const ENDS = '.x'

/** Of the file of a value, or of its name. */
export function signOf(file: string): string {
  return file.slice(0, -VALUE.length) + ENDS
}

export function digestOf(text: string): string {
  return createHash('sha256').update(JSON.stringify(text)).digest('hex')
}

/** The name of a key: itself, with "+" for ":", or its digest. */
export function nameOf(key: string): string {
  return HOUSE.test(key) ? key.replaceAll(':', '+') : digestOf(key)
}

/** The key of a file; 'inside' where only the file itself tells it; undefined where the name is none of ours. */
export function keyOf(file: string): string | 'inside' | undefined {
  if (!file.endsWith(VALUE)) return undefined
  const name = file.slice(0, -VALUE.length)
  if (DIGEST.test(name)) return 'inside'
  const key = name.replaceAll('+', ':')
  return !name.includes(':') && HOUSE.test(key) ? key : undefined
}

/** The folder of a key. Those that are named by what they stand for sort as their keys do; in the others whole groups stand together. */
export function folderOf(key: string): string {
  return HOUSE.test(key) ? headOf(key).replaceAll(':', '+') : hashedFolderOf(groupOf(key))
}

export function hashedFolderOf(group: string | undefined): string {
  return `~${digestOf(group ?? '').slice(0, 2)}`
}

export function isHashed(folder: string): boolean {
  return HASHED_FOLDER.test(folder)
}

/** What all keys of a folder begin with; undefined where it is none that is named so. */
export function beginningOf(folder: string): string | undefined {
  return HOUSE_FOLDER.test(folder) ? folder.replaceAll('+', ':') : undefined
}

function headOf(key: string): string {
  return key.slice(0, HEAD)
}

/** The folders that may hold the words of pins; where a group is given, those that hold it. */
export function mayHoldWords(group?: string): (folder: string) => boolean {
  const hashed = hashedFolderOf(undefined)
  const head = headOf(`h1:k:${group?.slice(2) ?? ''}`).replaceAll(':', '+')
  return (folder) => folder === hashed || (HOUSE_FOLDER.test(folder) && folder.startsWith(head))
}

/** The folders that may hold keys of a group: a subject stands under the same two digits in each kind. */
export function mayHold(group: string): (folder: string) => boolean {
  const hashed = hashedFolderOf(group)
  const key = /^k:h\d:[a-z]:(.*)$/.exec(group)?.[1]
  const digits = `+${(key ?? group.slice(2)).slice(0, 2)}`
  return (folder) => folder === hashed || (HOUSE_FOLDER.test(folder) && folder.endsWith(digits))
}
