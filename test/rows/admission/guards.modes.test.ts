import { describe, expect, test } from 'vitest'
import { inspect, type Options } from '../../../src/index.ts'
import { gz, type Step } from '../../helpers/origin/index.ts'
import { given, seen } from '../download/given.ts'
import { over } from './guarded.ts'
import { ask, csv, json, later, PAGE, page, text } from './judging.ts'

const MODES = ['off', 'warn', 'refuse'] as const
const broken: [guard: string, first: Step, second: Step][] = [
  ['format', json({ a: 1 }), page()],
  ['format', json({ a: 1 }), json('{"a":1,')],
  ['shrink', text('x'.repeat(100)), text('x')],
  ['shrink', text('x'.repeat(100)), text('')],
  ['shape', json({ a: 1 }), json({ b: 1 })],
  ['shape', csv('a,b\n1,2\n'), csv('a,c\n1,2\n')],
]

describe.each(broken)('guard %s', (guard, first, second) => {
  const others = Object.fromEntries(['format', 'shrink', 'shape'].map((name) => [name, 'off']))

  test.each(MODES)("'%s'", async (mode) => {
    const came = await over(first, second, { guards: { ...others, [guard]: mode } })
    const named = expect.stringContaining(guard)
    expect(came).toMatchObject({
      outcome: mode === 'refuse' ? 'fallback' : 'miss',
      warned: mode === 'warn' ? [named] : [],
      refused: mode === 'refuse' ? [named] : [],
    })
  })

  test('guards: false is silent', async () => {
    expect(await over(first, second, { guards: false })).toMatchObject({ outcome: 'miss', warned: [], refused: [] })
  })

  test('one that is off leaves the others as they are', async () => {
    const came = await over(json({ a: 'x'.repeat(100) }), json({ b: 1 }), { guards: { [guard]: 'off' } })
    expect(came.warned.length).toBe({ format: 2, shrink: 1, shape: 1 }[guard])
  })
})

describe('with nothing to fall back to a guard only warns', () => {
  const strict = { guards: { format: 'refuse', shrink: 'refuse', shape: 'refuse' } } as const
  const wayOut: [string, Options][] = [
    ['fallback: false on the instance', { fallback: false }],
    ['fallback.on that does not name what was refused', { fallback: { on: ['network', 'timeout', '5xx'] } }],
    ['a version older than fallback.maxStale', { fallback: { maxStale: '1s' } }],
  ]
  test.each(wayOut)('%s', async (_, options) => {
    await using g = await given({ ...strict, ...options })
    g.origin.script('/f', json({ a: 'x'.repeat(500) }), page())
    await ask(g)
    await g.clock.advance(60_000)
    const response = await g.fetch(g.origin.url('/f'))
    expect(inspect(response)).toMatchObject({
      outcome: 'miss',
      warnings: [expect.stringContaining('format'), expect.stringContaining('shrink')],
    })
    expect([response.status, await response.text()]).toEqual([200, PAGE])
    expect(g.told('rejected')).toEqual([])
  })

  test("a version that respect: 'standard' forbids to use stale", async () => {
    await using g = await given({ ...strict, respect: 'standard', ttl: 'http' })
    g.origin.script('/f', json({ a: 1 }, { headers: { 'Cache-Control': 'max-age=1, must-revalidate' } }), page())
    await ask(g)
    await g.clock.advance(60_000)
    expect(await ask(g)).toMatchObject({ status: 200, text: PAGE, outcome: 'miss' })
    expect(g.told('warning').length).toBeGreaterThan(0)
  })

  test('an entry without a version: a page is a page, and nothing is said', async () => {
    await using g = await given(strict)
    g.origin.script('/f', page())
    const response = await g.fetch(g.origin.url('/f'))
    expect([await response.text(), inspect(response)?.warnings]).toEqual([PAGE, []])
  })

  test.each([{ fallback: false }, { guards: false }, {}] as Options[])(
    'broken compression is refused all the same: %j',
    async (options) => {
      await using g = await given({ ...options, retry: false })
      g.origin.script('/f', gz('hello hello', { truncate: -4 }))
      expect(await ask(g)).toEqual({ rejected: 'BAD_ENCODING' })
    },
  )
})

test('two callers at one time, one of whom wants no fallback: each gets what his options say', async () => {
  await using g = await given()
  g.origin.script('/f', json({ a: 1 }), page())
  await ask(g)
  const [mine, his] = await Promise.all([ask(g), ask(g, { holdfast: { fallback: false } })])
  expect(mine).toMatchObject({ outcome: 'fallback', text: '{"a":1}' })
  expect(his).toMatchObject({ status: 200, text: PAGE })
})

describe('what comes after a warning', () => {
  test('the page that was given is the predecessor now; another page is not said again', async () => {
    await using g = await given({ guards: { format: 'warn', shrink: 'off' } })
    g.origin.script('/f', json({ a: 1 }), page(), page({ etag: '"2"' }), text(PAGE.toUpperCase()))
    for (let n = 0; n < 4; n += 1) expect(await ask(g)).toMatchObject({ status: 200 })
    expect(g.told('warning')).toHaveLength(1)
  })

  test('a refused page does not stay: the next good answer is given at once', async () => {
    await using g = await given()
    g.origin.script('/f', json({ a: 1 }), page(), json({ a: 2 }))
    await ask(g)
    expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
    await later(g)
    expect(await ask(g)).toEqual({ status: 200, text: '{"a":2}', outcome: 'miss' })
  })

  test('guards of a call, of a rule and of the instance merge guard by guard', async () => {
    await using g = await given({
      guards: { shrink: 'refuse' },
      rules: [{ match: 'http://127.0.0.1:*/f', guards: { format: 'off' } }],
    })
    g.origin.script('/f', json({ a: 'x'.repeat(500) }), page(), json('{"a":'))
    await ask(g)
    expect(await ask(g)).toMatchObject({ outcome: 'fallback' })
    await later(g)
    const init = { holdfast: { guards: { shrink: 'off' } } } as const
    expect(await seen(g.fetch(g.origin.url('/f'), init))).toMatchObject({ outcome: 'miss', text: '{"a":' })
  })

  test('an entry that put() made is a predecessor too', async () => {
    await using g = await given()
    await g.fetch.put(g.origin.url('/f'), Response.json({ a: 1 }))
    g.origin.script('/f', page())
    expect(await ask(g)).toMatchObject({ outcome: 'fallback', text: '{"a":1}' })
  })
})
