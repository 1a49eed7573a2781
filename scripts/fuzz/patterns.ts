import { Chance, seedOf } from './chance.ts'
import type { Subject } from './subject.ts'

/** A text of about the length asked for; the same shape at every length. */
export interface Pattern {
  readonly name: string
  readonly text: (length: number) => string
}

/** What costs parsers that look back, or look ahead too far: runs, quotes that never close, lists, nesting. */
// biome-ignore format: one a line would be a page
const RUNS: readonly string[] = [
  'a', '0', '9', ' ', '\t', ',', ';', '=', '"', '\\', '\\"', '\\",', '""', '","', ' ,', ', ', 'a,', 'a=b,', 'a="b",', 'a=",', '"a\\",', 'a;q=0.1,',
  '(', '%', '%41', '.', '. ', '-', '/', '*', "'", '\u00e9', 'e\u0301', '\ud83d\ude00', '\0', 'a b',
]

/** Random shapes beyond these: pieces before, again and again, and behind. */
const MADE_UP = 32

export function patternsFor(subject: Subject, seed: number): Pattern[] {
  const pieces = [...new Set([...RUNS, ...subject.pieces])].filter((piece) => piece !== '')
  return [
    ...pieces.map((piece) => repeated('', piece, '')),
    ...subject.openers.flatMap((opener) => pieces.map((piece) => repeated(opener, piece, 'a'))),
    ...counted(['a#,', '#, ', 'a#=#;', '"#",', ...subject.openers.map((opener) => `${opener}#",`)]),
    ...madeUp(subject, pieces, new Chance(seedOf(`patterns of ${subject.name}`, seed))),
  ]
}

function repeated(before: string, piece: string, behind: string): Pattern {
  return {
    name: [before, `${JSON.stringify(piece)}…`, behind].filter((part) => part !== '').join(' '),
    text: (length) => flat(before + piece.repeat(Math.max(1, length / piece.length)) + behind),
  }
}

/** Members that differ: what is looked up in a growing collection. */
function counted(members: readonly string[]): Pattern[] {
  return members.map((member) => ({
    name: `${JSON.stringify(member)} with # counted`,
    text(length) {
      const parts: string[] = []
      for (let number = 0, size = 0; size < length; number++) {
        const part = member.replaceAll('#', number.toString(36))
        size += part.length
        parts.push(part)
      }
      return parts.join('')
    },
  }))
}

function madeUp({ openers }: Subject, pieces: readonly string[], chance: Chance): Pattern[] {
  const some = (most: number): string => Array.from({ length: chance.below(most + 1) }, () => chance.of(pieces)).join('')
  return Array.from({ length: MADE_UP }, () =>
    repeated(chance.of(['', ...openers]) + some(2), chance.of(pieces) + some(3), some(2)),
  )
}

/** Concatenations are trees until somebody reads them; that must not count as the parser's time. */
function flat(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
