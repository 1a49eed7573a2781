import { describe, expect, test } from 'vitest'
import { gate } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { codeOf, given, inspected, seen } from '../download/given.ts'
import { ask, endless, good, json, refused, schemaOf, taken } from './judging.ts'

describe('callers with different schemas for one URL at one time', () => {
  test('each is judged by its own', async () => {
    const [one, two] = [schemaOf(taken), schemaOf(taken)]
    await using g = await given()
    const late = gate(json(1))
    g.origin.script('/f', late)
    const calls = [ask(g, { holdfast: { schema: one } }), ask(g, { holdfast: { schema: two } })]
    await late.arrived
    late.release()
    expect(await Promise.all(calls)).toMatchObject([{ text: '1' }, { text: '1' }])
    expect([one.asked, two.asked]).toEqual([[1], [1]])
  })

  test.each(['the strict one first', 'the easy one first'])(
    'one refuses, one takes it: no verdict is shared; %s',
    async (order) => {
      await using g = await given()
      const late = gate(json(1))
      g.origin.script('/f', late)
      const easy = { holdfast: { schema: schemaOf(taken) } }
      const strict = { holdfast: { schema: schemaOf(refused('not for me')) } }
      const first = order.startsWith('the strict') ? strict : easy
      const calls = [first, first === strict ? easy : strict].map((init) => ask(g, init))
      await late.arrived
      late.release()
      const [one, two] = await turnUntil(g.clock, Promise.all(calls))
      const [byEasy, byStrict] = first === strict ? [two, one] : [one, two]
      expect(byEasy).toMatchObject({ status: 200, text: '1' })
      expect(byStrict).toEqual({ rejected: 'REJECTED' })
    },
  )

  test('one with a schema and one without: the second does not wait for the verdict', async () => {
    const verdict = Promise.withResolvers<unknown>()
    await using g = await given()
    g.origin.script('/f', json(1))
    const strict = ask(g, { holdfast: { schema: schemaOf(() => verdict.promise) } })
    expect(await ask(g)).toMatchObject({ text: '1' })
    verdict.resolve({ value: 1 })
    expect(await strict).toMatchObject({ text: '1' })
  })

  test('the very same schema: one request, one look', async () => {
    const schema = schemaOf(taken)
    await using g = await given({ schema })
    const late = gate(json(1))
    g.origin.script('/f', late)
    const calls = Array.from({ length: 20 }, () => ask(g))
    await late.arrived
    late.release()
    for (const came of await Promise.all(calls)) expect(came).toMatchObject({ text: '1' })
    expect([g.origin.hits(), schema.asked.length]).toEqual([1, 1])
  })

  test('a caller without a schema is given what is judged good, while what another refused is not his hit', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', json({ ok: true }), json({ ok: false }))
    const strict = { holdfast: { schema: good() } }
    await ask(g, strict)
    await g.clock.advance(3_700_000)
    expect(await ask(g, strict)).toMatchObject({ outcome: 'fallback' })
    expect(await ask(g)).toMatchObject({ text: '{"ok":true}', outcome: 'fallback' })
  })

  test('many schemas made on the spot, one a call, in a row: the bytes are judged by each', async () => {
    await using g = await given()
    g.origin.script('/f', json({ ok: true }))
    for (let n = 0; n < 5; n += 1) {
      const schema = good()
      expect(await ask(g, { holdfast: { schema } })).toMatchObject({ text: '{"ok":true}' })
      expect(schema.asked).toHaveLength(1)
    }
  })
})

describe('a schema that fails itself', () => {
  const boom = new Error('a mistake of the user')
  const ways: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw boom
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ]
  test.each(ways)('%s: a typed error with its cause, or the fallback', async (_, validate) => {
    await using g = await given()
    g.origin.script('/f', json(1), json(2))
    const init = { holdfast: { schema: schemaOf(validate) } }
    const error = await g.fetch(g.origin.url('/f'), init).catch((reason: unknown) => reason as Error)
    expect(codeOf(error)).toMatch(/^(HOOK|REJECTED)$/)
    expect((error as Error).cause).toBe(boom)
    expect(g.origin.hits()).toBe(1)
  })

  test.each(ways)('%s, with a version stored', async (_, validate) => {
    await using g = await given()
    g.origin.script('/f', json(1), json(2))
    await ask(g)
    const response = await g.fetch(g.origin.url('/f'), { holdfast: { schema: schemaOf(validate) } })
    const { error } = inspected(response, 'fallback')
    expect([await response.text(), error.cause]).toEqual(['1', boom])
  })

  test.each([undefined, null, false, true, 7])('answers %j, which is no result: a typed error, not a success', async (result) => {
    await using g = await given({ schema: schemaOf(() => result) })
    g.origin.script('/f', json(1))
    expect(['HOOK', 'REJECTED']).toContain((await seen(g.fetch(g.origin.url('/f')))).rejected)
  })

  test('never settles: HOOK within the deadline', async () => {
    const { check, asked } = endless()
    await using g = await given({ schema: schemaOf(check) })
    g.origin.script('/f', json(1))
    const started = g.clock.monotonic()
    const call = ask(g)
    await asked
    expect(await turnUntil(g.clock, call, { limit: 130_000 })).toEqual({ rejected: 'HOOK' })
    expect(g.clock.monotonic() - started).toBeLessThanOrEqual(121_000)
  })
})
