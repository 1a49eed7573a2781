import type { Guard, GuardSettings } from '../model/settings.ts'

/** What guards see of one version. */
export interface Look {
  readonly contentType: string | undefined
  readonly size: number
  /** The whole body as text, where it is short enough to be looked at whole; else undefined. */
  readonly text: string | undefined
  /** Its first bytes, as text. */
  readonly start: string
}

export interface Finding {
  readonly guard: keyof GuardSettings
  readonly says: string
}

/** Compares a version with the one before it. Nothing here proves that it is wrong, but what `format` finds is nearly always an error page. */
export function findings(now: Look, before: Look): readonly Finding[] {
  const found: Finding[] = []
  const format = formatOf(now, before)
  if (format !== undefined) found.push({ guard: 'format', says: format })
  if (now.size < before.size / 2) {
    const says =
      now.size === 0
        ? `it is empty, and had ${before.size} bytes before`
        : `it has ${now.size} bytes, and had ${before.size} before`
    found.push({ guard: 'shrink', says })
  }
  const shape = shapeOf(now, before)
  if (shape !== undefined) found.push({ guard: 'shape', says: shape })
  return found
}

/** By what a guard is set to, and whether there is anything to fall back to: without that it never refuses. */
export function weight({ guard }: Finding, guards: GuardSettings, fallback: 'there is one' | 'there is none'): Guard {
  const set = guards[guard]
  return set === 'refuse' && fallback === 'there is none' ? 'warn' : set
}

function formatOf(now: Look, before: Look): string | undefined {
  if (isHtml(now) && !isHtml(before)) return 'it is HTML, and was not before'
  if (now.text !== undefined && before.text !== undefined && parsed(now.text) === NOT_JSON && isComposed(parsed(before.text)))
    return 'it is not JSON, and was before'
  return undefined
}

function isHtml({ start }: Look): boolean {
  return /^\ufeff?\s*(?:<!--[^>]{0,200}-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(start)
}

const NOT_JSON = Symbol('not JSON')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}

/** A text that is a lone number or word parses too, and says nothing of a format. */
function isComposed(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function shapeOf(now: Look, before: Look): string | undefined {
  if (now.text === undefined || before.text === undefined) return undefined
  if (isCsv(now) && isCsv(before)) {
    const [header, known] = [firstLine(now.text), firstLine(before.text)]
    return header === known ? undefined : `its header is ${shown(header)}, and was ${shown(known)}`
  }
  const [keys, known] = [keysOf(parsed(now.text)), keysOf(parsed(before.text))]
  if (keys === undefined || known === undefined) return undefined
  const gone = [...known].filter((key) => !keys.has(key))
  const added = [...keys].filter((key) => !known.has(key))
  if (gone.length === 0 && added.length === 0) return undefined
  return `its keys have changed:${listed(' without', gone)}${listed(' with', added)}`
}

const isCsv = ({ contentType }: Look): boolean => /^text\/(?:csv|tab-separated-values)\b/i.test(contentType ?? '')

const firstLine = (text: string): string => text.slice(0, 2000).split(/\r?\n/, 1)[0] ?? ''

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

const listed = (word: string, keys: readonly string[]): string =>
  keys.length === 0 ? '' : `${word} ${keys.slice(0, 5).map(shown).join(', ')}${keys.length > 5 ? ', …' : ''}`

/** Keys of an object, or of the first of a list of objects. */
function keysOf(value: unknown): ReadonlySet<string> | undefined {
  const object = Array.isArray(value) ? value[0] : value
  return typeof object === 'object' && object !== null && !Array.isArray(object) ? new Set(Object.keys(object)) : undefined
}
