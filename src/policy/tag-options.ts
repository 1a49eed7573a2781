import { type Reader, text, wrong } from './option-readers.ts'

/** Tags of one call. */
const MOST = 32

/** Characters of one tag. */
const LONGEST = 256

/** Characters of an entry's `meta`, as JSON. */
const META = 16 * 1024

/** A word on entries, to invalidate them as a group. */
export const tag: Reader<string> = (value, path) => {
  const read = text(value, path)
  if (read.length > LONGEST) throw wrong(path, value, `Give a tag of at most ${LONGEST} characters.`)
  return read
}

export const tags: Reader<string[]> = (value, path) => {
  if (!Array.isArray(value)) throw wrong(path, value, "Give a list of tags, for instance ['prices'].")
  if (value.length > MOST) throw wrong(path, value, `Give at most ${MOST} tags.`)
  return [...new Set(value.map((one, index) => tag(one, `${path}[${index}]`)))]
}

/** What is read back is what was given: JSON, and a copy of it. */
export const meta: Reader = (value, path) => {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch (error) {
    throw wrong(path, value, `Give what JSON can say (${(error as Error).message}).`)
  }
  if (json === undefined) throw wrong(path, value, 'Give what JSON can say.')
  if (json.length > META) throw wrong(path, value, `Give at most ${META} characters of JSON; it has ${json.length}.`)
  return JSON.parse(json)
}
