import type { Chance } from './chance.ts'
import type { Subject } from './subject.ts'

/** What has broken parsers before, in any place of any grammar. */
// biome-ignore format: one a line would be a page
export const HOSTILE: readonly string[] = [
  '"', '\\', '\\"', ',', ';', '=', ' ', '\t', '*', '%', "'", '(', '-', '.', ':', '/', '?', '@', '\r\n', '\n', '\0', '\x7f', '\u0080',
  '\u00a0', '\u00fc', '\u00ff', '\u0130', '\u017f', '\u212a', '\u2028', '\u3000', '\ufeff', '\uffff', '\ud83d\ude00', '\ud800', '\udc00',
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '0', '00', '-0', '-1', '1.5', '1e9', '0x10',
  '2147483647', '2147483648', '4294967296', '9007199254740993', '99999999999999999999', '1'.repeat(400), 'NaN', 'Infinity', 'null',
]

/** A text to try, with what it must mean where that is known. */
export interface Trial {
  readonly text: string
  readonly means: string | undefined
}

/** One in so many inputs holds a long run, of up to so many characters. */
const RUN_EVERY = 256
const LONGEST_RUN = 2048

/** The next input: a valid value, one that was spoiled, pieces of the grammar in any order, or noise. */
export function trial(subject: Subject, chance: Chance): Trial {
  const kind = chance.below(16)
  if (kind < 3) return subject.valid(chance)
  const text = kind < 9 ? spoiled(subject, chance) : kind < 14 ? pieced(subject, chance) : noise(chance)
  return { text: chance.oneIn(RUN_EVERY) ? withRun(subject, chance, text) : text, means: undefined }
}

function anyPiece({ pieces }: Subject, chance: Chance): string {
  return chance.oneIn(3) ? chance.of(HOSTILE) : chance.of(pieces)
}

function pieced(subject: Subject, chance: Chance): string {
  let text = ''
  for (let left = chance.below(12); left > 0; left--) text += anyPiece(subject, chance)
  return text
}

/** Bytes as they come out of a header, or any UTF-16, halves of pairs included. */
function noise(chance: Chance): string {
  const limit = chance.of([0x80, 0x100, 0x10000])
  let text = ''
  for (let left = chance.below(24); left > 0; left--) text += String.fromCharCode(chance.below(limit))
  return text
}

function withRun(subject: Subject, chance: Chance, text: string): string {
  const piece = anyPiece(subject, chance)
  const at = chance.below(text.length + 1)
  return text.slice(0, at) + piece.repeat(chance.below(LONGEST_RUN) / piece.length) + text.slice(at)
}

function spoiled(subject: Subject, chance: Chance): string {
  let { text } = subject.valid(chance)
  for (let left = 1 + chance.below(3); left > 0; left--) text = changed(subject, chance, text)
  return text
}

function changed(subject: Subject, chance: Chance, text: string): string {
  const from = chance.below(text.length + 1)
  const to = from + chance.below(Math.min(text.length - from, 8) + 1)
  switch (chance.below(9)) {
    case 0:
      return text.slice(0, from) + text.slice(to)
    case 1:
      return text.slice(0, to) + text.slice(from)
    case 2:
      return text.slice(0, from) + anyPiece(subject, chance) + text.slice(to)
    case 3:
      return text.slice(0, from) + String.fromCharCode(chance.below(0x100)) + text.slice(from + 1)
    case 4:
      return text.slice(0, from)
    case 5:
      return text.slice(0, from) + subject.valid(chance).text.slice(from)
    case 6:
      return `${text},${chance.oneIn(2) ? text : subject.valid(chance).text}`
    case 7:
      return `"${text}${chance.oneIn(2) ? '"' : ''}`
    default:
      return text.slice(0, from) + anyPiece(subject, chance) + text.slice(from)
  }
}
