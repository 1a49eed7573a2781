import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Verdict } from '../scenario.ts'
import { short } from './table.ts'

const FILE = fileURLToPath(new URL('../recorded.json', import.meta.url))

/** Worse by so much is worse: side by side, two copies of the same code have differed by 5 %, and on a crowded machine by three times that. */
const TOLERANCE = 1.25
/** Where the figure is near nothing, a factor tells of chance. */
const SLACK = 0.05

type Figures = Readonly<Record<string, number>>

function known(): Figures {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Figures) : {}
}

/** Writes the figures down; those of scenarios that did not run stay. */
export function recorded(found: readonly Verdict[]): void {
  const all = { ...known(), ...Object.fromEntries(found.map(({ name, measured }) => [name, Number(measured.toPrecision(3))])) }
  writeFileSync(FILE, `${JSON.stringify(all, Object.keys(all).sort(), 2)}\n`)
}

/** Tells which figures are worse than the recorded ones; true where none is. */
export function compared(found: readonly Verdict[]): boolean {
  const before = known()
  const worse = found.filter(({ name, measured, gate }) => measured > (before[name] ?? gate) * TOLERANCE + SLACK)
  for (const { name, measured, gate } of worse)
    console.error(`worse: ${name} is ${short(measured)}, and was ${short(before[name])} (gate ${gate})`)
  return worse.length === 0
}
