import { type Init, inspect } from '../../../src/index.ts'
import { type AnswerOptions, type Fields, httpDate, ok, type Step } from '../../helpers/origin/index.ts'
import { type CacheStatus, ownStatus } from '../door/cache-status.ts'
import { type Bench, textOf } from '../door/kit.ts'

/** What one answer was to its caller. */
export interface Told {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly bodiless: boolean
  readonly outcome: string | undefined
  readonly says: CacheStatus['params']
}

/** Asks for `/r`, or for another path, and reads the answer to its end. */
export async function ask(b: Bench, init: Init = {}, path = '/r'): Promise<Told> {
  const response = await b.fetch(b.origin.url(path), init)
  const { status, headers } = response
  const bodiless = response.body === null
  const outcome = inspect(response)?.outcome
  return { status, headers, bodiless, outcome, says: ownStatus(response), text: await response.text() }
}

/** Asks with these request headers. */
export function askWith(b: Bench, headers: Record<string, string>, init: Init = {}): Promise<Told> {
  return ask(b, { ...init, headers })
}

/** The status alone, or `NOT_CACHED` where a cache may reject or answer 504 (RFC 9111, section 5.2.1.7, and the Fetch standard). */
export async function statusOrRefusal(b: Bench, init: Init, path = '/r'): Promise<number | string> {
  try {
    const { status } = await ask(b, init, path)
    return status === 504 ? 'NOT_CACHED' : status
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** An answer with this Cache-Control. */
export function withControl(body: string, control: string, more: AnswerOptions = {}): Step {
  return ok(body, { ...more, headers: { 'Cache-Control': control, ...more.headers } })
}

/** 1, 2, 3, … under these options, of which each has its own ETag. */
export function numbered(options: AnswerOptions = {}): Step {
  return (exchange) => ok(String(exchange.hit), { etag: `"${exchange.hit}"`, ...options })(exchange)
}

/** Fields that depend on the origin's clock when the answer leaves. */
export function dated(body: string, fieldsAt: (now: number) => Fields): Step {
  return (exchange) => ok(body, { headers: fieldsAt(exchange.now()) })(exchange)
}

export function dateBefore(now: number, ms: number): string {
  return httpDate(now - ms)
}

export async function fill(b: Bench, init: Init = {}, path = '/r'): Promise<string> {
  return textOf(b.fetch(b.origin.url(path), init))
}

export const DAY = 86_400_000
