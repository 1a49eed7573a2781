import { EXPECTED_TYPES, KINDS, type RequestDefinition, SETUP_CHECKS, type TestDefinition } from './definition.ts'

/** Throws where the value is not what it may be; `at` says where in the definition. */
export type Shape = (value: unknown, at: string) => void

class Unsound extends Error {}

const shaped =
  (what: string, holds: (value: unknown) => boolean): Shape =>
  (value, at) => {
    if (!holds(value)) throw new Unsound(`${at} is not ${what}: ${JSON.stringify(value)}`)
  }

export const text: Shape = shaped('a string', (value) => typeof value === 'string')
const truth = shaped('a boolean', (value) => typeof value === 'boolean')
const whole = shaped('an integer', (value) => Number.isInteger(value))
const nothing = shaped('null', (value) => value === null)
const status = shaped('a status code', (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599)
const fieldName = shaped('a field name', (value) => typeof value === 'string' && /^[\w-]+$/.test(value))
const oneOf = (...words: readonly string[]): Shape =>
  shaped(`one of ${words.join(', ')}`, (value) => words.includes(String(value)))

export const listOf =
  (shape: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) throw new Unsound(`${at} is not a list: ${JSON.stringify(value)}`)
    for (const [index, item] of value.entries()) shape(item, `${at}[${index}]`)
  }

const tuple =
  (...shapes: readonly Shape[]): Shape =>
  (value, at) => {
    listOf(() => undefined)(value, at)
    const items = value as unknown[]
    if (items.length !== shapes.length) throw new Unsound(`${at} has ${items.length} items, not ${shapes.length}`)
    for (const [index, shape] of shapes.entries()) shape(items[index], `${at}[${index}]`)
  }

const fits = (shape: Shape, value: unknown): boolean => {
  try {
    shape(value, '')
    return true
  } catch (error) {
    if (error instanceof Unsound) return false
    throw error
  }
}

const either = (what: string, ...shapes: readonly Shape[]): Shape =>
  shaped(what, (value) => shapes.some((shape) => fits(shape, value)))

/** An object with these members and no others: a member that is not known would change what the test means. */
export const members =
  (known: Record<string, Shape>): Shape =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unsound(`${at} is not an object`)
    for (const [name, member] of Object.entries(value)) {
      const shape = Object.hasOwn(known, name) ? known[name] : undefined
      if (shape === undefined) throw new Unsound(`${at} has an unknown member: ${name}`)
      shape(member, `${at}.${name}`)
    }
  }

const fieldValue = either('a string or an integer', text, whole)
const field = tuple(fieldName, fieldValue)
const namedField = either('a field name, or name and value', fieldName, tuple(fieldName, text))
const interim = either('a status, with or without fields', tuple(status), tuple(status, listOf(field)))

const REQUEST: Record<keyof RequestDefinition, Shape> = {
  request_method: text,
  request_headers: listOf(field),
  request_body: text,
  query_arg: text,
  filename: text,
  mode: oneOf('cors', 'same-origin', 'no-cors', 'navigate', 'websocket'),
  credentials: oneOf('omit', 'same-origin', 'include'),
  cache: oneOf('default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'),
  redirect: oneOf('follow', 'error', 'manual'),
  pause_after: truth,
  disconnect: truth,
  magic_locations: truth,
  magic_ims: truth,
  rfc850date: listOf(fieldName),
  response_status: either('a status with its phrase', tuple(status), tuple(status, text)),
  response_headers: listOf(either('a field to send', field, tuple(fieldName, fieldValue, truth))),
  response_body: either('a string or null', text, nothing),
  interim_responses: listOf(interim),
  response_pause: whole,
  check_body: truth,
  expected_type: oneOf(...EXPECTED_TYPES),
  expected_method: text,
  expected_status: either('a status code or null', status, nothing),
  expected_request_headers: listOf(namedField),
  expected_request_headers_missing: listOf(namedField),
  expected_response_headers: listOf(
    either('an expected field', fieldName, field, tuple(fieldName, oneOf('='), fieldName), tuple(fieldName, oneOf('>'), whole)),
  ),
  expected_response_headers_missing: listOf(namedField),
  expected_response_text: either('a string or null', text, nothing),
  expected_interim_responses: listOf(interim),
  setup: truth,
  setup_tests: listOf(oneOf(...SETUP_CHECKS)),
}

const TEST: Record<keyof TestDefinition, Shape> = {
  id: text,
  name: text,
  description: text,
  kind: oneOf(...KINDS),
  requests: listOf(members(REQUEST)),
  browser_only: truth,
  browser_skip: truth,
  cdn_only: truth,
  depends_on: listOf(text),
  spec_anchors: listOf(text),
}

/** What is wrong with the definition; undefined for a sound one. */
export function faultOf(test: object): string | undefined {
  try {
    members(TEST)(test, 'the test')
  } catch (error) {
    if (error instanceof Unsound) return error.message
    throw error
  }
  const { name, requests } = test as Partial<TestDefinition>
  if (name === undefined) return 'the test has no name'
  return requests === undefined || requests.length === 0 ? 'the test has no requests' : undefined
}
