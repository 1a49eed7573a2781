import type { PinRecord, Stamp, VersionRef } from '../model/record.ts'
import { isOn } from './selection.ts'

/** Pins told by a version that have ended, or were given back; the ones that ended longest ago are forgotten. */
const ENDED_PINS = 64

/** And of those that hold: a program that pins for ever each time it starts must not fill the entry. */
const KEPT_PINS = 1_000

/** Labels told by a version that were taken back; the ones that were so longest ago are forgotten: a program that labels each of its runs must not fill the entry. */
const ENDED_LABELS = 64

/** What calls go by: an older copy that still has one of these must not bring it back, however long ago it was taken back. */
const JUDGEMENTS: ReadonlySet<string> = new Set(['failed', 'valid', 'unproven'])

/** The later of two stamped changes; equal times are decided by the writer's name, so that every process decides alike. */
export function later<T extends Stamp>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.by !== b.by) return a.by > b.by ? a : b
  // One writer, one time, two texts: any rule will do that does not depend on the order of the arguments.
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b
}

/** The later of what two say of each name; undefined where neither says anything. */
function mergeNamed<T extends Stamp>(
  a: Readonly<Record<string, T>> | undefined,
  b: Readonly<Record<string, T>> | undefined,
): Record<string, T> | undefined {
  if (a === undefined && b === undefined) return undefined
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort()
  return Object.fromEntries(names.map((name) => [name, later(own(a, name), own(b, name)) as T]))
}

function own<T>(named: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return named !== undefined && Object.hasOwn(named, name) ? named[name] : undefined
}

/** When a pin ends, or was given back. */
const endOf = ({ until, at }: PinRecord): number => (until === 0 ? at : (until ?? Number.POSITIVE_INFINITY))

/** Infinity less itself is no number. */
const laterFirst = (one: number, two: number): number => (one === two ? 0 : two - one)

export function mergePins(a: VersionRef['pins'], b: VersionRef['pins']): VersionRef['pins'] {
  const merged = mergeNamed(a, b)
  if (merged === undefined) return undefined
  const pins = Object.entries(merged)
  if (pins.length <= ENDED_PINS) return Object.fromEntries(pins)
  // Whoever said the last of these knew what had ended by then; so all copies decide alike.
  const last = Math.max(...pins.map(([, { at }]) => at))
  const inOrder = pins.sort(([x, one], [y, two]) => laterFirst(endOf(one), endOf(two)) || two.at - one.at || (x < y ? -1 : 1))
  const [holding, ended] = [inOrder.filter(([, pin]) => isOn(pin, last)), inOrder.filter(([, pin]) => !isOn(pin, last))]
  const kept = [...holding.slice(0, KEPT_PINS), ...ended.slice(0, ENDED_PINS)]
  return Object.fromEntries(kept.sort(([x], [y]) => (x < y ? -1 : 1)))
}

export function mergeLabels(a: VersionRef['labels'], b: VersionRef['labels']): VersionRef['labels'] {
  const merged = mergeNamed(a, b)
  if (merged === undefined) return undefined
  const ended = Object.entries(merged).filter(([name, { on }]) => !on && !JUDGEMENTS.has(name))
  if (ended.length <= ENDED_LABELS) return merged
  const forgotten = ended.sort(([x, one], [y, two]) => two.at - one.at || (x < y ? -1 : 1)).slice(ENDED_LABELS)
  const names = new Set(forgotten.map(([name]) => name))
  return Object.fromEntries(Object.entries(merged).filter(([name]) => !names.has(name)))
}
