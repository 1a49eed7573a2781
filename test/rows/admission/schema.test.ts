import { describe, expect, test } from 'vitest'
import type { StandardSchema } from '../../../src/index.ts'
import { given, rejection, seen } from '../download/given.ts'
import { ask, fallen, good, json, later, refused, schemaOf, taken } from './judging.ts'

const soon = (value: unknown): Promise<unknown> => new Promise((resolve) => setImmediate(() => resolve(value)))
const yes = { ok: true }
const no = { ok: false }

describe('a schema judges the parsed JSON', () => {
  test('one that takes it: the bytes of the origin, not the output of the schema', async () => {
    const schema = schemaOf(() => ({ value: 'something else' }))
    await using g = await given({ schema })
    g.origin.script('/f', json('{ "ok":true }\n'))
    expect(await ask(g)).toEqual({ status: 200, text: '{ "ok":true }\n', outcome: 'miss' })
    expect(schema.asked).toEqual([yes])
  })

  test('one that refuses it, with nothing stored: REJECTED, one request, and where the trouble is', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(no))
    const error = await rejection(g.fetch(g.origin.url('/f')))
    expect(error).toMatchObject({ code: 'REJECTED', url: g.origin.url('/f'), method: 'GET', name: 'HoldfastError' })
    expect(error.message).toMatch(/ok.*is not true|is not true.*ok/)
    expect(error.attempts).toHaveLength(1)
    expect(g.origin.hits()).toBe(1)
  })

  test('one that refuses it, with a version stored: that one, with the error', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    await ask(g)
    expect(await fallen(g)).toMatchObject({
      text: JSON.stringify(yes),
      code: 'REJECTED',
      message: expect.stringContaining('is not true'),
    })
    expect(g.origin.hits()).toBe(2)
  })

  test.each([
    ['taken', 200, () => soon({ value: 1 })],
    ['refused', 'REJECTED', () => soon({ issues: [{ message: 'no' }] })],
  ])('an asynchronous one: %s', async (_, came, validate) => {
    await using g = await given({ schema: schemaOf(validate) })
    g.origin.script('/f', json(yes))
    const { status, rejected } = await ask(g)
    expect(status ?? rejected).toBe(came)
  })

  test('one that is a function, as those of arktype: it is never called as one', async () => {
    const wrong = (): never => {
      throw new Error('called')
    }
    const schema: StandardSchema = Object.assign(wrong, good())
    await using g = await given({ schema })
    g.origin.script('/f', json(yes), json(no))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('is not true') })
  })

  test('one that is an instance of a class, and needs its `this`', async () => {
    class Ranged {
      readonly #most = 3
      readonly '~standard' = {
        version: 1 as const,
        vendor: 'rows',
        validate: (value: unknown): unknown => (Number(value) > this.#most ? { issues: [{ message: 'too much' }] } : { value }),
      }
    }
    await using g = await given({ schema: new Ranged() })
    g.origin.script('/f', json(3), json(4))
    expect(await ask(g)).toMatchObject({ text: '3', outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ text: '3', message: expect.stringContaining('too much') })
  })

  test('one whose validate needs its `this`', async () => {
    const standard = {
      version: 1 as const,
      vendor: 'rows',
      most: 3,
      validate(this: { most: number }, value: unknown): unknown {
        return Number(value) > this.most ? { issues: [{ message: 'too much' }] } : { value }
      },
    }
    await using g = await given({ schema: { '~standard': standard } })
    g.origin.script('/f', json(3), json(4))
    expect(await ask(g)).toMatchObject({ text: '3', outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ text: '3', message: expect.stringContaining('too much') })
  })
})

describe('issues', () => {
  const paths: [string, unknown, RegExp][] = [
    ['keys', ['rates', 'EUR'], /rates.*EUR/],
    ['numbers', ['rows', 17, 'id'], /rows.*17.*id/],
    ['segments, which are objects with a key', [{ key: 'rates' }, { key: 'EUR' }], /rates.*EUR/],
    ['a symbol', [Symbol('secret')], /a bad one/],
    ['none', undefined, /a bad one/],
    ['an empty one', [], /a bad one/],
  ]
  test.each(paths)('a path of %s', async (_, path, shown) => {
    await using g = await given({ schema: schemaOf(() => ({ issues: [{ message: 'a bad one', path }] })) })
    g.origin.script('/f', json(yes))
    const { code, message } = await rejection(g.fetch(g.origin.url('/f')))
    expect(code).toBe('REJECTED')
    expect(message).toMatch(shown)
    expect(message).toContain('a bad one')
  })

  test('ten thousand of them make no message of a megabyte', async () => {
    const issues = Array.from({ length: 10_000 }, (_, n) => ({ message: `wrong ${'x'.repeat(100)}`, path: ['rows', n] }))
    await using g = await given({ schema: schemaOf(() => ({ issues })) })
    g.origin.script('/f', json(yes))
    const error = await rejection(g.fetch(g.origin.url('/f')))
    expect(error.message).toContain('wrong')
    expect(error.message.length).toBeLessThan(10_000)
  })

  test('an empty list is a refusal too: only a result without issues is a success (Standard Schema 1)', async () => {
    await using g = await given({ schema: schemaOf(() => ({ issues: [] })) })
    g.origin.script('/f', json(yes))
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
  })
})

describe('a body that is no JSON under a schema is refused, and the schema not asked', () => {
  const bodies = ['', '{"ok":true', 'ok: true', '<html></html>', '{"ok":true}}', 'NaN', '\u0000']
  test.each(bodies)('%j', async (body) => {
    const schema = schemaOf(taken)
    await using g = await given({ schema, guards: false })
    g.origin.script('/f', json(yes), json(body))
    await ask(g)
    expect(await fallen(g)).toMatchObject({ text: JSON.stringify(yes), code: 'REJECTED' })
    await later(g)
    expect(schema.asked).toEqual([yes])
  })

  test('with nothing stored: REJECTED', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json('<html>'))
    expect(await ask(g)).toEqual({ rejected: 'REJECTED' })
  })

  test('whatever the Content-Type says, JSON is JSON; a byte order mark is none of it', async () => {
    await using g = await given({ schema: good() })
    const headers = { 'Content-Type': 'text/plain' }
    g.origin.script('/f', json(`\uFEFF${JSON.stringify(yes)}`, { headers }))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 200, outcome: 'miss' })
  })

  test('a large one: 3 MB, the last row wrong', async () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => ({ id: n, text: 'some more words' }))
    const last = schemaOf((value) => ((value as typeof rows).at(-1)?.id === 99_999 ? { value } : refused('a row is missing')()))
    await using g = await given({ schema: last, guards: false })
    g.origin.script('/f', json(rows), json(rows.slice(0, -1)))
    expect(await ask(g)).toMatchObject({ outcome: 'miss' })
    expect(await fallen(g)).toMatchObject({ text: JSON.stringify(rows), message: expect.stringContaining('a row is missing') })
  })
})
