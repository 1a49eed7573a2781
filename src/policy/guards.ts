import type { Guard, GuardSettings } from '../model/settings.ts'

/** What guards see of one version. */
export interface Look {
  readonly contentType: string | undefined
  readonly size: number
  /** The whole body as text, where it is short enough to be looked at whole; else undefined. */
  readonly text: string | undefined
  /** Its first bytes, and its last, as text. */
  readonly start: string
  readonly end: string
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
  return isJson(before) && !isParsable(now) && !isJsonLines(now) ? 'it is not JSON, and was before' : undefined
}

function isHtml({ start, contentType }: Look): boolean {
  if (/^\ufeff?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,200}-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(start))
    return true
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? '') && /^\ufeff?\s*</.test(start)
}

/** JSON has no such characters (RFC 8259 2 and 7), and of other bytes one in nine is one. */
const CONTROL = /[^\P{Cc}\t\n\r\u007f-\u009f]/u

/** What is too long to be parsed is known by its ends. */
function isJson({ text, start, end }: Look): boolean {
  if (text !== undefined) return isComposed(parsed(text.replace(/^\ufeff/, '')))
  // Bytes that happen to begin and end so are no JSON: of random ones that is one body in 30,000.
  if (CONTROL.test(start) || CONTROL.test(end)) return false
  const [opened, closed] = [/^\ufeff?\s*([[{])/.exec(start)?.[1], /([\]}])\s*$/.exec(end)?.[1]]
  return opened !== undefined && closed === (opened === '[' ? ']' : '}')
}

/** A lone text or null is JSON too: another shape, and no damage. */
function isParsable(look: Look): boolean {
  return look.text === undefined ? isJson(look) : parsed(look.text.replace(/^\ufeff/, '')) !== NOT_JSON
}

/** One value a line: a file that had one line, and grows. */
function isJsonLines({ text }: Look): boolean {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '')
  return lines.length > 1 && lines.every((line) => parsed(line) !== NOT_JSON)
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
  if (isCsv(now) && isCsv(before)) {
    const [header, known] = [headerOf(now), headerOf(before)]
    return header === known ? undefined : `its header is ${shown(header)}, and was ${shown(known)}`
  }
  if (now.text === undefined || before.text === undefined) return undefined
  const [value, old] = [parsed(now.text), parsed(before.text)]
  const known = keysOf(old)
  if (known === undefined || value === NOT_JSON) return undefined
  const keys = keysOf(value)
  // Of no rows nobody knows the keys.
  if (Array.isArray(value) && value.length === 0 && Array.isArray(old)) return undefined
  if (keys === undefined || Array.isArray(value) !== Array.isArray(old)) return `it is ${kindOf(value)}, and was ${kindOf(old)}`
  const gone = [...known].filter((key) => !keys.has(key))
  const added = [...keys].filter((key) => !known.has(key))
  if (gone.length === 0 && added.length === 0) return undefined
  return `its keys have changed:${listed(' without', gone)}${listed(' with', added)}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return keysOf(value) === undefined ? 'a list' : 'a list of objects'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const isCsv = ({ contentType }: Look): boolean => /^text\/(?:csv|tab-separated-values)\b/i.test(contentType ?? '')

/** The first line, with the quotes off that may stand about any name (RFC 4180 2, item 5). */
function headerOf({ text, start }: Look): string {
  const line = (text ?? start).split(/\r?\n/, 1)[0] ?? ''
  return line.replace(/^\ufeff/, '').replace(/(^|[,;\t])"([^",;\t]*)"(?=[,;\t]|$)/g, '$1$2')
}

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

const listed = (word: string, keys: readonly string[]): string =>
  keys.length === 0 ? '' : `${word} ${keys.slice(0, 5).map(shown).join(', ')}${keys.length > 5 ? ', …' : ''}`

/** Rows that are looked at: one may leave a key out that another has. */
const ROWS = 100

/** Keys of an object, or of the first objects of a list. */
function keysOf(value: unknown): ReadonlySet<string> | undefined {
  const rows = Array.isArray(value) ? value.slice(0, ROWS) : [value]
  const objects = rows.filter((row) => typeof row === 'object' && row !== null && !Array.isArray(row)) as object[]
  return objects.length === 0 ? undefined : new Set(objects.flatMap((object) => Object.keys(object)))
}
