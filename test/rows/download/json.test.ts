import { describe, expect, test } from 'vitest'
import { HoldfastError, HttpError } from '../../../src/index.ts'
import { cut, gz, hangUp, ok, status } from '../../helpers/origin/index.ts'
import { given } from './given.ts'
import { lives, living } from './stored.ts'

// fetch.json(): parsed, or an error that says which of the ways it went wrong.
const JSON_TEXT = '{"rates":[1,2,3],"__proto__":{"polluted":true}}'
const json = (text: string) => ok(text, { headers: { 'Content-Type': 'application/json' } })

describe.each(lives)('$name', (life) => {
  test('the value, with what is dangerous in it as mere data', async () => {
    await using g = await living(life)
    g.origin.script('/f', json(JSON_TEXT))
    const value = await g.fetch.json<{ rates: number[] }>(g.origin.url('/f'))
    expect(value.rates).toEqual([1, 2, 3])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a value that a caller changes is changed for no other', async () => {
    await using g = await living(life, { ttl: '1h' })
    g.origin.script('/f', json('{"list":[1]}'))
    for (let n = 0; n < 2; n += 1) {
      const value = await g.fetch.json<{ list: number[] }>(g.origin.url('/f'))
      expect(value).toEqual({ list: [1] })
      value.list.push(2)
    }
  })

  test.each([404, 500, 204])(
    '%i: a status outside 2xx is an HttpError with the response; 204 has nothing to parse',
    async (code) => {
      await using g = await living(life, { retry: false })
      g.origin.script('/f', status(code, {}, code === 204 ? '' : '{"why":"so"}'))
      const error = await g.fetch.json(g.origin.url('/f')).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      if (code === 204) return expect(error).not.toBeInstanceOf(HttpError)
      expect(error).toBeInstanceOf(HttpError)
      expect((error as HttpError).response.status).toBe(code)
      expect(await (error as HttpError).response.json()).toEqual({ why: 'so' })
    },
  )

  test('the last good value when the origin dies, cuts, or codes half of it', async () => {
    for (const step of [hangUp(), cut(JSON_TEXT, '50%'), gz(JSON_TEXT, { truncate: '50%' }), status(503)]) {
      await using g = await living(life, { retry: false })
      g.origin.script('/f', json('{"good":1}'), step)
      expect(await g.fetch.json(g.origin.url('/f'))).toEqual({ good: 1 })
      await g.clock.advance(1_000)
      expect(await g.fetch.json(g.origin.url('/f'))).toEqual({ good: 1 })
    }
  })
})

test.each(['', '{', 'not json', '<html>', '{"a":1}}'])('%j is no JSON: an error, never a half value', async (text) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', json(text))
  const error = await g.fetch.json(g.origin.url('/f')).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
})

test('a byte order mark is no part of it', async () => {
  await using g = await given()
  g.origin.script('/f', ok(Buffer.concat([Buffer.from('efbbbf', 'hex'), Buffer.from('{"a":1}')])))
  expect(await g.fetch.json(g.origin.url('/f'))).toEqual({ a: 1 })
})

test('failures of the network are those of the call', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', hangUp())
  const error = await g.fetch.json(g.origin.url('/f')).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HoldfastError)
  expect(error).toMatchObject({ code: 'CONNECT' })
})
