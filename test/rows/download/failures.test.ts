import { expect, test } from 'vitest'
import { HoldfastError } from '../../../src/index.ts'
import { selfSigned } from '../../helpers/certificate.ts'
import {
  badLength,
  cut,
  garbage,
  hang,
  hangUp,
  type Origin,
  ok,
  reset,
  retryLater,
  type Step,
  shortLength,
  stall,
  stallHeaders,
  startOrigin,
  status,
} from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { die, given, rejection, seen } from './given.ts'

// One rule for all failures (B07): with a version stored each ends in it; without one a status is a Response, and a network
// failure rejects as a TypeError that names its kind.
const BODY = 'x'.repeat(1000)
const failures: Record<string, { step: Step; code?: string; status?: number }> = {
  reset: { step: reset(), code: 'CONNECT' },
  'closed without an answer': { step: hangUp(), code: 'CONNECT' },
  'no headers in time': { step: hang(), code: 'TIMEOUT' },
  'half a head': { step: stallHeaders(ok(BODY), 20), code: 'TIMEOUT' },
  'a stall in the body': { step: stall(BODY, 500), code: 'STALLED' },
  'a short body': { step: cut(BODY, 500), code: 'TRUNCATED' },
  'a reset body': { step: reset(BODY, 500), code: 'TRUNCATED' },
  'a Content-Length too large': { step: shortLength(BODY, 1010), code: 'TRUNCATED' },
  'no HTTP at all': { step: garbage(), code: 'PROTOCOL' },
  'a Content-Length that is no number': { step: badLength(BODY, ['12abc']), code: 'PROTOCOL' },
  'a status that no Response can have': { step: status(999, {}, 'no'), code: 'PROTOCOL' },
  'two Content-Lengths': { step: badLength(BODY, ['1000', '3']), code: 'PROTOCOL' },
  500: { step: status(500, {}, 'no'), status: 500 },
  502: { step: status(502, {}, 'no'), status: 502 },
  503: { step: status(503, {}, 'no'), status: 503 },
  '429 for ever': { step: retryLater(undefined), status: 429 },
}

test.each(Object.entries(failures))('%s', async (_, { step, code, status: final }) => {
  await using g = await given()
  g.origin.script('/known', ok('v1'), step)
  g.origin.script('/unknown', step)
  await g.fetch(g.origin.url('/known'))
  const known = await turnUntil(g.clock, seen(g.fetch(g.origin.url('/known'))))
  expect(known).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
  await turnUntil(g.clock, g.fetch.idle())

  expect(await turnUntil(g.clock, told(g.fetch(g.origin.url('/unknown'))))).toEqual(
    final ?? {
      code,
      url: g.origin.url('/unknown'),
      method: 'GET',
      retried: true,
    },
  )
})

/** The status of an answer, or what is in the error: a TypeError, as fetch has it. */
async function told(call: Promise<Response>): Promise<unknown> {
  const answer = await call.catch((error: unknown) => error)
  if (answer instanceof Response) return answer.status
  if (!(answer instanceof HoldfastError && answer instanceof TypeError)) throw answer
  return { code: answer.code, url: answer.url, method: answer.method, retried: answer.attempts.length > 1 }
}

test('refused', async () => {
  await using g = await given()
  await g.fetch.put(g.origin.url('/f'), new Response('v1'))
  await die(g.origin)
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'v1', outcome: 'fallback' })
  expect(await rejection(g.fetch(g.origin.url('/g')))).toMatchObject({ code: 'CONNECT' })
})

test('a name that does not resolve: retried, then told as DNS', async () => {
  await using g = await given({ retry: 2 })
  const url = 'http://no-such-name.invalid/f'
  await g.fetch.put(url, new Response('v1'))
  expect(await seen(g.fetch(url))).toMatchObject({ text: 'v1', outcome: 'fallback' })
  const error = await rejection(g.fetch(`${url}2`))
  expect(error.code).toBe('DNS')
  expect(error.attempts).toHaveLength(2)
})

async function withTls(use: (origin: Origin) => Promise<void>): Promise<boolean> {
  const certificate = await selfSigned()
  if (certificate === undefined) return false
  await using origin = await startOrigin({ tls: certificate })
  origin.script('/f', ok('secret'))
  await use(origin)
  return true
}

test('a certificate that nobody vouches for: TLS, not retried, never asked over http', async ({ skip }) => {
  const possible = await withTls(async (origin) => {
    await using g = await given()
    const error = await rejection(g.fetch(origin.url('/f')))
    expect(error.code).toBe('TLS')
    expect(error.attempts).toHaveLength(1)
    await g.fetch.put(origin.url('/f'), new Response('v1'))
    expect(await seen(g.fetch(origin.url('/f')))).toMatchObject({ text: 'v1', outcome: 'fallback' })
    expect(origin.hits()).toBe(0)
  })
  if (!possible) skip('no openssl here')
})

test('plain text where TLS was expected: TLS, not retried', async () => {
  await using g = await given()
  const error = await rejection(g.fetch(g.origin.url('/f').replace('http:', 'https:')))
  expect(error.code).toBe('TLS')
  expect(error.attempts).toHaveLength(1)
})
