import { expect, onTestFinished, test } from 'vitest'
import type { CallOptions, Init, Options } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { endless, flip, gate, hangUp, ok, type Step } from '../../helpers/origin/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { type Given, given } from '../download/given.ts'
import { ask, good, json, page, schemaOf } from './judging.ts'

/** What the process says by itself: warnings, and rejections that nobody takes. */
function overheard(): unknown[] {
  const heard: unknown[] = []
  const note = (said: unknown): void => void heard.push(said)
  const names = ['warning', 'unhandledRejection', 'uncaughtExceptionMonitor', 'rejectionHandled'] as const
  for (const name of names) process.on(name as 'warning', note)
  onTestFinished(() => {
    for (const name of names) process.off(name as 'warning', note)
  })
  return heard
}

const boom = new Error('a mistake of the user')
const body = pseudoRandom(3_000_000)
const strict: Init = { holdfast: { schema: good() } }

/** A row: what is set, what the origin says, and what is done with it. */
const rows: [string, Options | ((late: Promise<never>) => Options), [Step, ...Step[]], (g: Given) => Promise<unknown>][] = [
  [
    'two hundred callers of a refused body',
    { schema: good() },
    [json({})],
    (g) => Promise.all(Array.from({ length: 200 }, () => ask(g))),
  ],
  [
    'two hundred callers, each with a schema of his own',
    {},
    [json({ ok: true })],
    (g) => Promise.all(Array.from({ length: 200 }, () => ask(g, { holdfast: { schema: good() } }))),
  ],
  [
    'a check that rejects after the deadline',
    (late) => ({ check: () => late, timeouts: { deadline: '2s' } }),
    [ok('x')],
    (g) => ask(g),
  ],
  [
    'a schema that rejects after the deadline',
    (late) => ({ schema: schemaOf(() => late), timeouts: { deadline: '2s' } }),
    [json(1)],
    (g) => ask(g),
  ],
  ['a check that rejects after its caller has left', (late) => ({ check: () => late }), [ok('x')], leaves],
  ['a check that rejects when its signal aborts', { check: obedient, timeouts: { deadline: '2s' } }, [ok('x')], (g) => ask(g)],
  [
    'a refused body of which nobody reads a byte',
    { delivery: 'streaming', check: () => Promise.reject(boom) },
    [ok(body)],
    (g) => g.fetch(g.origin.url('/f')),
  ],
  [
    'a refused stream whose reader has left',
    { delivery: 'streaming', check: () => Promise.reject(boom) },
    [ok(body)],
    readsALittle,
  ],
  [
    'a stream whose check rejects after its reader has left',
    (late) => ({ delivery: 'streaming', check: () => late }),
    [ok(body)],
    readsALittle,
  ],
  ['a refusal behind a stale answer', { staleWhileRevalidate: '1h' }, [json({ a: 1 }), page()], (g) => ask(g).then(() => ask(g))],
  ['a check that leaves the body locked', { check: (response) => void response.body?.getReader() }, [ok(body)], (g) => ask(g)],
  [
    'a check that reads a little and leaves',
    {
      check: (response) =>
        response.body
          ?.getReader()
          .read()
          .then(() => undefined),
    },
    [ok(body)],
    (g) => ask(g),
  ],
  ['a check that throws while it reads elsewhere', { check: readsAndThrows }, [ok(body)], (g) => ask(g)],
  ['a digest that stays wrong', { expect: { digest: `sha256:${sha256('x')}` } }, [flip(body, 7)], (g) => ask(g)],
  ['a size that is passed', { expect: { size: 7 } }, [endless(Buffer.alloc(1_000))], (g) => ask(g)],
  ['all sources dead', { sources: ['http://127.0.0.1:1/', 'http://127.0.0.1:1/x'] }, [hangUp()], (g) => ask(g)],
  [
    'json() of a page, and under a schema',
    {},
    [page()],
    (g) => Promise.allSettled([g.fetch.json(g.origin.url('/f')), g.fetch.json(g.origin.url('/f'), strict)]),
  ],
]

const obedience: CallOptions['check'] = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

function obedient(...given: Parameters<NonNullable<CallOptions['check']>>): void | Promise<void> {
  return obedience?.(...given)
}

async function leaves(g: Given): Promise<unknown> {
  const mine = new AbortController()
  const held = gate(ok('x'))
  g.origin.script('/f', held)
  const call = ask(g, { signal: mine.signal })
  await held.arrived
  held.release()
  await rounds()
  mine.abort()
  return call
}

async function readsALittle(g: Given): Promise<unknown> {
  const response = await g.fetch(g.origin.url('/f'))
  const reader = response.body?.getReader()
  await reader?.read()
  return reader?.cancel('enough')
}

async function readsAndThrows(response: Response): Promise<void> {
  response
    .clone()
    .text()
    .catch(() => undefined)
  throw boom
}

test.each(rows)('%s: not a word from the process', async (_, options, [first, ...more], act) => {
  const heard = overheard()
  {
    const late = Promise.withResolvers<never>()
    await using g = await given({ retry: { attempts: 2 }, ...(typeof options === 'function' ? options(late.promise) : options) })
    g.origin.script('/f', first, ...more)
    await turnUntil(g.clock, act(g), { step: 500 })
    late.promise.catch(() => undefined)
    late.reject(boom)
    await turnFor(g.clock, 2_000, 500)
    await turnUntil(g.clock, g.fetch.idle(), { step: 500 })
  }
  await rounds(50)
  expect(heard).toEqual([])
})
