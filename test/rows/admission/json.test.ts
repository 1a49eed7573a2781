import { describe, expect, expectTypeOf, test } from 'vitest'
import { type CachedFetch, HttpError, type Init, type StandardSchema } from '../../../src/index.ts'
import { gz, hangUp, status } from '../../helpers/origin/index.ts'
import { codeOf, type Given, given } from '../download/given.ts'
import { good, json, page, refused, schemaOf, taken, text, typed } from './judging.ts'

const yes = { ok: true }
const no = { ok: false }

/** What a call of json() came to: the value, or the error's code. */
function value(g: Given, init?: Init): Promise<unknown> {
  return g.fetch.json(g.origin.url('/f'), init).catch((error: unknown) => `rejected: ${codeOf(error)}`)
}

describe('json() without a schema', () => {
  const bodies: [string, unknown][] = [
    ['{"a":[1,null,"x"]}', { a: [1, null, 'x'] }],
    ['7', 7],
    ['null', null],
    ['false', false],
    ['""', ''],
    ['\uFEFF[1]', [1]],
    [' \r\n{"a":1}\n', { a: 1 }],
  ]
  test.each(bodies)('%j', async (body, parsed) => {
    await using g = await given()
    g.origin.script('/f', text(body))
    expect(await g.fetch.json(g.origin.url('/f'))).toEqual(parsed)
  })

  test.each(['', '{', '<html>', 'undefined', '{}x'])('%j is a SyntaxError, as of response.json()', async (body) => {
    await using g = await given()
    g.origin.script('/f', json(body))
    await expect(g.fetch.json(g.origin.url('/f'))).rejects.toBeInstanceOf(SyntaxError)
  })

  test('each caller has an object of his own', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', json({ list: [1] }))
    const one = await g.fetch.json<{ list: number[] }>(g.origin.url('/f'))
    one.list.push(2)
    expect(await g.fetch.json(g.origin.url('/f'))).toEqual({ list: [1] })
  })

  test('gzip, a fallback, a hit: what fetch would give', async () => {
    await using g = await given({ retry: false, ttl: '1s' })
    g.origin.script('/f', gz('[1]'), status(503))
    expect(await value(g)).toEqual([1])
    expect(await value(g)).toEqual([1])
    await g.clock.advance(5_000)
    expect(await value(g)).toEqual([1])
    expect(g.origin.hits()).toBe(2)
  })

  test('a network failure is the HoldfastError that fetch rejects with; an abort its own reason', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', hangUp())
    expect(await value(g)).toBe('rejected: CONNECT')
    const why = new Error('enough')
    await expect(g.fetch.json(g.origin.url('/f'), { signal: AbortSignal.abort(why) })).rejects.toBe(why)
  })
})

describe('a status outside 2xx is an HttpError', () => {
  test.each([400, 404, 410, 429, 500, 503, 301])('%i: the response is there to be read', async (code) => {
    await using g = await given({ retry: false })
    g.origin.script('/f', status(code, { 'X-A': 'b' }, '{"error":"told"}'))
    const error = await g.fetch.json(g.origin.url('/f')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HttpError)
    const { code: name, response, message } = error as HttpError
    expect([name, response.status, response.headers.get('x-a'), await response.json()]).toEqual([
      'HTTP',
      code,
      'b',
      { error: 'told' },
    ])
    expect(message).toContain(String(code))
    expect(message).toContain(g.origin.url('/f'))
  })

  test('the schema is not asked about it', async () => {
    const schema = schemaOf(refused('asked'))
    await using g = await given({ retry: false })
    g.origin.script('/f', json({ error: 1 }, { status: 404 }))
    await expect(g.fetch.json(g.origin.url('/f'), { holdfast: { schema } })).rejects.toBeInstanceOf(HttpError)
    expect(schema.asked).toEqual([])
  })

  test('with a version stored a 503 is that version, a 404 an HttpError', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', json(yes), status(503), status(404))
    expect(await value(g)).toEqual(yes)
    await g.clock.advance(1_000)
    expect(await value(g)).toEqual(yes)
    await g.clock.advance(31_000)
    await expect(g.fetch.json(g.origin.url('/f'))).rejects.toBeInstanceOf(HttpError)
  })

  test.each([204, 205])('%i has nothing to parse: a SyntaxError, or undefined where that is documented', async (code) => {
    await using g = await given()
    g.origin.script('/f', status(code))
    await expect(g.fetch.json(g.origin.url('/f'))).rejects.toBeInstanceOf(SyntaxError)
  })
})

