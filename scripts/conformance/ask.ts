import type { Field, RequestDefinition } from './definition.ts'
import { find } from './finding.ts'
import type { Answer } from './judge-answer.ts'
import { wireValue } from './magic.ts'

/** Milliseconds for one request and its body. */
const PATIENCE = 10_000

export interface Asking {
  readonly definition: RequestDefinition
  /** Of the test. */
  readonly id: string
  /** From 1. */
  readonly number: number
  /** What the request before was answered with. */
  readonly before: Answer | undefined
}

/** The arguments of fetch that the definition asks for. */
export function initOf(asking: Asking): RequestInit & { headers: [string, string][] } {
  const { definition, id, number } = asking
  const { request_method: method, request_body: body, mode, credentials, cache, redirect } = definition
  const fields = (definition.request_headers ?? []).map((field): [string, string] => [field[0], requestValue(field, asking)])
  return {
    headers: [...fields, ['Test-ID', id], ['Req-Num', String(number)]],
    ...(method !== undefined && { method }),
    ...(body !== undefined && { body }),
    ...(mode !== undefined && { mode }),
    ...(credentials !== undefined && { credentials }),
    ...(cache !== undefined && { cache }),
    ...(redirect !== undefined && { redirect }),
  }
}

/** A number in If-Modified-Since counts from the time that the last answer was made at. */
function requestValue(field: Field, { definition, before }: Asking): string {
  if (definition.magic_ims !== true || before === undefined || field[0].toLowerCase() !== 'if-modified-since')
    return String(field[1])
  return wireValue(field, { now: Number(before.headers.get('Server-Now')), path: '' }, definition)
}

/** Sends, and reads the whole answer. No answer is a finding: that a cache rejects says that it does not do what was expected. */
export async function ask({ definition, number }: Asking, send: (signal: AbortSignal) => Promise<Response>): Promise<Answer> {
  const patience = new AbortController()
  const alarm = setTimeout(() => patience.abort(), PATIENCE)
  try {
    const response = await send(patience.signal)
    return { status: response.status, headers: response.headers, body: await response.text() }
  } catch (error) {
    if (patience.signal.aborted) find('harness', `request ${number} was not answered in ${PATIENCE / 1000} s`)
    return find(definition.setup === true ? 'setup' : 'test', `request ${number} was rejected: ${told(error)}`)
  } finally {
    clearTimeout(alarm)
  }
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${told(error.cause)})`
}
