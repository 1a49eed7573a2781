import type { Call } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import { ALWAYS_CREDENTIALS, sha256 } from './cache-key.ts'

/** What of a request `Vary` can speak of. */
export type Asking = Pick<Call, 'headers' | 'credentialHeaders'>

/** Lists of preferences: order and case mean nothing, only `q` does (RFC 9110 12.4.2, 12.5.1 to 12.5.4). */
const PREFERENCES: ReadonlySet<string> = new Set(['accept', 'accept-charset', 'accept-encoding', 'accept-language'])

/**
 * The values of the headers that `Vary` names, as one text: equal for two requests that RFC 9111 4.1 lets share an answer. Lines are
 * combined, spaces around commas dropped, preferences brought to one order, case and spelling. A header that is absent matches only
 * where it is absent too. Credentials stand as digests. `['*']` gives '*': such an answer may be validated, but is never fresh.
 */
export function variantOf(vary: readonly string[], { headers, credentialHeaders }: Asking): string {
  if (vary.length === 0) return ''
  if (vary[0] === '*') return '*'
  return vary.map((name) => shownValue(name, headerOf(headers, name), credentialHeaders)).join('\n')
}

// A value starts with '=', a digest with '#', an absent one is '-'; no header's value holds a line's end. So no two lists look alike.
function shownValue(name: string, value: string | undefined, secret: ReadonlySet<string>): string {
  if (value === undefined) return '-'
  if (ALWAYS_CREDENTIALS.includes(name) || secret.has(name)) return `#${sha256(`${name}:${value.trim()}`)}`
  return `=${PREFERENCES.has(name) ? normalisedPreferences(value) : withoutSpaces(value)}`
}

/** Members of a list, without the spaces around them. Commas inside of quotes separate nothing. */
function members(value: string, separator: ',' | ';'): string[] {
  const list: string[] = []
  let from = 0
  let quoted: 'quoted' | 'plain' = 'plain'
  for (let at = 0; at < value.length; at++) {
    const char = value[at]
    if (char === '\\' && quoted === 'quoted') at++
    else if (char === '"') quoted = quoted === 'quoted' ? 'plain' : 'quoted'
    else if (char === separator && quoted === 'plain') {
      list.push(value.slice(from, at).trim())
      from = at + 1
    }
  }
  list.push(value.slice(from).trim())
  return list
}

function withoutSpaces(value: string): string {
  return members(value, ',').join(',')
}

function normalisedPreferences(value: string): string {
  const preferences = members(value, ',').map(normalisedPreference)
  return [...new Set(preferences)]
    .filter((preference) => preference !== '')
    .sort()
    .join(',')
}

function normalisedPreference(member: string): string {
  const [range = '', ...parameters] = members(member, ';')
  const shown = parameters.map(normalisedParameter).filter((parameter) => parameter !== '' && parameter !== 'q=1')
  // RFC 9110 8.4.1.3: x-gzip and gzip are the same coding.
  const name = range.toLowerCase()
  return [name === 'x-gzip' ? 'gzip' : name, ...shown].join(';')
}

/** Names are without case, values may be with it (RFC 9110 5.6.6); a weight is a number (12.4.2). */
function normalisedParameter(parameter: string): string {
  const equals = parameter.indexOf('=')
  if (equals < 0) return parameter.toLowerCase()
  const name = parameter.slice(0, equals).trim().toLowerCase()
  const value = parameter.slice(equals + 1).trim()
  return name === 'q' && /^[01](?:\.\d{0,3})?$/.test(value) ? `q=${Number(value)}` : `${name}=${value}`
}
