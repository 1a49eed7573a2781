import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import type { Interim, RequestDefinition } from './definition.ts'
import { type Anchor, wireValue } from './magic.ts'
import type { SentValue, Visit } from './visit.ts'

/** On an answer to a request that should have been conditional and was not. */
export const NOT_CONDITIONAL = 'Not-Conditional'
const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Answers one request as its definition says, and remembers it. */
export async function answer(visit: Visit, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const number = Number(request.headers['req-num'] ?? visit.seen.length + 1)
  const definition = visit.requests[number - 1]
  if (definition === undefined) throw new Error(`request ${number} of ${visit.requests.length} has come`)
  if (definition.response_pause !== undefined) await after(definition.response_pause * 1000)
  const anchor: Anchor = { now: Date.now(), path: request.url ?? '' }
  const [status, phrase = STATUS_CODES[status] ?? ''] = statusFor(visit, number, request)
  response.statusCode = status
  response.statusMessage = phrase
  response.setHeader('Server-Base-Url', anchor.path)
  response.setHeader('Server-Now', String(anchor.now))
  response.setHeader('Server-Request-Count', String(visit.seen.length + 1))
  response.setHeader('Client-Request-Count', String(number))
  if (phrase === NOT_CONDITIONAL) response.setHeader(NOT_CONDITIONAL, '1')
  const sent = setFields(response, definition, anchor)
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain')
  visit.seen.push({ number, method: request.method ?? '', path: anchor.path, headers: request.headers, sent })
  response.setHeader('Request-Numbers', visit.seen.map((seen) => seen.number).join(' '))
  for (const interim of definition.interim_responses ?? []) writeInterim(response, interim, { definition, anchor })
  if (definition.disconnect === true) request.socket.destroy()
  else if (BODILESS.has(status)) response.end()
  else response.end(definition.response_body ?? visit.token)
}

type Status = readonly [status: number, phrase?: string]

/** Where the request should be a validation: 304 if it names what the answer before carried, else an answer that says it did not. */
function statusFor({ requests, seen }: Visit, number: number, { headers }: IncomingMessage): Status {
  const definition = requests[number - 1]
  if (definition?.expected_type?.endsWith('_validated') !== true) return definition?.response_status ?? [200]
  const before = seen.findLast((request) => request.number === number - 1)?.sent
  const names = (validator: string, condition: 'if-none-match' | 'if-modified-since') =>
    headers[condition] !== undefined &&
    headers[condition] === (before?.get(validator)?.value ?? written(requests[number - 2], validator))
  return names('etag', 'if-none-match') || names('last-modified', 'if-modified-since') ? [304] : [400, NOT_CONDITIONAL]
}

/** The field as its definition has it, for an answer that the cache gave: the origin never sent it. */
function written(definition: RequestDefinition | undefined, name: string): string | undefined {
  return definition?.response_headers?.findLast((field) => field[0].toLowerCase() === name)?.[1].toString()
}

/** Sets the definition's fields, each line by itself. */
function setFields(response: ServerResponse, definition: RequestDefinition, anchor: Anchor): Map<string, SentValue> {
  const sent = new Map<string, SentValue & { readonly lines: readonly string[] }>()
  for (const field of definition.response_headers ?? []) {
    const [name, , checked = true] = field
    const before = sent.get(name.toLowerCase())
    const lines = [...(before?.lines ?? []), wireValue(field, anchor, definition)]
    response.setHeader(name, lines.length === 1 ? String(lines[0]) : lines)
    sent.set(name.toLowerCase(), { lines, value: lines.join(', '), checked: checked && before?.checked !== false })
  }
  return sent
}

interface Around {
  readonly definition: RequestDefinition
  readonly anchor: Anchor
}

/** On the socket itself: Node's own methods know three of the 1xx, and one of them sends no field but Link. */
function writeInterim({ socket }: ServerResponse, [status, fields = []]: Interim, { definition, anchor }: Around): void {
  const lines = fields.map((field) => `${field[0]}: ${wireValue(field, anchor, definition)}\r\n`)
  socket?.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`)
}
