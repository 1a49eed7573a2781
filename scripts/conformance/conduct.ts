import { type Asking, ask, initOf } from './ask.ts'
import type { SuiteTest } from './definition.ts'
import { Finding } from './finding.ts'
import { type Answer, judgeAnswer } from './judge-answer.ts'
import { judgeOrigin } from './judge-origin.ts'
import type { Origin } from './origin.ts'
import type { Visit } from './visit.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface Verdict {
  readonly name: 'held' | 'not held' | 'setup failed' | 'harness error'
  readonly reason?: string
  /** What was sent and received, a line for each. */
  readonly log: readonly string[]
}

export interface Conditions {
  readonly origin: Origin
  /** The cache under test, empty. */
  readonly fetch: Fetch
  /** Milliseconds: what `pause_after` waits. */
  readonly pause: number
}

/** Sends the requests of one test one after the other, and judges what came of it. */
export async function conduct(test: SuiteTest, conditions: Conditions): Promise<Verdict> {
  const log: string[] = []
  if (test.fault !== undefined) return { name: 'harness error', reason: test.fault, log }
  const visit = conditions.origin.visit(test.requests)
  try {
    judgeOrigin(visit, await answersTo(test, visit, { ...conditions, log }))
    return visit.fault === undefined ? { name: 'held', log } : { name: 'harness error', reason: visit.fault, log }
  } catch (error) {
    return { ...verdictOf(error, visit), log }
  } finally {
    for (const { number, method, path, headers } of visit.seen)
      log.push(`  origin saw ${number}: ${method} ${path} ${JSON.stringify(headers)}`)
  }
}

async function answersTo(
  { id, requests }: SuiteTest,
  visit: Visit,
  { origin, fetch, pause, log }: Conditions & { readonly log: string[] },
): Promise<Answer[]> {
  const answers: Answer[] = []
  let travelled = 0
  for (const [index, definition] of requests.entries()) {
    const asking: Asking = { definition, id, number: index + 1, before: answers.at(-1) }
    const [url, init] = [origin.url(visit, definition), initOf(asking)]
    log.push(`  ${asking.number} > ${init.method ?? 'GET'} ${url} ${JSON.stringify(init.headers)}`)
    const answer = await ask(asking, (signal) => fetch(url, { ...init, signal }))
    log.push(`  ${asking.number} < ${answer.status} ${JSON.stringify(Object.fromEntries(answer.headers))}`)
    answers.push(answer)
    if (definition.expected_type !== 'cached') travelled++
    judgeAnswer(answer, { definition, number: asking.number, token: visit.token, travelled })
    if (definition.pause_after === true) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return answers
}

function verdictOf(error: unknown, { fault }: Visit): Omit<Verdict, 'log'> {
  if (fault !== undefined) return { name: 'harness error', reason: fault }
  if (!(error instanceof Finding)) throw error
  const names = { setup: 'setup failed', test: 'not held', harness: 'harness error' } as const
  return { name: names[error.during], reason: error.message }
}
