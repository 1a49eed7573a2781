import type { Init, StandardSchema } from '../../../src/index.ts'
import { type AnswerOptions, ok, type Step } from '../../helpers/origin/index.ts'
import { codeOf, type Given, inspected, type Seen, seen } from '../download/given.ts'

export interface Asked<O> extends StandardSchema<O> {
  /** Every value that it was asked about. */
  readonly asked: unknown[]
}

/** A Standard Schema that remembers what it was asked. */
export function schemaOf<O = unknown>(validate: (value: unknown) => unknown): Asked<O> {
  const asked: unknown[] = []
  const judge = (value: unknown): unknown => {
    asked.push(value)
    return validate(value)
  }
  return { asked, '~standard': { version: 1, vendor: 'rows', validate: judge } }
}

export const taken = (value: unknown): unknown => ({ value })
export const refused = (message: string) => (): unknown => ({ issues: [{ message }] })

/** Takes an object whose `ok` is true; anything else has one issue at that place. */
export function good(): Asked<{ ok: true }> {
  return schemaOf((value) => {
    const { ok: fine } = Object(value) as { ok?: unknown }
    return fine === true ? { value } : { issues: [{ message: 'is not true', path: ['ok'] }] }
  })
}

/** A body under this Content-Type. */
export function typed(body: string | Uint8Array, type: string, options: AnswerOptions = {}): Step {
  return ok(body, { ...options, headers: { 'Content-Type': type, ...options.headers } })
}

export function json(value: unknown, options: AnswerOptions = {}): Step {
  return typed(typeof value === 'string' ? value : JSON.stringify(value), 'application/json', options)
}

export const PAGE = '<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body>We are down for maintenance.</body></html>\n'

/** An error page that says 200. */
export const page = (options: AnswerOptions = {}): Step => typed(PAGE, 'text/html; charset=utf-8', options)

/** What a call for /f came to. */
export function ask(g: Given, init?: Init): Promise<Seen> {
  return seen(g.fetch(g.origin.url('/f'), init))
}

/** A check that never settles, and the moment when it was asked: from there on only the clock can end it. */
export function endless(): { check: () => Promise<void>; asked: Promise<void> } {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const check = (): Promise<void> => {
    resolve()
    return new Promise(() => undefined)
  }
  return { check, asked }
}

/** Past the cool-down after a failed refresh. */
export async function later(g: Given): Promise<void> {
  await g.clock.advance(31_000)
}

export interface Fallen {
  readonly text: string
  readonly code: string
  readonly message: string
  readonly cause: unknown
}

/** The fallback that a call for /f ends in, and the error that led to it. */
export async function fallen(g: Given, init?: Init): Promise<Fallen> {
  const response = await g.fetch(g.origin.url('/f'), init)
  const { error } = inspected(response, 'fallback')
  return { text: await response.text(), code: codeOf(error), message: error.message, cause: error.cause }
}

export const text = (body: string | Uint8Array): Step => typed(body, 'text/plain')
export const csv = (body: string): Step => typed(body, 'text/csv')
