import { Chance, seedOf } from './chance.ts'
import { smallest } from './smallest.ts'
import { type Subject, Unsound } from './subject.ts'
import { type Trial, trial } from './texts.ts'

/** Called now and then with the number of inputs that have been tried: the watcher kills what says nothing. */
type Progress = (done: number) => void

const PROGRESS_EVERY = 16_384
const ASCII = /^[\0-\x7f]*$/

/** Odd, so that each number gives another state. */
const STEP = 0x9e3779b1

/** Tries a parser with as many inputs; the first complaint, or undefined. */
export function firstComplaint(subject: Subject, seed: number, inputs: number, progress: Progress): string | undefined {
  const start = seedOf(subject.name, seed)
  const chance = new Chance(start)
  const untouched = prototypes()
  for (let number = 0; number < inputs; number++) {
    chance.reseed(start ^ Math.imul(number, STEP))
    const tried = trial(subject, chance)
    const complaint = complaintAbout(subject, tried, number)
    if (complaint !== undefined) return told(subject, tried, complaint)
    if (number % PROGRESS_EVERY === 0) progress(number)
  }
  return prototypes() === untouched ? undefined : 'a prototype of the language has other members than before'
}

function told(subject: Subject, { text, means }: Trial, complaint: string): string {
  if (means !== undefined) return `${complaint}\n    input: ${JSON.stringify(text)}`
  const least = smallest(text, (shorter) => complaintAbout(subject, { text: shorter, means: undefined }, 0) !== undefined)
  const about = complaintAbout(subject, { text: least, means: undefined }, 0) ?? complaint
  return `${about}\n    input: ${JSON.stringify(least)}`
}

function complaintAbout(subject: Subject, { text, means }: Trial, number: number): string | undefined {
  try {
    const shown = subject.read(text)
    for (const name in {}) return `every object has a member ${name} now`
    if (means !== undefined && shown !== means) return `gives ${shown}\n    wanted: ${means}`
    return subject.fold === undefined ? undefined : caseComplaint(subject.read, subject.fold, { text, shown, number })
  } catch (error) {
    return error instanceof Unsound ? error.message : `throws ${String(error)}`
  }
}

function caseComplaint(
  read: Subject['read'],
  fold: NonNullable<Subject['fold']>,
  { text, shown, number }: { text: string; shown: string; number: number },
): string | undefined {
  const other = number % 2 === 0 ? upper(text) : lower(text)
  if (other === text) return undefined
  const shownThen = read(other)
  return fold(shown) === fold(shownThen) ? undefined : `gives ${shown}, in another case ${shownThen}`
}

/** Of ASCII letters only: what RFCs call case-insensitive does not reach further. */
function upper(text: string): string {
  return ASCII.test(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

function lower(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function prototypes(): string {
  return [Object, Array, Map, Set, String, RegExp, Function]
    .map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join())
    .join(';')
}
