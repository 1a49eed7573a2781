import { expect, test } from 'vitest'
import type { Verdict } from '../../scripts/conformance/conduct.ts'
import type { RequestDefinition } from '../../scripts/conformance/definition.ts'
import { runSuite, type Subject } from '../../scripts/conformance/engine.ts'
import { readSuite } from '../../scripts/conformance/suite.ts'
import type { StandIn } from './stand-ins.ts'

/** A definition, the cache that it is run against, and what the engine is to say. */
export type Row = readonly [
  name: string,
  cache: StandIn,
  requests: readonly RequestDefinition[],
  verdict: Verdict['name'],
  reason?: RegExp,
]

export const FRESH: RequestDefinition = { response_headers: [['Cache-Control', 'max-age=60']], setup: true }
export const DATED: RequestDefinition = { response_headers: [['Last-Modified', -60]], setup: true }

export async function verdictOn(requests: readonly object[], subject: () => Subject): Promise<Verdict | undefined> {
  const tests = readSuite([{ id: 'area', name: 'Area', tests: [{ id: 'one', name: 'One', requests }] }])
  return (await runSuite(tests, { subject, pause: 0 })).get('one')
}

export function judges(rows: readonly Row[]): void {
  const cases = rows.map(([title, cache, requests, name, reason = /^$/]) => ({ title, cache, requests, name, reason }))
  test.each(cases)('$title', async ({ cache, requests, name, reason }) => {
    const verdict = await verdictOn(requests, () => ({ fetch: cache(), [Symbol.asyncDispose]: () => Promise.resolve() }))
    expect({ name: verdict?.name, reason: verdict?.reason ?? '' }).toEqual({ name, reason: expect.stringMatching(reason) })
  })
}