describe('json() with a schema', () => {
  test('gives what the schema makes of it, each time, a hit too', async () => {
    const schema = schemaOf<Date>((given) => ({ value: new Date((given as { at: string }).at) }))
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', json({ at: '2026-01-15T12:00:00Z' }))
    for (let n = 0; n < 2; n += 1) {
      const made = await g.fetch.json(g.origin.url('/f'), { holdfast: { schema } })
      expect(made).toEqual(new Date(Date.UTC(2026, 0, 15, 12)))
    }
    expect(g.origin.hits()).toBe(1)
  })

  test('an asynchronous one, one that is a function, one that gives undefined', async () => {
    await using g = await given()
    g.origin.script('/f', json(yes))
    const later = schemaOf(async (given) => ({ value: [given] }))
    expect(await value(g, { holdfast: { schema: later } })).toEqual([yes])
    const callable: StandardSchema = Object.assign(
      () => 'called',
      schemaOf(() => ({ value: 'made' })),
    )
    expect(await value(g, { holdfast: { schema: callable } })).toBe('made')
    expect(await value(g, { holdfast: { schema: schemaOf(() => ({ value: undefined })) } })).toBeUndefined()
  })

  test('a schema on the instance or in a rule makes it too', async () => {
    await using g = await given({ schema: schemaOf(() => ({ value: 'by the instance' })) })
    g.origin.script('/f', json(yes))
    expect(await value(g)).toBe('by the instance')
    expect(await value(g, { holdfast: { schema: schemaOf(() => ({ value: 'by the call' })) } })).toBe('by the call')
  })

  test('nothing passes: REJECTED; no JSON: REJECTED', async () => {
    await using g = await given()
    g.origin.script('/f', json(no), page())
    expect(await value(g, { holdfast: { schema: good() } })).toBe('rejected: REJECTED')
    expect(await value(g, { holdfast: { schema: good() } })).toBe('rejected: REJECTED')
  })

  test('the new one does not pass: the value of the last good one', async () => {
    await using g = await given({ schema: good() })
    g.origin.script('/f', json(yes), json(no))
    expect(await value(g)).toEqual(yes)
    await g.clock.advance(1_000)
    expect(await value(g)).toEqual(yes)
  })

  test('the schema fails on the last good one too: REJECTED, not a value that nobody took', async () => {
    await using g = await given()
    g.origin.script('/f', json({ n: 1 }), json({ n: 2 }))
    expect(await value(g)).toEqual({ n: 1 })
    await g.clock.advance(1_000)
    expect(await value(g, { holdfast: { schema: good() } })).toBe('rejected: REJECTED')
  })

  test.each([
    ['JSON', json(no, { headers: { 'Cache-Control': 'max-age=315360000' } })],
    ['a page', typed('<html>', 'text/html', { headers: { 'Cache-Control': 'max-age=315360000' } })],
  ])('a stored version that does not pass is not the end: the origin is asked; %s', async (_, poison) => {
    await using g = await given({ ttl: 'http' })
    g.origin.script('/f', poison, json(yes, { headers: { 'Cache-Control': 'max-age=60' } }))
    await (await g.fetch(g.origin.url('/f'))).text()
    expect(await value(g, { holdfast: { schema: good() } })).toEqual(yes)
    expect(await value(g, { holdfast: { schema: good() } })).toEqual(yes)
    expect(g.origin.hits()).toBe(2)
  })

  test('is asked once about a download, not once for admission and once for the value, where it need not', async () => {
    const schema = schemaOf(taken)
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', json(yes))
    await value(g, { holdfast: { schema } })
    expect(schema.asked.length).toBeLessThanOrEqual(2)
  })
})

test('types: the output of the schema, or what the caller says', () => {
  const schema = schemaOf<{ n: number }>(taken)
  const typed = (fetch: CachedFetch) => fetch.json('https://example.org/', { holdfast: { schema } })
  expectTypeOf(typed).returns.resolves.toEqualTypeOf<{ n: number }>()
  const said = (fetch: CachedFetch) => fetch.json<string[]>('https://example.org/')
  expectTypeOf(said).returns.resolves.toEqualTypeOf<string[]>()
  const unknown = (fetch: CachedFetch) => fetch.json('https://example.org/')
  expectTypeOf(unknown).returns.resolves.toBeUnknown()
})
