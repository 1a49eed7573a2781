import type { Chance } from './chance.ts'

const SPACES: readonly string[] = ['', '', '', ' ', ' ', '  ', '\t', ' \t ']
const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const QUOTABLE: readonly string[] = [
  'a',
  'Z',
  '0',
  ' ',
  '\t',
  ',',
  ';',
  '=',
  '"',
  '\\',
  '\u00e9',
  '\u00ff',
  "'",
  '/',
  '*',
  'no-store',
]

/** RFC 9110 5.6.3. */
export const ows = (chance: Chance): string => chance.of(SPACES)

/** A word with each letter in any case. */
export function recased(chance: Chance, word: string): string {
  switch (chance.below(4)) {
    case 0:
      return word.toUpperCase()
    case 1: {
      const at = chance.below(word.length)
      return word.slice(0, at) + word.slice(at).toUpperCase()
    }
    default:
      return word
  }
}

/** RFC 9110 5.6.2. */
export function token(chance: Chance): string {
  let text = ''
  for (let left = 1 + chance.below(6); left > 0; left--) text += TOKEN[chance.below(TOKEN.length)]
  return text
}

/** What a quoted string may say. */
export function quotable(chance: Chance): string {
  let text = ''
  for (let left = chance.below(6); left > 0; left--) text += chance.of(QUOTABLE)
  return text
}

/** RFC 9110 5.6.4, with backslashes where they must stand, and some where they need not. */
export function quoted(chance: Chance, text: string): string {
  const all = chance.oneIn(4)
  return `"${text.replace(all ? /[\s\S]/g : /["\\]/g, '\\$&')}"`
}

/** RFC 9110 5.6.1: spaces around commas, and empty members, say nothing. */
export function listed(chance: Chance, members: readonly string[]): string {
  let text = ''
  for (const member of members) {
    if (text !== '') text += `${ows(chance)},${ows(chance)}`
    if (chance.oneIn(8)) text += `,${ows(chance)}`
    text += member
  }
  return chance.oneIn(8) ? `${text}${ows(chance)},` : text
}

/** Each member once, in any order. */
export function shuffled<T>(chance: Chance, members: readonly T[]): T[] {
  const list = [...members]
  for (let at = list.length - 1; at > 0; at--) {
    const other = chance.below(at + 1)
    const kept = list[at] as T
    list[at] = list[other] as T
    list[other] = kept
  }
  return list
}
